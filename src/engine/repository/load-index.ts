import { type Clock, hasCode, type HoldfastError } from "../../base/index.ts";
import { ChunkIndex, walkSegment, type IndexedPack } from "../index/index.ts";
import { ENTRY_BYTES, readPackTail, walkDirectory, type DirectoryFrame, type EpochKeys } from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { type FoundLease, staleLeases } from "./lease.ts";
import { listSegments, openSegments } from "./segments.ts";

/**
 * Room for chunks is reckoned from the largest segment, whose chunks are counted, and the sizes of the others; smaller
 * ones have fewer chunks for their bytes. Chunks that do not fit make themselves more room.
 */
const CHUNKS_MARGIN = 1.01;
/** To read one backup, its share of the index is not known: room for more chunks is made as they come. */
const WANTED_CHUNKS = 1 << 16;

export interface LoadedIndex {
  readonly index: ChunkIndex;
  /** Number of each pack, by id in hex. */
  readonly packs: ReadonlyMap<string, number>;
  /** Size in bytes of each pack, by number. */
  readonly pack_sizes: readonly number[];
  /**
   * Packs no segment names, found because a writer died or a segment is damaged: the next writer names them in its own
   * segment.
   */
  readonly adopted: readonly IndexedPack[];
  /** Segments and packs that could not be used, with why. */
  readonly damaged: readonly HoldfastError[];
  /** Segments that others supersede and that were still there: a merge was interrupted, or is not at its end. */
  readonly superseded: readonly string[];
  readonly stale_leases: readonly FoundLease[];
}

export interface LoadOptions {
  readonly store: ObjectStore;
  readonly keys: EpochKeys;
  readonly clock: Clock;
  /** Room for what a backup adds. */
  readonly new_chunks: number;
  readonly new_frames: number;
  readonly new_packs: number;
  /** Packs (ids in hex) on their way out: nothing new may rely on them, nor are they adopted. */
  readonly avoid: ReadonlySet<string>;
  /** Look at every pack of the store, also when no writer died: for a check. */
  readonly all_packs?: boolean;
  /**
   * Leave out packs that are not in the store, or not with their size, or on their way out: for a backup, which then
   * stores their chunks anew instead of relying on what is gone.
   */
  readonly only_present?: boolean;
  /**
   * Packs (ids in hex) that the backup at hand needs. They come first, so that a chunk that stands in several packs is
   * read from one of these; and when no segment names one of them, it is looked for in the store.
   */
  readonly wanted?: readonly string[];
  /**
   * Until when (Unix time in ms) packs by id are needed: of several wanted ones that hold a chunk, it is found in the
   * one that is needed longest. Without it in whichever comes last.
   */
  readonly needed_until?: ReadonlyMap<string, number>;
  /** Load only those, unless one of them is gone: for reading one backup. */
  readonly only_wanted?: boolean;
  readonly signal?: AbortSignal;
}

/** Loads the index of a repository into shared memory, and finds packs that a writer left behind unnamed. */
export async function loadIndex(o: LoadOptions): Promise<LoadedIndex> {
  const wanted = new Set(o.wanted);
  // Side by side: what one listing misses because it comes a moment before another one is only stored once more.
  const [listed, stale, present] = await Promise.all([
    listSegments(o.store),
    staleLeases(o.store, o.clock),
    o.only_present === true ? packSizes(o) : undefined,
  ]);
  const segment_bytes = listed.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  let wanted_only = o.only_wanted === true && wanted.size > 0;
  const makeIndex = (chunks: number) => ChunkIndex.create({ chunks, new_chunks: o.new_chunks, frames: 0, packs: 0 });
  let made: ChunkIndex | undefined;
  const damaged: HoldfastError[] = [];
  const named = new Set<string>();
  const packs = new Map<string, number>();
  const pack_sizes: number[] = [];
  const ranks: number[] = [];
  const add = (
    index: ChunkIndex,
    pack: { pack_id: Buffer; epoch: number; kind: number; size_bytes: number },
    bytes: Buffer,
  ) => {
    const id = pack.pack_id.toString("hex");
    const prefer = wanted.has(id);
    if (packs.has(id) || (wanted_only && !prefer)) return undefined;
    if (present !== undefined && (present.get(id) !== pack.size_bytes || o.avoid.has(id))) return undefined;
    const number = index.loadPack(pack.pack_id, pack.epoch, pack.kind);
    packs.set(id, number);
    pack_sizes[number] = pack.size_bytes;
    const rank = prefer ? (o.needed_until?.get(id) ?? 0) : Number.NEGATIVE_INFINITY;
    ranks[number] = rank;
    const isBetter = (known: number) => prefer && rank >= (ranks[known] ?? Number.NEGATIVE_INFINITY);
    return (frame: DirectoryFrame) => {
      const frame_number = index.loadFrame(number, frame.offset, frame.stored);
      index.loadChunks(bytes, frame.at, ENTRY_BYTES, frame.chunks, frame_number, isBetter);
    };
  };
  const load = async (problems: HoldfastError[], replaced: string[]) => {
    for await (const { raw, size_bytes } of openSegments(o, listed, problems, replaced)) {
      made ??= makeIndex(
        wanted_only ? WANTED_CHUNKS : Math.ceil(countChunks(raw) * (segment_bytes / size_bytes) * CHUNKS_MARGIN),
      );
      const index = made;
      walkSegment(raw, (pack) => {
        named.add(pack.pack_id.toString("hex"));
        return add(index, pack, raw);
      });
    }
  };
  const superseded: string[] = [];
  await load(damaged, superseded);
  const lost = [...wanted].some((id) => !named.has(id));
  const look = o.all_packs === true || stale.length > 0 || damaged.length > 0 || lost;
  const adopted = look ? await readUnnamedPacks(o, named, damaged) : [];
  const index = made ?? makeIndex(0);
  const adopt = () => {
    for (const pack of adopted) {
      const onFrame = add(index, pack, pack.directory);
      if (onFrame !== undefined) walkDirectory(pack.directory, 0, onFrame);
    }
  };
  adopt();
  if (wanted_only && [...wanted].some((id) => !packs.has(id))) {
    // A pack of this backup is gone: other packs may have its chunks.
    wanted_only = false;
    await load([], []);
    adopt();
  }
  index.makeRoom({ frames: o.new_frames, packs: o.new_packs });
  return { index, packs, pack_sizes, adopted, damaged, superseded, stale_leases: stale };
}

function countChunks(raw: Buffer): number {
  let chunks = 0;
  walkSegment(raw, () => (frame) => {
    chunks += frame.chunks;
  });
  return chunks;
}

async function packSizes(o: LoadOptions): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { key, size_bytes } of o.store.list("packs/")) {
    o.signal?.throwIfAborted();
    sizes.set(key.slice(key.lastIndexOf("/") + 1), size_bytes);
  }
  return sizes;
}

async function readUnnamedPacks(
  o: LoadOptions,
  named: ReadonlySet<string>,
  damaged: HoldfastError[],
): Promise<IndexedPack[]> {
  const found: IndexedPack[] = [];
  for await (const { key, size_bytes } of o.store.list("packs/")) {
    o.signal?.throwIfAborted();
    const id = key.slice(key.lastIndexOf("/") + 1);
    if (named.has(id) || (o.only_present === true && o.avoid.has(id)) || !/^[0-9a-f]{64}$/.test(id)) continue;
    try {
      const tail = await readPackTail(o.store, o.keys, Buffer.from(id, "hex"), size_bytes);
      found.push({
        pack_id: tail.header.pack_id,
        kind: tail.header.kind,
        epoch: tail.header.epoch,
        size_bytes,
        directory: tail.directory,
      });
    } catch (error) {
      if (hasCode(error, "STORE_NOT_FOUND")) continue;
      if (!hasCode(error, "PACK_DAMAGED")) throw error;
      damaged.push(error);
    }
  }
  return found;
}

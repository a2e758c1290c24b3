import { type Clock, hasCode, HoldfastError } from "../../base/index.ts";
import { ChunkIndex, decodeSegment, walkSegment, type IndexedPack } from "../index/index.ts";
import { readPackTail, walkDirectory, type DirectoryFrame, type EpochKeys } from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { type FoundLease, staleLeases } from "./lease.ts";

/** Up to here all opened segments stay in memory between counting and loading; beyond, each is opened twice. */
const HELD_BYTES_MAX = 96 * 1024 * 1024;
const READS_AT_ONCE = 4;

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
  /** Load only those, unless one of them is gone: for reading one backup. */
  readonly only_wanted?: boolean;
  readonly signal?: AbortSignal;
}

async function segmentNames(o: LoadOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of o.store.list("index/")) names.push(key.slice("index/".length));
  return names;
}

/** @param names listed once: what is loaded must not be more than what was counted, whoever writes meanwhile */
async function* openSegments(
  o: LoadOptions,
  names: readonly string[],
  damaged: HoldfastError[],
): AsyncGenerator<Buffer> {
  const read = async (name: string): Promise<Buffer | undefined> => {
    o.signal?.throwIfAborted();
    try {
      return decodeSegment(name, await o.store.get(`index/${name}`), o.keys);
    } catch (error) {
      if (hasCode(error, "STORE_NOT_FOUND")) return undefined; // merged away by another process meanwhile
      if (!hasCode(error, "INDEX_DAMAGED") && !hasCode(error, "PACK_DAMAGED")) throw error;
      const object = `index/${name}`;
      const named =
        error.context["object"] === undefined
          ? new HoldfastError(error.code, error.spec, `${object}: ${error.message}`, { object }, error)
          : error;
      damaged.push(named);
      return undefined;
    }
  };
  for (let i = 0; i < names.length; i += READS_AT_ONCE) {
    for (const raw of await Promise.all(names.slice(i, i + READS_AT_ONCE).map(read))) if (raw !== undefined) yield raw;
  }
}

interface Count {
  chunks: number;
  frames: number;
  packs: number;
}

function countFrames(total: Count) {
  return (frame: DirectoryFrame) => {
    total.frames++;
    total.chunks += frame.chunks;
  };
}

/** Loads the index of a repository into shared memory, and finds packs that a writer left behind unnamed. */
export async function loadIndex(o: LoadOptions): Promise<LoadedIndex> {
  const damaged: HoldfastError[] = [];
  const total: Count = { chunks: 0, frames: 0, packs: 0 };
  const named = new Set<string>();
  let held: Buffer[] | undefined = [];
  let held_bytes = 0;
  const names = await segmentNames(o);
  for await (const raw of openSegments(o, names, damaged)) {
    walkSegment(raw, ({ pack_id }) => {
      const id = pack_id.toString("hex");
      if (named.has(id)) return undefined;
      named.add(id);
      total.packs++;
      return countFrames(total);
    });
    held_bytes += raw.length;
    if (held_bytes > HELD_BYTES_MAX) held = undefined;
    held?.push(raw);
  }
  const stale = await staleLeases(o.store, o.clock);
  const present = o.only_present === true ? await packSizes(o) : undefined;
  const wanted = new Set(o.wanted);
  const lost = [...wanted].some((id) => !named.has(id));
  const look = o.all_packs === true || stale.length > 0 || damaged.length > 0 || lost;
  const adopted = look ? await readUnnamedPacks(o, named, damaged) : [];
  for (const pack of adopted) {
    total.packs++;
    walkDirectory(pack.directory, 0, countFrames(total));
  }

  const index = ChunkIndex.create({
    chunks: total.chunks,
    new_chunks: o.new_chunks,
    frames: total.frames + o.new_frames,
    packs: total.packs + o.new_packs,
  });
  const packs = new Map<string, number>();
  const pack_sizes: number[] = [];
  let wanted_now = wanted.size > 0;
  const add = (pack: { pack_id: Buffer; epoch: number; kind: number; size_bytes: number }, bytes: Buffer) => {
    const id = pack.pack_id.toString("hex");
    if (wanted_now && !wanted.has(id)) return undefined;
    if (packs.has(id)) return undefined;
    if (present !== undefined && (present.get(id) !== pack.size_bytes || o.avoid.has(id))) return undefined;
    const number = index.addPack(pack.pack_id, pack.epoch, pack.kind);
    packs.set(id, number);
    pack_sizes[number] = pack.size_bytes;
    return (frame: DirectoryFrame) => {
      const frame_number = index.addFrame(number, frame.offset, frame.stored);
      for (let slot = 0; slot < frame.chunks; slot++) index.load(bytes, frame.at + slot * 36, frame_number, slot);
    };
  };
  const load = async () => {
    for await (const raw of held ?? openSegments(o, names, [])) walkSegment(raw, (pack) => add(pack, raw));
    for (const pack of adopted) {
      const onFrame = add(pack, pack.directory);
      if (onFrame !== undefined) walkDirectory(pack.directory, 0, onFrame);
    }
  };
  await load();
  if (wanted_now && (o.only_wanted !== true || [...wanted].some((id) => !packs.has(id)))) {
    wanted_now = false;
    await load();
  }
  return { index, packs, pack_sizes, adopted, damaged, stale_leases: stale };
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

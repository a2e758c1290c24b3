import { hasCode } from "../../base/index.ts";
import { ENTRY_BYTES, packKey, readPackTail, walkDirectory } from "../pack/index.ts";
import type { Meter } from "../pipeline/index.ts";
import type { LoadedIndex, PackRewriter, Repository } from "../repository/index.ts";
import { isRunning } from "../store/index.ts";
import type { SegmentWriter } from "./segment-writer.ts";

/** What the caller will do with the backup once it exists: lock every pack it names. */
export interface LockAhead {
  /** Unix time in ms. */
  readonly until_ms: number;
  /** Packs (ids in hex) known to be locked as long already: nobody has to ask the store about them. */
  readonly covered: ReadonlySet<string>;
}

/** Packs less of which than this is not needed by the backup are locked as they are: nothing much would be saved. */
const UNNEEDED_SHARE_MIN = 0.05;
/** A pack that is extended now is likely to be extended again: so much of the time it is locked already counts, too. */
const AGAIN = 0.25;
/**
 * What stands twice counts double: it does so from today on, while the rest of a pack that is extended begins to be
 * kept in vain only when its own backups are gone and can be brought back no more, two weeks after its old lock.
 */
const TWICE = 2;
const STATS_AT_ONCE = 8;
/** Not readable at once, or not whole: such a pack is locked as it is, and a check will tell. */
const PASS_OVER = [
  "STORE_ARCHIVED",
  "STORE_NOT_FOUND",
  "STORE_SHORT_OBJECT",
  "STORE_DAMAGED",
  "PACK_DAMAGED",
  "CHUNK_MISMATCH",
];

export interface RegroupContext {
  readonly repository: Repository;
  readonly loaded: LoadedIndex;
  /** Numbers of packs, and positions of chunks, that the backup needs, one bit each. */
  readonly needed: Int32Array;
  readonly reached: Int32Array;
  readonly segments: SegmentWriter;
  readonly meter: Meter;
  readonly signal: AbortSignal | undefined;
}

/**
 * A lock holds a whole pack. So a backup that is locked for long would keep, with each pack it needs a part of, the
 * rest of that pack as long. Here that part is stored once more, in packs of which the backup needs all; the old pack's
 * lock runs out, and a sweep takes it. That pays where the old lock is short and the new one long: what would be kept
 * for nothing, times its days, is held against what stands twice, times its days (docs/adr/0012).
 * @returns ids of packs the backup needs no more. @throws STORE_*
 */
export async function regroup(lock: LockAhead, context: RegroupContext): Promise<Set<string>> {
  const { repository, loaded, reached, segments, meter, signal } = context;
  const { index } = loaded;
  const left = new Set<string>();
  const isReached = (position: number) => isSet(reached, position);
  const partly = partlyNeeded(lock, context);
  const now_ms = repository.clock.now_ms();
  const rewriters = new Map<number, PackRewriter>();
  for (let at = 0; at < partly.length; at += STATS_AT_ONCE) {
    signal?.throwIfAborted();
    const some = partly.slice(at, at + STATS_AT_ONCE);
    const found = await Promise.all(some.map(({ id }) => repository.store.stat(packKey(id))));
    for (const [i, { id, number }] of some.entries()) {
      const old = found[i]?.lock;
      const locked_until_ms = isRunning(old, now_ms) ? old.retain_until_ms : now_ms;
      if (locked_until_ms >= lock.until_ms) continue;
      const isWanted = (chunk: Buffer): boolean => {
        const position = index.find(chunk);
        const place = position >= 0 && isReached(position) ? index.place(position) : undefined;
        return place !== undefined && index.frame(place.frame).pack === number;
      };
      try {
        const share = await neededShare(context, id, number, isWanted);
        if (!pays(share, { now_ms, locked_until_ms, until_ms: lock.until_ms })) continue;
        const { kind } = index.pack(number);
        const rewriter = rewriters.get(kind) ?? repository.rewriter(kind, repository.store, signal, true);
        if (rewriters.size === 0) meter.begin("group what is locked longer", partly.length, null);
        rewriters.set(kind, rewriter);
        meter.add(1, await rewriter.take(repository.store, id, isWanted));
        left.add(id);
        for (const pack of rewriter.packs.splice(0)) segments.add(pack);
      } catch (error) {
        if (!PASS_OVER.some((code) => hasCode(error, code))) throw error;
      }
    }
  }
  for (const rewriter of rewriters.values()) {
    await rewriter.finish();
    for (const pack of rewriter.packs.splice(0)) segments.add(pack);
  }
  return left;
}

interface Dates {
  readonly now_ms: number;
  readonly locked_until_ms: number;
  readonly until_ms: number;
}

/** @param share of a pack that the backup needs */
export function pays(share: number, { now_ms, locked_until_ms, until_ms }: Dates): boolean {
  if (share <= 0 || 1 - share < UNNEEDED_SHARE_MIN) return false;
  const locked_ms = locked_until_ms - now_ms;
  const kept_in_vain = (1 - share) * (until_ms - locked_until_ms + AGAIN * locked_ms);
  return kept_in_vain > TWICE * share * locked_ms;
}

/** Packs of earlier backups, not known to be locked as long, not every chunk of which the backup needs. */
function partlyNeeded(lock: LockAhead, { loaded, needed, reached }: RegroupContext): { id: string; number: number }[] {
  const { index, packs } = loaded;
  const unneeded = new Set<number>();
  index.eachStored((position, pack) => {
    if (isSet(needed, pack) && !isSet(reached, position)) unneeded.add(pack);
  });
  return [...packs]
    .filter(([id, number]) => unneeded.has(number) && !lock.covered.has(id))
    .map(([id, number]) => ({ id, number }));
}

function isSet(bits: Int32Array, position: number): boolean {
  return (((bits[position >>> 5] ?? 0) >>> (position & 31)) & 1) === 1;
}

/** By bytes before compression. */
async function neededShare(
  { repository, loaded }: RegroupContext,
  id: string,
  number: number,
  isWanted: (chunk: Buffer) => boolean,
): Promise<number> {
  const { store, epoch_keys } = repository;
  const { directory } = await readPackTail(store, epoch_keys, Buffer.from(id, "hex"), loaded.pack_sizes[number] ?? 0);
  let [all, wanted] = [0, 0];
  walkDirectory(directory, 0, ({ chunks, at }) => {
    for (let slot = 0, entry = at; slot < chunks; slot++, entry += ENTRY_BYTES) {
      const length = directory.readUInt32LE(entry + 32);
      all += length;
      if (isWanted(directory.subarray(entry, entry + 32))) wanted += length;
    }
  });
  return all === 0 ? 1 : wanted / all;
}

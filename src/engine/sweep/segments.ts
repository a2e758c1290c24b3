import { hasCode } from "../../base/index.ts";
import { decodeSegment, type IndexedPack, walkSegment } from "../index/index.ts";
import { walkDirectory } from "../pack/index.ts";
import type { Repository } from "../repository/index.ts";

/** Every readable segment, opened, one after the other. */
export async function* openedSegments(
  repository: Repository,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ key: string; raw: Buffer }> {
  const keys: string[] = [];
  for await (const { key } of repository.store.list("index/")) keys.push(key);
  for (const key of keys) {
    signal?.throwIfAborted();
    try {
      const bytes = await repository.store.get(key);
      yield { key, raw: decodeSegment(key.slice("index/".length), bytes, repository.epoch_keys) };
    } catch (error) {
      // Merged away by another process; or damaged: then a check tells, and the packs describe themselves.
      if (!hasCode(error, "STORE_NOT_FOUND") && !hasCode(error, "INDEX_DAMAGED")) throw error;
    }
  }
}

/** The packs a segment names, whole. */
export function packsOfSegment(raw: Buffer): IndexedPack[] {
  const packs: IndexedPack[] = [];
  walkSegment(raw, ({ pack_id, kind, epoch, size_bytes, at }) => {
    const directory = raw.subarray(
      at,
      walkDirectory(raw, at, () => undefined),
    );
    packs.push({ pack_id, kind, epoch, size_bytes, directory });
    return undefined;
  });
  return packs;
}

/**
 * Takes packs out of the index: a segment that names one is replaced, the new one first, so that at any moment every
 * other pack is named.
 */
export async function dropFromIndex(
  repository: Repository,
  isDropped: (pack_id: string) => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const { key, raw } of openedSegments(repository, signal)) {
    const packs = packsOfSegment(raw);
    const kept: IndexedPack[] = [];
    for (const pack of packs) if (!(await isDropped(pack.pack_id.toString("hex")))) kept.push(pack);
    if (kept.length === packs.length) continue;
    if (kept.length > 0) await repository.writeSegment(kept);
    await repository.store.delete(key);
  }
}

import { packKey } from "../pack/index.ts";
import type { Repository } from "../repository/index.ts";

const AT_ONCE = 8;

/** Packs of one backup that cannot be read at once. */
export interface ColdPacks {
  readonly packs: readonly string[];
  readonly bytes: number;
}

/** What of a backup stands in the cold tier here. @throws BACKUP_NOT_FOUND, STORE_* */
export async function coldPacks(repository: Repository, backup_id: string): Promise<ColdPacks> {
  const needed = new Set((await repository.readManifest(backup_id)).packs);
  const packs: string[] = [];
  let bytes = 0;
  for await (const { key, tier, size_bytes } of repository.store.list("packs/")) {
    const pack = key.slice(key.lastIndexOf("/") + 1);
    if (tier !== "cold" || !needed.has(pack)) continue;
    packs.push(pack);
    bytes += size_bytes;
  }
  return { packs, bytes };
}

export interface ThawState {
  readonly packs: number;
  readonly packs_ready: number;
  /** The latest date that the storage gave; null: it says none, or all is ready. */
  readonly ready_at_ms: number | null;
  /** When the first of what is ready freezes again; null: never. */
  readonly until_ms: number | null;
}

/** Asks for all of them to be readable for `keep_ms`, or how far that is. May be repeated. @throws STORE_* */
export async function thawPacks(
  { store }: Repository,
  packs: readonly string[],
  keep_ms: number,
  signal?: AbortSignal,
): Promise<ThawState> {
  let packs_ready = 0;
  let ready_at_ms: number | null = null;
  let until_ms: number | null = null;
  const rest = packs.values();
  const worker = async () => {
    for (const pack of rest) {
      signal?.throwIfAborted();
      const thaw = (await store.thaw?.(packKey(pack), keep_ms)) ?? { state: "ready" as const, until_ms: null };
      if (thaw.state === "ready") {
        packs_ready++;
        if (thaw.until_ms !== null) until_ms = Math.min(until_ms ?? thaw.until_ms, thaw.until_ms);
      } else if (thaw.ready_ms !== null) ready_at_ms = Math.max(ready_at_ms ?? 0, thaw.ready_ms);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { packs: packs.length, packs_ready, ready_at_ms, until_ms };
}

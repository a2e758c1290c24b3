import { packKey } from "../pack/index.ts";
import type { Prepared } from "./plan.ts";
import type { SweepOptions, Thawing } from "./types.ts";

const AT_ONCE = 8;
/** A run comes back for them within hours, and may then wait for others. */
const KEEP_MS = 3 * 24 * 3_600_000;

export const NOTHING_THAWING: Thawing = { packs: 0, bytes: 0, ready_at_ms: null };

/**
 * What is to be stored anew has to be read: asks for packs in the cold, and leaves out those that are not readable yet.
 */
export async function withoutFrozen(
  { repository, signal }: SweepOptions,
  prepared: Prepared,
): Promise<{ readonly prepared: Prepared; readonly thawing: Thawing }> {
  const { store } = repository;
  const cold = prepared.partly.filter((pack) => prepared.cold.has(pack));
  if (store.thaw === undefined || cold.length === 0) return { prepared, thawing: NOTHING_THAWING };
  const frozen = new Set<number>();
  let ready_at_ms: number | null = null;
  const rest = cold.values();
  const worker = async () => {
    for (const pack of rest) {
      signal?.throwIfAborted();
      const key = packKey(prepared.loaded.index.pack(pack).pack_id.toString("hex"));
      const thaw = await store.thaw?.(key, KEEP_MS);
      if (thaw === undefined || thaw.state === "ready") continue;
      frozen.add(pack);
      if (thaw.ready_ms !== null) ready_at_ms = Math.max(ready_at_ms ?? 0, thaw.ready_ms);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const bytes = [...frozen].reduce((sum, pack) => sum + (prepared.loaded.pack_sizes[pack] ?? 0), 0);
  return {
    prepared: { ...prepared, partly: prepared.partly.filter((pack) => !frozen.has(pack)) },
    thawing: { packs: frozen.size, bytes, ready_at_ms },
  };
}

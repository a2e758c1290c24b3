import { hasCode } from "../../base/index.ts";
import { packKey } from "../pack/index.ts";
import { Meter } from "../pipeline/index.ts";
import { planTiers } from "./plan.ts";
import type { TierMove, TierOptions, TierReport } from "./types.ts";

const AT_ONCE = 4;
/** A pack that is thawed to be moved up is moved within a day or two; the next runs find it. */
const THAW_KEEP_MS = 3 * 86_400_000;

/**
 * Moves packs to where their backups need them, those that are needed hotter first. Beside everything that runs:
 * readers find a pack in whatever tier it is, and a sweep deletes it there. May be killed anywhere and run again.
 * @throws STORE_*, MANIFEST_DAMAGED
 */
export async function runTiers(options: TierOptions): Promise<TierReport> {
  const { repository, signal } = options;
  const meter = new Meter(repository.clock, options.onProgress);
  meter.begin("plan", null, null);
  const plan = await planTiers(options);
  const total_bytes = plan.moves.reduce((sum, move) => sum + move.size_bytes, 0);
  meter.begin("move", plan.moves.length, total_bytes);
  const order = [...plan.moves].sort((a, b) => Number(isUp(b)) - Number(isUp(a)));
  let [packs_moved, bytes_moved, packs_thawing, packs_left] = [0, 0, 0, 0];
  const rest = order.values();
  const worker = async () => {
    for (const move of rest) {
      signal?.throwIfAborted();
      const outcome = await moveOne(options, move);
      if (outcome === "moved") {
        packs_moved++;
        bytes_moved += move.size_bytes;
      } else if (outcome === "thawing") packs_thawing++;
      else packs_left++;
      meter.add(1, move.size_bytes);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  meter.end();
  return { plan, packs_moved, bytes_moved, packs_thawing, packs_left };
}

function isUp({ from, to }: TierMove): boolean {
  return to === "hot" || from === "cold";
}

async function moveOne({ repository: { store } }: TierOptions, { pack, to }: TierMove) {
  if (store.move === undefined) return "left";
  try {
    await store.move(packKey(pack), to);
    return "moved";
  } catch (error) {
    if (hasCode(error, "STORE_ARCHIVED")) {
      await store.thaw?.(packKey(pack), THAW_KEEP_MS);
      return "thawing";
    }
    // Swept, or locked by a backup made since the plan.
    if (!hasCode(error, "STORE_NOT_FOUND") && !hasCode(error, "STORE_LOCKED")) throw error;
    return "left";
  }
}

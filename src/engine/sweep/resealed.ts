import { packKey } from "../pack/index.ts";
import type { LoadedIndex } from "../repository/index.ts";
import { type Backups, runningLock } from "./backups.ts";
import type { Survey } from "./survey.ts";
import type { SweepOptions } from "./types.ts";

/**
 * Packs that hold needed chunks under an older epoch, and that nobody has locked: those of the youngest backups first,
 * until the bytes asked for are reached.
 */
export async function chooseResealed(
  { repository, reseal, signal }: SweepOptions,
  { listed, pinned, tiers }: Backups,
  { index, packs, pack_sizes }: LoadedIndex,
  { raw_live }: Survey,
  chosen_already: readonly number[],
): Promise<number[]> {
  if (reseal === undefined) return [];
  const taken = new Set(chosen_already);
  const found: { pack: number; id: string; youngest_ms: number }[] = [];
  for (const [id, pack] of packs) {
    if (taken.has(pack) || pinned.has(id) || (raw_live[pack] ?? 0) === 0) continue;
    if (index.pack(pack).epoch >= reseal.below_epoch) continue;
    if ((tiers.get(id) ?? "hot") !== reseal.phase) continue;
    found.push({ pack, id, youngest_ms: listed.get(id) ?? 0 });
  }
  found.sort((a, b) => b.youngest_ms - a.youngest_ms || (a.id < b.id ? -1 : 1));
  const chosen: number[] = [];
  let bytes = 0;
  for (const { pack, id } of found) {
    signal?.throwIfAborted();
    const size = pack_sizes[pack] ?? 0;
    if (chosen.length > 0 && bytes + size > reseal.bytes_max) break;
    if ((await runningLock({ repository }, packKey(id))) !== undefined) continue;
    chosen.push(pack);
    bytes += size;
    if (bytes >= reseal.bytes_max) break;
  }
  return chosen;
}

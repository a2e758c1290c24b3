import { PACK_DATA } from "../pack/index.ts";
import { isRunning, type ObjectStat, type StorageTier } from "../store/index.ts";
import type { Deferral, PerTier, Sum, TierMove, TierOptions, TierPlan, TierRules } from "./types.ts";

const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;
const TIERS = ["hot", "warm", "cold"] as const;
const RANK: PerTier<number> = { hot: 0, warm: 1, cold: 2 };

/** What is known of the backups that need one pack. */
interface Need {
  tier: StorageTier;
  /** When the last of them expires; infinite when one does not. */
  until_ms: number;
}

/** Compares where each pack stands with where its backups need it. Moves nothing. @throws STORE_*, MANIFEST_DAMAGED */
export async function planTiers(options: TierOptions): Promise<TierPlan> {
  const { repository, rules, signal } = options;
  const { needs, backups } = await needsOf(options);
  const data = await dataPacks(options, needs);
  const sums = new Sums();
  const moves: TierMove[] = [];
  const now_ms = repository.clock.now_ms();
  // Where moving leaves a locked version behind, locks have to be known; elsewhere the listing has them anyway.
  for await (const stat of repository.store.list("packs/", { locks: true })) {
    signal?.throwIfAborted();
    const pack = stat.key.slice(stat.key.lastIndexOf("/") + 1);
    const from = stat.tier ?? "hot";
    const need = needs.get(pack);
    // A pack that no backup names is a sweep's business, or that of a backup under way.
    const wanted = need === undefined ? from : data.has(pack) ? need.tier : "hot";
    const deferral = wanted === from ? undefined : deferralOf(stat, from, wanted, need, rules, options, now_ms);
    const to = deferral === undefined ? wanted : from;
    if (deferral !== undefined) sums.defer(deferral, stat.size_bytes);
    sums.add(from, to, stat.size_bytes);
    if (to !== from) moves.push({ pack, size_bytes: stat.size_bytes, from, to });
  }
  return { moves, backups, ...sums.result(rules) };
}

/** The hottest tier that any backup needs of each pack; deleted ones that can be brought back count, too. */
async function needsOf({ repository, backups, signal }: TierOptions) {
  const needs = new Map<string, Need>();
  const counts = { hot: 0, warm: 0, cold: 0 };
  const state = await repository.sweepState();
  for (const backup_id of await repository.listBackupIds()) {
    signal?.throwIfAborted();
    const manifest = await repository.findManifest(backup_id, state);
    if (manifest === undefined) continue;
    const { tier, expires_at_ms } = backups.get(backup_id) ?? { tier: "hot" as const, expires_at_ms: null };
    counts[tier]++;
    const until_ms = expires_at_ms ?? Number.POSITIVE_INFINITY;
    for (const pack of manifest.packs) {
      const need = needs.get(pack);
      if (need === undefined) needs.set(pack, { tier, until_ms });
      else {
        if (RANK[tier] < RANK[need.tier]) need.tier = tier;
        need.until_ms = Math.max(need.until_ms, until_ms);
      }
    }
  }
  return { needs, backups: counts };
}

/** Those that hold data; of what is not in the index nothing is known, and it stays hot. */
async function dataPacks({ repository, signal }: TierOptions, needs: ReadonlyMap<string, Need>): Promise<Set<string>> {
  const { index, packs } = await repository.loadIndex({
    new_chunks: 0,
    new_frames: 0,
    new_packs: 0,
    avoid: new Set(),
    ...(signal === undefined ? {} : { signal }),
  });
  const data = new Set<string>();
  for (const [id, number] of packs) if (needs.has(id) && index.pack(number).kind === PACK_DATA) data.add(id);
  return data;
}

function deferralOf(
  stat: ObjectStat,
  from: StorageTier,
  to: StorageTier,
  need: Need | undefined,
  rules: TierRules,
  { repository }: TierOptions,
  now_ms: number,
): Deferral | undefined {
  const moves_locked = repository.store.description.startsWith("fs:");
  if (!moves_locked && isRunning(stat.lock, now_ms)) return "locked";
  if (RANK[to] < RANK[from]) return undefined; // somebody needs it: that costs what it costs
  if (now_ms - stat.modified_ms < rules.min_days[from] * DAY_MS) return "minimum";
  const left_ms = (need?.until_ms ?? Number.POSITIVE_INFINITY) - now_ms;
  return left_ms < rules.min_days[to] * DAY_MS ? "expires" : undefined;
}

class Sums {
  readonly #now = new Map<StorageTier, Sum>();
  readonly #after = new Map<StorageTier, Sum>();
  readonly #moves = new Map<string, Sum>();
  readonly #deferred = new Map<Deferral, Sum>();

  add(from: StorageTier, to: StorageTier, bytes: number): void {
    plus(this.#now, from, bytes);
    plus(this.#after, to, bytes);
    if (from !== to) plus(this.#moves, `${from}>${to}`, bytes);
  }

  defer(why: Deferral, bytes: number): void {
    plus(this.#deferred, why, bytes);
  }

  result(rules: TierRules): Omit<TierPlan, "moves" | "backups"> {
    const none: Sum = { packs: 0, bytes: 0 };
    const perTier = (sums: ReadonlyMap<StorageTier, Sum>) => ({
      hot: sums.get("hot") ?? none,
      warm: sums.get("warm") ?? none,
      cold: sums.get("cold") ?? none,
    });
    const deferred = (why: Deferral) => this.#deferred.get(why) ?? none;
    const moves_by = [...this.#moves].map(([pair, sum]) => {
      const [from, to] = pair.split(">") as [StorageTier, StorageTier];
      return { from, to, ...sum };
    });
    const now = perTier(this.#now);
    const after = perTier(this.#after);
    return {
      moves_by,
      now,
      after,
      deferred: { minimum: deferred("minimum"), expires: deferred("expires"), locked: deferred("locked") },
      saves_month: savings(now, after, rules),
    };
  }
}

function plus<K>(sums: Map<K, Sum>, key: K, bytes: number): void {
  const sum = sums.get(key) ?? { packs: 0, bytes: 0 };
  sums.set(key, { packs: sum.packs + 1, bytes: sum.bytes + bytes });
}

function savings(now: PerTier<Sum>, after: PerTier<Sum>, { price_gib_month }: TierRules): number | null {
  let saves = 0;
  for (const tier of TIERS) {
    const bytes = now[tier].bytes - after[tier].bytes;
    if (bytes === 0) continue;
    const price = price_gib_month[tier];
    if (price === null) return null;
    saves += (bytes / GIB) * price;
  }
  return saves;
}

import { Decimal } from "decimal.js";
import { sql } from "kysely";
import type { PolicySpec } from "../../model/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { listPrices } from "../billing/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { getPolicy, loadSelection, rpo_ms } from "../policy/index.ts";
import { type CoverageChange, coverageChange } from "./coverage-change.ts";
import { DAY_MS, type Simulation, simulateCalendar } from "./calendar.ts";

export interface SimulateOptions {
  readonly days: number;
  /** Instead of what is stored: the change that is looked at. */
  readonly spec?: PolicySpec | undefined;
  readonly currency: string;
}

/** Reckoned for all workloads under the policy together. */
export interface MonthForecast {
  readonly month: string;
  /** Of each workload, on the month's last day. */
  readonly points: number;
  readonly bytes: { readonly hot: number; readonly warm: number; readonly cold: number };
  readonly transfer_bytes: number;
  /** Null: the price book has no price for one of the tiers used. */
  readonly cost: string | null;
}

export interface Forecast {
  readonly rpo_seconds: number;
  readonly longest_gap_seconds: number;
  readonly rpo_held: boolean;
  readonly rpo_misses: readonly string[];
  readonly runs: number;
  /** Recovery points that a workload has at the end, oldest first. */
  readonly kept: readonly { readonly at: string; readonly classes: readonly string[]; readonly until: string | null }[];
  readonly months: readonly MonthForecast[];
  readonly cost_total: string | null;
}

export interface PolicySimulation {
  readonly policy: string;
  readonly days: number;
  readonly currency: string;
  readonly workloads: number;
  /** Without two backups yet: their bytes are in no figure. */
  readonly unmeasured: number;
  /** What all workloads take once, and what they change in a day, after deduplication and compression. */
  readonly base_bytes: number;
  readonly change_bytes_per_day: number;
  readonly current: Forecast;
  readonly changed: Forecast | null;
  /** Who would gain or lose coverage by the change; null without one. */
  readonly coverage: CoverageChange | null;
}

/** The policy as it is and, beside it, as it would be. @throws POLICY_NOT_FOUND */
export async function simulatePolicy(
  db: Db,
  id_or_name: string,
  { days, spec, currency }: SimulateOptions,
  { clock }: Pick<Ports, "clock">,
): Promise<PolicySimulation> {
  const policy = await getPolicy(db, id_or_name);
  const now_ms = clock.now_ms();
  const sizes = await measure(db, policy.id, now_ms);
  const prices = new Map(
    (await listPrices(db, currency))
      .filter(({ effective_from }) => effective_from <= new Date(now_ms).toISOString().slice(0, 10))
      .map(({ item, amount }) => [item, amount]),
  );
  // A change is held against what is promised now: a policy alone always keeps its own promise.
  const promised_ms = rpo_ms(policy.spec);
  const forecast = (of: PolicySpec) =>
    reckon(of, simulateCalendar(of, now_ms, days, promised_ms), sizes, prices, now_ms, days);
  const { existing: _, ids, ...told } = sizes;
  return {
    policy: policy.name,
    days,
    currency,
    ...told,
    current: forecast(policy.spec),
    changed: spec === undefined ? null : forecast(spec),
    coverage: spec === undefined ? null : await coverageChange(db, policy.id, spec, ids, now_ms),
  };
}

interface Sizes {
  /** Under the policy. */
  readonly ids: readonly string[];
  readonly workloads: number;
  readonly unmeasured: number;
  readonly base_bytes: number;
  readonly change_bytes_per_day: number;
  /** What backups that are there take, by the day their retention ends. */
  readonly existing: readonly { readonly until_ms: number; readonly bytes: number }[];
}

async function measure(db: Db, policy_id: string, now_ms: number): Promise<Sizes> {
  const selection = await loadSelection(db);
  const ids: string[] = [];
  for await (const workload of everyWorkload(db)) {
    const { bindings } = selection.resolve(workload, now_ms);
    if (bindings.some((binding) => binding.policy.id === policy_id)) ids.push(workload.id);
  }
  const good = sql`workload_id = any(${ids}::text[]) and state = 'AVAILABLE' and stored_bytes is not null`;
  const { rows } = await sql<{ base: number; later: number; days: number }>`
    select max(stored_bytes)::float8 as base, (sum(stored_bytes) - max(stored_bytes))::float8 as later,
      greatest(1, extract(epoch from max(created_at) - min(created_at)) / 86400)::float8 as days
    from backups where ${good} group by workload_id having count(*) > 1`.execute(db);
  const { rows: existing } = await sql<{ until_ms: number; bytes: number }>`
    select coalesce(extract(epoch from date_trunc('day', retain_until)) * 1000, 8.64e15)::float8 as until_ms,
      sum(stored_bytes)::float8 as bytes
    from backups where ${good} group by 1`.execute(db);
  return {
    ids,
    workloads: ids.length,
    unmeasured: ids.length - rows.length,
    base_bytes: Math.round(rows.reduce((sum, row) => sum + row.base, 0)),
    change_bytes_per_day: Math.round(rows.reduce((sum, row) => sum + row.later / row.days, 0)),
    existing,
  };
}

const GIB = 2 ** 30;

/**
 * A point holds what changed until the next newer one that is kept, at most everything once. What is there already goes
 * by its own dates; below it lies everything once.
 */
function reckon(
  spec: PolicySpec,
  calendar: Simulation,
  sizes: Sizes,
  prices: ReadonlyMap<string, string>,
  now_ms: number,
  days: number,
): Forecast {
  const places = 1 + new Set(spec.copy?.cross_region === undefined ? [] : [spec.copy.cross_region].flat()).size;
  const months = new Map<
    string,
    { points: number; days: number; hot: number; warm: number; cold: number; moved: number }
  >();
  for (let day = 1; day <= days; day++) {
    const day_ms = now_ms + day * DAY_MS;
    const kept = calendar.keptOn(day_ms);
    const there = sizes.existing.reduce((sum, { until_ms, bytes }) => sum + (until_ms > day_ms ? bytes : 0), 0);
    const bytes = { hot: Math.max(there, sizes.workloads > sizes.unmeasured ? sizes.base_bytes : 0), warm: 0, cold: 0 };
    kept.forEach(({ at_ms, tier }, at) => {
      const gap_days = ((kept[at + 1]?.at_ms ?? day_ms) - at_ms) / DAY_MS;
      bytes[tier] += Math.min(sizes.base_bytes, sizes.change_bytes_per_day * gap_days);
    });
    const name = new Date(day_ms).toISOString().slice(0, 7);
    const of = months.get(name) ?? { points: 0, days: 0, hot: 0, warm: 0, cold: 0, moved: 0 };
    of.points = kept.length;
    of.days++;
    for (const tier of ["hot", "warm", "cold"] as const) of[tier] += bytes[tier] * places;
    of.moved += sizes.change_bytes_per_day * (places - 1);
    months.set(name, of);
  }
  const rows = [...months].map(([month, of]): MonthForecast => {
    const bytes = { hot: of.hot / of.days, warm: of.warm / of.days, cold: of.cold / of.days };
    const [year, index] = month.split("-").map(Number);
    const share = of.days / new Date(Date.UTC(year ?? 0, index ?? 0, 0)).getUTCDate();
    return {
      month,
      points: of.points,
      bytes: { hot: Math.round(bytes.hot), warm: Math.round(bytes.warm), cold: Math.round(bytes.cold) },
      transfer_bytes: Math.round(of.moved),
      cost: costOf(bytes, of.moved, share, prices),
    };
  });
  const priced = rows.every(({ cost }) => cost !== null);
  const end_ms = now_ms + days * DAY_MS;
  const at_end = new Set(calendar.keptOn(end_ms).map(({ at_ms }) => at_ms));
  const { rpo_seconds, longest_gap_seconds, rpo_held, rpo_misses, runs } = calendar;
  return {
    rpo_seconds,
    longest_gap_seconds,
    rpo_held,
    rpo_misses,
    runs,
    kept: calendar.points
      .filter(({ at_ms }) => at_end.has(at_ms))
      .map(({ at_ms, classes, until_ms }) => ({
        at: new Date(at_ms).toISOString(),
        classes,
        until: until_ms === null ? null : new Date(until_ms).toISOString(),
      })),
    months: rows,
    cost_total: priced ? rows.reduce((sum, { cost }) => sum.plus(cost ?? 0), new Decimal(0)).toFixed(2) : null,
  };
}

function costOf(
  bytes: MonthForecast["bytes"],
  moved: number,
  share: number,
  prices: ReadonlyMap<string, string>,
): string | null {
  let cost = new Decimal(0);
  const used = [
    ...(["hot", "warm", "cold"] as const).map((tier) => [`storage.${tier}`, (bytes[tier] / GIB) * share] as const),
    ["transfer", moved / GIB] as const,
  ];
  for (const [item, quantity] of used) {
    if (quantity === 0) continue;
    const price = prices.get(item);
    if (price === undefined) return null;
    cost = cost.plus(new Decimal(price).times(quantity));
  }
  return cost.toFixed(2);
}

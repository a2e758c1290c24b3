import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";

/** What was held on one day: the mean over the hours that were measured, summed over repositories. */
export interface DayHeld {
  /** In UTC, `2026-05-11`. */
  readonly day: string;
  readonly bytes: number;
}

export interface HeldAhead {
  readonly days: number;
  readonly bytes: number;
  /** Where it will lie in 95 of 100 cases, if it goes on as it went. */
  readonly low_bytes: number;
  readonly high_bytes: number;
}

export interface TierGrowth {
  readonly tier: "hot" | "warm" | "cold";
  /** Of the newest day that was measured. */
  readonly bytes: number;
  readonly history: readonly DayHeld[];
  /** Null, like `ahead`: too few days were measured to say. */
  readonly change_bytes_per_day: number | null;
  readonly ahead: readonly HeldAhead[] | null;
}

export interface StorageGrowth {
  readonly generated_at: string;
  /** How the figures ahead come about, as a sentence. */
  readonly method: string;
  /** Days with a measurement, of the last 90. */
  readonly days_measured: number;
  readonly days_needed: number;
  readonly tiers: readonly TierGrowth[];
}

const DAY_MS = 86_400_000;
const LOOKBACK_DAYS = 90;
/** A week: with less, one weekday's habit would be taken for a trend. */
const DAYS_NEEDED = 7;
const AHEAD_DAYS = [30, 90, 365] as const;
const TIERS = ["hot", "warm", "cold"] as const;
/** Of the normal distribution: 95 of 100 lie within so many standard errors. */
const Z_95 = 1.96;

/**
 * What the packs of one project (id), or of all, took by tier on each of the last 90 days, as metering measured it hour
 * by hour, and where that leads.
 */
export async function storageGrowth(
  db: Db,
  now_ms: number,
  options: { readonly project_id?: string } = {},
): Promise<StorageGrowth> {
  const from = new Date(Math.floor(now_ms / DAY_MS) * DAY_MS - LOOKBACK_DAYS * DAY_MS);
  const project_id = options.project_id ?? null;
  const { rows } = await sql<{ day: string; tier: string; bytes: number }>`
    with place as (
      select date_trunc('day', hour, 'UTC') as day, class, sum(quantity) / count(distinct hour) as bytes
      from usage_records
      where meter = 'storage' and hour >= ${from} and (${project_id}::text is null or project_id = ${project_id})
      group by 1, 2, project_id, region_id
    )
    select to_char(day at time zone 'UTC', 'YYYY-MM-DD') as day, class as tier, sum(bytes)::float8 as bytes
    from place group by 1, 2 order by 1`.execute(db);
  const days = [...new Set(rows.map(({ day }) => day))];
  return {
    generated_at: new Date(now_ms).toISOString(),
    method:
      `Straight line through the daily means of the last ${LOOKBACK_DAYS} days (least squares, ` +
      `${days.length === 1 ? "1 day" : `${days.length} days`} measured); the range is that of 95 in 100 cases.`,
    days_measured: days.length,
    days_needed: DAYS_NEEDED,
    tiers: TIERS.map((tier) => {
      const held = new Map(rows.filter((row) => row.tier === tier).map(({ day, bytes }) => [day, bytes]));
      // A measured repository without packs in this tier has a record of none; a day without any record has no figure.
      const history = days.map((day) => ({ day, bytes: Math.round(held.get(day) ?? 0) }));
      const bytes = history.at(-1)?.bytes ?? 0;
      const line = history.length < DAYS_NEEDED ? null : lineThrough(history.map(pointOf));
      const today = Math.floor(now_ms / DAY_MS);
      return {
        tier,
        bytes,
        history,
        change_bytes_per_day: line === null ? null : Math.round(line.slope),
        ahead: line === null ? null : AHEAD_DAYS.map((days_on) => aheadOf(line, today, days_on)),
      };
    }),
  };
}

function pointOf({ day, bytes }: DayHeld): readonly [x: number, y: number] {
  return [Date.parse(`${day}T00:00:00Z`) / DAY_MS, bytes];
}

interface Line {
  readonly slope: number;
  at(x: number): number;
  /** Half the width of the range for a single new value at `x`. */
  range(x: number): number;
}

/** Least squares, with the prediction interval of ordinary linear regression. At least three points. */
function lineThrough(points: readonly (readonly [number, number])[]): Line {
  const n = points.length;
  const mean_x = points.reduce((sum, [x]) => sum + x, 0) / n;
  const mean_y = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const spread = points.reduce((sum, [x]) => sum + (x - mean_x) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - mean_x) * (y - mean_y), 0) / spread;
  const at = (x: number) => mean_y + slope * (x - mean_x);
  const left = points.reduce((sum, [x, y]) => sum + (y - at(x)) ** 2, 0);
  const deviation = Math.sqrt(left / (n - 2));
  return { slope, at, range: (x) => Z_95 * deviation * Math.sqrt(1 + 1 / n + (x - mean_x) ** 2 / spread) };
}

function aheadOf(line: Line, today: number, days: number): HeldAhead {
  const [bytes, range] = [line.at(today + days), line.range(today + days)];
  const whole = (value: number) => Math.max(0, Math.round(value));
  return { days, bytes: whole(bytes), low_bytes: whole(bytes - range), high_bytes: whole(bytes + range) };
}

import type { GfsClass, PolicySpec } from "../../model/index.ts";
import { rpo_ms, rulesOf } from "../policy/index.ts";
import { classify, type ExistingBackup, retentionRuleOf } from "../retention/index.ts";
import { runsBetween } from "../schedule/index.ts";
import { tierOfAge } from "../tiering/index.ts";

export const DAY_MS = 86_400_000;
/** A run every five minutes for more than a year. */
const RUNS_MAX = 120_000;

export interface Point {
  readonly at_ms: number;
  readonly classes: readonly GfsClass[];
  /** Null: kept until someone decides. */
  readonly until_ms: number | null;
}

/** What one workload would have. */
export interface Simulation {
  /** What pauses are held against. */
  readonly rpo_seconds: number;
  readonly longest_gap_seconds: number;
  readonly rpo_held: boolean;
  /** When each pause that is longer than the RPO begins; the first 50. */
  readonly rpo_misses: readonly string[];
  readonly runs: number;
  readonly points: readonly Point[];
  /** On each day, the last first moment counted: which points are there, and in which tier. */
  keptOn(day_ms: number): readonly { readonly at_ms: number; readonly tier: "hot" | "warm" | "cold" }[];
}

/**
 * Every run of `days` from `from_ms`, with what its backup carries and until when; pauses are held against `limit_ms`.
 * Pure.
 */
export function simulateCalendar(spec: PolicySpec, from_ms: number, days: number, limit_ms = rpo_ms(spec)): Simulation {
  const until_ms = from_ms + days * DAY_MS;
  const times = new Set<number>();
  for (const rule of rulesOf(spec)) for (const at of runsBetween(rule, from_ms, until_ms, RUNS_MAX)) times.add(at);
  const rule = retentionRuleOf(spec);
  // Time only goes on: of each class the newest that carries it says whether its period is taken.
  const newest = new Map<GfsClass, ExistingBackup>();
  const points: Point[] = [];
  const misses: string[] = [];
  let longest_ms = 0;
  let before_ms: number | undefined;
  for (const at_ms of [...times].sort((a, b) => a - b)) {
    const gap_ms = at_ms - (before_ms ?? at_ms);
    longest_ms = Math.max(longest_ms, gap_ms);
    if (gap_ms > limit_ms && misses.length < 50) misses.push(new Date(before_ms ?? at_ms).toISOString());
    before_ms = at_ms;
    const { gfs, retain_until_ms } = classify({ created_at_ms: at_ms }, [...newest.values()], rule);
    const classes = gfs.map((mark) => mark.class);
    for (const name of classes) newest.set(name, { created_at_ms: at_ms, classes: [name] });
    points.push({ at_ms, classes, until_ms: retain_until_ms });
  }
  const last = rule.keep_last ?? 0;
  const keptOn = (day_ms: number) => {
    const made = points.filter(({ at_ms }) => at_ms <= day_ms);
    // Those of `keep_last`, and the last good one whatever its date.
    const always = new Set(made.slice(-Math.max(1, last)));
    return made
      .filter((point) => point.until_ms === null || point.until_ms > day_ms || always.has(point))
      .map(({ at_ms }) => ({ at_ms, tier: tierOfAge(day_ms - at_ms, spec) }));
  };
  return {
    rpo_seconds: limit_ms / 1000,
    longest_gap_seconds: longest_ms / 1000,
    rpo_held: longest_ms <= limit_ms && points.length > 0,
    rpo_misses: misses,
    runs: points.length,
    points,
    keptOn,
  };
}

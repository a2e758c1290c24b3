import type { PolicySpec, ScheduleRule } from "../../model/index.ts";
import { cronOf, rulesOf } from "../policy/index.ts";
import type { ParsedRule } from "../policy/index.ts";

/** One time of a schedule. */
export interface Run {
  readonly rule: ScheduleRule;
  readonly at_ms: number;
}

/**
 * The next `count` times of a policy after `from_ms`, all rules together, in order. Times that a clock change leaves
 * out run at the first instant after the gap; times that are shown twice run once, the first time.
 */
export function nextRuns(spec: PolicySpec, from_ms: number, count: number): Run[] {
  const runs = rulesOf(spec).flatMap((rule) =>
    cronOf(rule)
      .nextRuns(count, new Date(from_ms))
      .map((at) => ({ rule: rule.rule, at_ms: at.getTime() })),
  );
  return runs.sort((a, b) => a.at_ms - b.at_ms).slice(0, count);
}

/** Times of one rule in (`after_ms`, `until_ms`], oldest first, at most `limit`. */
export function runsBetween(
  rule: Pick<ParsedRule, "pattern" | "zone">,
  after_ms: number,
  until_ms: number,
  limit: number,
): number[] {
  const cron = cronOf(rule);
  const runs: number[] = [];
  let at = cron.nextRun(new Date(after_ms));
  while (at !== null && at.getTime() <= until_ms && runs.length < limit) {
    runs.push(at.getTime());
    at = cron.nextRun(at);
  }
  return runs;
}

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
  let at_ms = nextAfter_ms(cron, after_ms);
  while (at_ms !== null && at_ms <= until_ms && runs.length < limit) {
    runs.push(at_ms);
    at_ms = nextAfter_ms(cron, at_ms);
  }
  return runs;
}

/** The first time of a rule after an instant; null: never. */
export function nextRunOf_ms(rule: Pick<ParsedRule, "pattern" | "zone">, after_ms: number): number | null {
  return nextAfter_ms(cronOf(rule), after_ms);
}

/** Between an instant and the next run the answer is the same: many workloads ask for about the same instant. */
const last_answers = new WeakMap<ReturnType<typeof cronOf>, { readonly from_ms: number; readonly next_ms: number }>();

function nextAfter_ms(cron: ReturnType<typeof cronOf>, after_ms: number): number | null {
  const last = last_answers.get(cron);
  if (last !== undefined && after_ms >= last.from_ms && after_ms < last.next_ms) return last.next_ms;
  const next_ms = cron.nextRun(new Date(after_ms))?.getTime() ?? null;
  if (next_ms !== null) last_answers.set(cron, { from_ms: after_ms, next_ms });
  return next_ms;
}

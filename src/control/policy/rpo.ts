import { duration_ms } from "../../model/index.ts";
import type { PolicySpec } from "../../model/index.ts";
import { cronOf, rulesOf } from "./schedule-rule.ts";
import type { ParsedRule } from "./schedule-rule.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How old the last good backup may be, in milliseconds: what the policy says, else what its schedule promises. */
export function rpo_ms(spec: PolicySpec): number {
  return spec.rpo === undefined ? schedulePromise_ms(spec) : duration_ms(spec.rpo);
}

/** The longest pause between two runs of the policy's most frequent rule, clock changes aside. */
export function schedulePromise_ms(spec: PolicySpec): number {
  return Math.min(...rulesOf(spec).map(longestPause_ms));
}

function longestPause_ms(rule: ParsedRule): number {
  if (rule.rule === "hourly") return HOUR_MS;
  if (rule.rule === "daily") return DAY_MS;
  if (rule.rule === "monthly") return 31 * DAY_MS;
  // In UTC, where no day has 25 hours.
  const runs = cronOf({ pattern: rule.pattern, zone: "UTC" }).nextRuns(300, new Date(Date.UTC(2025, 0, 1)));
  return Math.max(...runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0)));
}

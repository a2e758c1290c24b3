import { duration_ms, gfsClasses } from "../../model/index.ts";
import type { GfsClass, PolicySpec, ScheduleRule } from "../../model/index.ts";
import { nextRuns } from "../schedule/index.ts";
import { rpo_ms, schedulePromise_ms } from "../policy/index.ts";
import { classify, retentionRuleOf, unitOf } from "./classify.ts";
import type { ExistingBackup, RetentionRule } from "./classify.ts";

/** What a policy would do, without doing it. */
export interface PolicyPreview {
  readonly rpo_seconds: number;
  readonly zone: string;
  readonly runs: readonly PreviewRun[];
  /** What the counts mean, in words. */
  readonly kept: readonly KeptRule[];
  /** Legal, but likely not what was meant. */
  readonly warnings: readonly string[];
}

interface KeptRule {
  readonly class: GfsClass | "keep_last" | "keep_within";
  /** Of `keep_within`: days. */
  readonly count: number;
  readonly text: string;
}

export interface PreviewRun {
  readonly at: string;
  readonly rules: readonly ScheduleRule[];
  readonly classes: readonly GfsClass[];
  readonly retain_until: string | null;
  readonly lock_until: string | null;
  readonly reasons: readonly string[];
}

/**
 * The next runs after `now_ms` and, for each, what its backup would carry, until when it would be kept and locked, and
 * why.
 * `existing` are the good backups of a workload; without them the preview is that of a new one.
 */
export function preview(
  spec: PolicySpec,
  now_ms: number,
  options: {
    readonly runs?: number;
    readonly existing?: readonly ExistingBackup[];
    readonly rule?: RetentionRule;
  } = {},
): PolicyPreview {
  const rule = options.rule ?? retentionRuleOf(spec);
  const count = options.runs ?? 10;
  const existing = [...(options.existing ?? [])];
  const by_time = new Map<number, ScheduleRule[]>();
  // Rules that meet at one time are one run: ask for enough to still have `count` of them.
  for (const run of nextRuns(spec, now_ms, count * 5)) {
    const rules = by_time.get(run.at_ms);
    if (rules === undefined) by_time.set(run.at_ms, [run.rule]);
    else rules.push(run.rule);
  }
  const runs = [...by_time].slice(0, count).map(([at_ms, rules]): PreviewRun => {
    const { gfs, retain_until_ms, lock, reasons } = classify({ created_at_ms: at_ms }, existing, rule);
    const classes = gfs.map((mark) => mark.class);
    existing.push({ created_at_ms: at_ms, classes });
    return {
      at: iso(at_ms),
      rules,
      classes,
      retain_until: isoOrNull(retain_until_ms),
      lock_until: isoOrNull(lock?.until_ms),
      reasons,
    };
  });
  const kept: KeptRule[] = gfsClasses.flatMap((gfs_class) => {
    const kept_count = rule.retention[gfs_class] ?? 0;
    if (kept_count === 0) return [];
    const unit = unitOf[gfs_class];
    return [
      {
        class: gfs_class,
        count: kept_count,
        text: `the first good backup of each ${unit}, for ${kept_count} ${unit}s`,
      },
    ];
  });
  if ((rule.keep_last ?? 0) > 0)
    kept.push({ class: "keep_last", count: rule.keep_last ?? 0, text: "the newest good backups, however old" });
  if ((rule.keep_within_ms ?? 0) > 0) {
    const days = Math.round((rule.keep_within_ms ?? 0) / 86_400_000);
    kept.push({
      class: "keep_within",
      count: days,
      text: `every good backup, for ${spec.retention.keep_within ?? `${days}d`}`,
    });
  }
  return { rpo_seconds: rpo_ms(spec) / 1000, zone: rule.zone, runs, kept, warnings: warningsOf(spec, rule) };
}

const SPAN_DAYS: Readonly<Record<GfsClass, number>> = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 };

function warningsOf(spec: PolicySpec, rule: RetentionRule): string[] {
  const warnings: string[] = [];
  const within_days = (rule.keep_within_ms ?? 0) / 86_400_000;
  const longest = Math.max(within_days, ...gfsClasses.map((it) => (rule.retention[it] ?? 0) * SPAN_DAYS[it]));
  const lock_days = spec.target?.object_lock?.days;
  if (!spec.immutable && lock_days !== undefined && lock_days > longest) {
    warnings.push(
      `object_lock.days is ${lock_days}, but nothing is kept that long: each backup is locked to its own expiry at most`,
    );
  }
  if (spec.immutable && lock_days !== undefined) {
    warnings.push("immutable locks every backup to its expiry in COMPLIANCE mode; object_lock has no further effect");
  }
  const finest = gfsClasses.find((it) => (rule.retention[it] ?? 0) > 0);
  if (finest !== undefined && schedulePromise_ms(spec) > SPAN_DAYS[finest] * 1.5 * 86_400_000) {
    warnings.push(
      `retention.${finest} counts ${unitOf[finest]}s, but runs are further apart: it keeps that many runs at least`,
    );
  }
  if (spec.immutable && finest === undefined && within_days === 0) {
    warnings.push("keep_last alone locks nothing: when such a backup expires is not known when it is written");
  }
  if (finest !== undefined && schedulePromise_ms(spec) < (SPAN_DAYS[finest] * 86_400_000) / 2) {
    warnings.push(
      `several runs fall into one ${unitOf[finest]}: all but the first are kept for one ${unitOf[finest]} only`,
    );
  }
  if (duration_ms(spec.start_window) > 2 * schedulePromise_ms(spec)) {
    warnings.push("start_window is longer than two runs are apart: a late run may start when newer ones are due");
  }
  return warnings;
}

function iso(instant_ms: number): string {
  return new Date(instant_ms).toISOString();
}

function isoOrNull(instant_ms: number | null | undefined): string | null {
  return instant_ms === null || instant_ms === undefined ? null : iso(instant_ms);
}

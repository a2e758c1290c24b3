import { addUnits, duration_ms, gfsClasses, periodOf } from "../../model/index.ts";
import type { CalendarUnit, GfsClass, GfsMark, PolicySpec } from "../../model/index.ts";
import { lockOf, zoneOf } from "../policy/index.ts";
import type { EffectiveLock } from "../policy/index.ts";

/** What retention needs of a policy; an effective policy is one as it stands. */
export interface RetentionRule {
  readonly retention: Readonly<Partial<Record<GfsClass, number>>>;
  readonly keep_last?: number;
  readonly keep_within_ms?: number;
  readonly zone: string;
  readonly lock: EffectiveLock | null;
}

/** A good backup that is there: written in full and not known to be damaged. */
export interface ExistingBackup {
  readonly created_at_ms: number;
  readonly classes: readonly GfsClass[];
}

/** What a backup carries from birth. */
export interface Classification {
  readonly gfs: readonly GfsMark[];
  /** Null: kept until someone decides, since no policy says anything. */
  readonly retain_until_ms: number | null;
  readonly lock: { readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly until_ms: number } | null;
  /** One sentence for each reason it is kept. */
  readonly reasons: readonly string[];
}

export const unitOf: Readonly<Record<GfsClass, CalendarUnit>> = {
  hourly: "hour",
  daily: "day",
  weekly: "week",
  monthly: "month",
  yearly: "year",
};
const DAY_MS = 86_400_000;

export function retentionRuleOf(spec: PolicySpec): RetentionRule {
  const counts = gfsClasses.flatMap((it) =>
    spec.retention[it] === undefined ? [] : [[it, spec.retention[it]] as const],
  );
  const { keep_last = 0, keep_within = "0s" } = spec.retention;
  const kept = { keep_last, keep_within_ms: duration_ms(keep_within) };
  return { retention: Object.fromEntries(counts), ...kept, zone: zoneOf(spec), lock: lockOf(spec) };
}

/** Classes of a rule that keep anything, finest first. */
export function activeClasses(rule: RetentionRule): GfsClass[] {
  return gfsClasses.filter((gfs_class) => (rule.retention[gfs_class] ?? 0) > 0);
}

/**
 * The classes a new backup carries, and with them its expiry and lock: known before its first byte is written. It
 * carries each class of whose current period (in the rule's zone) no good backup carries it yet. One without a class
 * stays for a unit of the finest class, or as long as that class when somebody asked for it. `keep_within` is known at
 * birth as well; `keep_last` is not, for it ends with backups that are still to come: it keeps (see the plan), and
 * locks nothing.
 */
export function classify(
  backup: { readonly created_at_ms: number; readonly on_demand?: boolean },
  existing: readonly ExistingBackup[],
  rule: RetentionRule | null,
): Classification {
  const { created_at_ms } = backup;
  const [finest] = rule === null ? [] : activeClasses(rule);
  const within_ms = rule?.keep_within_ms ?? 0;
  const last = rule?.keep_last ?? 0;
  if (rule === null || (finest === undefined && within_ms === 0 && last === 0)) {
    return {
      gfs: [],
      retain_until_ms: null,
      lock: null,
      reasons: ["no policy covers it: kept until someone deletes it"],
    };
  }
  const gfs: GfsMark[] = [];
  const reasons: string[] = [];
  for (const gfs_class of activeClasses(rule)) {
    const unit = unitOf[gfs_class];
    const period = periodOf(created_at_ms, unit, rule.zone);
    const taken = existing.some(
      (it) => it.classes.includes(gfs_class) && periodOf(it.created_at_ms, unit, rule.zone) === period,
    );
    if (taken) continue;
    const count = rule.retention[gfs_class] ?? 0;
    const retain_until = iso(addUnits(created_at_ms, count, unit, rule.zone));
    gfs.push({ class: gfs_class, period, retain_until });
    reasons.push(
      `${gfs_class}: first good backup of ${period}, kept for ${count} ${unit}${count === 1 ? "" : "s"} until ${retain_until}`,
    );
  }
  let retain_until_ms: number;
  if (finest === undefined) retain_until_ms = created_at_ms;
  else if (gfs.length > 0) {
    retain_until_ms = Math.max(...gfs.map((mark) => Date.parse(mark.retain_until)));
  } else {
    const count = backup.on_demand === true ? (rule.retention[finest] ?? 1) : 1;
    retain_until_ms = addUnits(created_at_ms, count, unitOf[finest], rule.zone);
    const why =
      backup.on_demand === true ? "made on demand, kept as long as" : "first of no period, kept for one unit of";
    reasons.push(`${why} the ${finest} class, until ${iso(retain_until_ms)}`);
  }
  if (within_ms > 0) {
    retain_until_ms = Math.max(retain_until_ms, created_at_ms + within_ms);
    reasons.push(`keep_within: every backup is kept until ${iso(created_at_ms + within_ms)}`);
  }
  if (last > 0) reasons.push(`keep_last: kept while fewer than ${last} newer good ones exist`);
  return { gfs, retain_until_ms, lock: lockFor(created_at_ms, retain_until_ms, rule.lock), reasons };
}

function lockFor(created_at_ms: number, retain_until_ms: number, lock: EffectiveLock | null): Classification["lock"] {
  if (lock === null || retain_until_ms <= created_at_ms) return null;
  const bound_ms = lock.days_max === null ? Number.POSITIVE_INFINITY : created_at_ms + lock.days_max * DAY_MS;
  return { mode: lock.mode, until_ms: Math.min(retain_until_ms, bound_ms) };
}

function iso(instant_ms: number): string {
  return new Date(instant_ms).toISOString();
}

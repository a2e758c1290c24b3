import { addUnits } from "../../model/index.ts";
import type { GfsMark } from "../../model/index.ts";
import { unitOf } from "./classify.ts";
import type { RetentionRule } from "./classify.ts";

/** A stored backup, as far as retention looks at it. */
export interface RetainedBackup {
  readonly id: string;
  readonly created_at_ms: number;
  readonly gfs: readonly GfsMark[];
  /** As stamped at birth. */
  readonly retain_until_ms: number | null;
  readonly lock_until_ms: number | null;
  /** Written in full and not known to be damaged. */
  readonly good: boolean;
  /** Legal holds on it, or on its workload. */
  readonly holds?: readonly { readonly id: string; readonly reason: string }[];
}

export interface Expiry {
  /** Null: nothing ends it. */
  readonly until_ms: number | null;
  readonly reasons: readonly string[];
}

/** Whether a backup stays, until when at least, and every reason for it. */
export interface RetentionVerdict {
  readonly id: string;
  readonly keep: boolean;
  /** Stays at least until then; null when the end depends on backups that are still to come. */
  readonly until_ms: number | null;
  readonly reasons: readonly string[];
}

const MOMENT_MS = 60_000;

/**
 * The date a backup stays until: what it was promised at birth, or longer when the policy has become longer since.
 */
export function expiry(backup: RetainedBackup, rule: RetentionRule | null): Expiry {
  const { retain_until_ms } = backup;
  if (retain_until_ms === null && backup.gfs.length === 0) {
    return { until_ms: null, reasons: ["no policy covered it when it was made: kept until someone deletes it"] };
  }
  let until_ms = retain_until_ms ?? 0;
  const reasons: string[] = [];
  for (const mark of backup.gfs) {
    const promised_ms = Date.parse(mark.retain_until);
    const count = rule?.retention[mark.class] ?? 0;
    const now_ms =
      rule === null || count === 0 ? 0 : addUnits(backup.created_at_ms, count, unitOf[mark.class], rule.zone);
    // The promise is made a moment before the backup's own time is stamped.
    const longer = now_ms > promised_ms + MOMENT_MS ? ", longer than at birth" : "";
    const mark_until_ms = Math.max(promised_ms, now_ms);
    until_ms = Math.max(until_ms, mark_until_ms);
    reasons.push(`${mark.class}: first good backup of ${mark.period}, until ${iso(mark_until_ms)}${longer}`);
  }
  const within_ms = backup.created_at_ms + (rule?.keep_within_ms ?? 0);
  if (within_ms > until_ms) {
    until_ms = within_ms;
    reasons.push(`keep_within: every backup is kept until ${iso(within_ms)}`);
  }
  if (backup.gfs.length === 0) reasons.push(`carries no class, until ${iso(until_ms)}`);
  return { until_ms, reasons };
}

/**
 * What would be kept and pruned of one workload's backups at `now_ms`, newest first. Pure; deletes nothing.
 *
 * Beyond its date a backup stays while it is locked or under a legal hold, while it is the last good one, while it is
 * among the `keep_last` newest good ones, and while fewer than the rule's
 * count of newer good backups carry one of its classes: periods in which nothing was backed up use up no retention.
 */
export function retentionPlan(
  backups: readonly RetainedBackup[],
  rule: RetentionRule | null,
  now_ms: number,
): RetentionVerdict[] {
  const newest_first = [...backups].sort((a, b) => b.created_at_ms - a.created_at_ms || (a.id < b.id ? 1 : -1));
  const last_good = newest_first.find((backup) => backup.good);
  const newer = new Map<string, number>();
  let newer_good = 0;
  return newest_first.map((backup) => {
    const { until_ms, reasons: expiry_reasons } = expiry(backup, rule);
    const reasons = until_ms === null || until_ms > now_ms ? [...expiry_reasons] : [];
    const dated = reasons.length > 0;
    let open_ended = false;
    if (backup.lock_until_ms !== null && backup.lock_until_ms > now_ms)
      reasons.push(`locked until ${iso(backup.lock_until_ms)}`);
    for (const hold of backup.holds ?? []) reasons.push(`legal hold ${hold.id}: ${hold.reason}`);
    if ((backup.holds ?? []).length > 0) open_ended = true;
    if (backup.good) {
      const last = rule?.keep_last ?? 0;
      if (newer_good < last) {
        open_ended = true;
        reasons.push(`keep_last: ${newer_good} of ${last} newer good ones exist`);
      }
      newer_good++;
      for (const mark of backup.gfs) {
        const count = rule?.retention[mark.class] ?? 0;
        const newer_count = newer.get(mark.class) ?? 0;
        newer.set(mark.class, newer_count + 1);
        if (newer_count >= count || (until_ms !== null && until_ms > now_ms)) continue;
        open_ended = true;
        reasons.push(
          `${mark.class}: past its date, but only ${newer_count} of ${count} newer ones exist; empty periods are not counted`,
        );
      }
    }
    if (backup === last_good) {
      open_ended = true;
      reasons.push("the last good backup of the workload, never pruned");
    }
    const dates = [dated ? until_ms : null, backup.lock_until_ms].filter(
      (it): it is number => it !== null && it > now_ms,
    );
    const known_ms = dated && until_ms === null ? null : dates.length === 0 ? null : Math.max(...dates);
    return {
      id: backup.id,
      keep: reasons.length > 0,
      until_ms: open_ended && known_ms === null ? null : known_ms,
      reasons: reasons.length > 0 ? reasons : pruneReasons(until_ms),
    };
  });
}

/** Why one backup is kept, and until when; the verdict on it within its workload's backups. */
export function explain(
  backup_id: string,
  backups: readonly RetainedBackup[],
  rule: RetentionRule | null,
  now_ms: number,
): RetentionVerdict | undefined {
  return retentionPlan(backups, rule, now_ms).find((verdict) => verdict.id === backup_id);
}

function pruneReasons(until_ms: number | null): string[] {
  return until_ms === null ? [] : [`its retention ended at ${iso(until_ms)}`];
}

function iso(instant_ms: number): string {
  return new Date(instant_ms).toISOString();
}

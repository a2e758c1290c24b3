import { getWorkload } from "../inventory/index.ts";
import { loadSelection } from "../policy/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { ExistingBackup, RetentionRule } from "./classify.ts";
import { retentionError } from "./errors.ts";
import { activeHolds } from "./holds.ts";
import { explain, retentionPlan } from "./plan.ts";
import type { RetainedBackup, RetentionVerdict } from "./plan.ts";

/** All backups of a workload that hold data, oldest first, as retention looks at them. */
export async function loadRetained(db: Db, workload_id: string): Promise<RetainedBackup[]> {
  const rows = await db
    .selectFrom("backups")
    .select(["id", "created_at", "gfs", "retain_until", "lock_until", "state", "verified_state"])
    .where("workload_id", "=", workload_id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .orderBy("created_at")
    .execute();
  const holds = await activeHolds(db, { workload_id });
  return rows.map((row) => ({
    id: row.id,
    created_at_ms: row.created_at.getTime(),
    gfs: row.gfs,
    retain_until_ms: row.retain_until?.getTime() ?? null,
    lock_until_ms: row.lock_until?.getTime() ?? null,
    good: row.state === "AVAILABLE" && row.verified_state !== "INVALID",
    holds: holds.filter((hold) => hold.backup_id === null || hold.backup_id === row.id),
  }));
}

/** The good ones, as a new backup is classified beside them. */
export function asExisting(backups: readonly RetainedBackup[]): ExistingBackup[] {
  return backups
    .filter((backup) => backup.good)
    .map(({ created_at_ms, gfs }) => ({ created_at_ms, classes: gfs.map((mark) => mark.class) }));
}

/** What retains this workload's backups now; null when no policy covers it. */
async function ruleFor(db: Db, workload_id: string, now_ms: number): Promise<RetentionRule | null> {
  const workload = await getWorkload(db, workload_id);
  return (await loadSelection(db)).resolve(workload, now_ms).effective;
}

/** What would be kept and pruned of a workload's backups now, newest first. @throws WORKLOAD_NOT_FOUND */
export async function retentionPlanOf(db: Db, workload_id: string, now_ms: number): Promise<RetentionVerdict[]> {
  return retentionPlan(await loadRetained(db, workload_id), await ruleForAny(db, workload_id, now_ms), now_ms);
}

/** Why this backup is kept and until when. @throws BACKUP_NOT_FOUND, also for one that holds no data */
export async function explainBackup(db: Db, backup_id: string, now_ms: number): Promise<RetentionVerdict> {
  const row = await db.selectFrom("backups").select("workload_id").where("id", "=", backup_id).executeTakeFirst();
  if (row !== undefined) {
    const rule = await ruleForAny(db, row.workload_id, now_ms);
    const verdict = explain(backup_id, await loadRetained(db, row.workload_id), rule, now_ms);
    if (verdict !== undefined) return verdict;
  }
  throw retentionError("BACKUP_NOT_FOUND", `there is no backup ${backup_id} that holds data`, { backup: backup_id });
}

/** A removed workload has no rule any more; its backups stay as promised. */
async function ruleForAny(db: Db, workload_id: string, now_ms: number): Promise<RetentionRule | null> {
  const present = await db
    .selectFrom("workloads")
    .select("id")
    .where("id", "=", workload_id)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  return present === undefined ? null : ruleFor(db, workload_id, now_ms);
}

import { hasCode } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { retentionPlanOf } from "./catalog.ts";
import { repeatDeletions, requestDelete } from "./delete.ts";

/** Deletions one pass asks for; the next pass goes on. */
const DELETIONS_MAX = 500;

/** Another server was quicker, a lock was extended since the plan, or somebody still needs it: the next pass sees. */
const NOT_NOW = ["BACKUP_NOT_THERE", "BACKUP_IMMUTABLE", "BACKUP_HELD", "BACKUP_IN_GROUP", "BACKUP_IN_USE"];

/**
 * Deletes, recoverably, what no policy keeps any more: every backup past its date that the retention plan of its
 * workload does not keep for another reason. Asks again for deletions that failed.
 * Safe to run on several servers at once: a backup is claimed by its row. @returns how many deletions were asked for
 */
export async function applyRetention(db: Db, ports: Ports): Promise<number> {
  const now_ms = ports.clock.now_ms();
  const workloads = await db
    .selectFrom("backups")
    .select("workload_id")
    .distinct()
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .where("retain_until", "<=", new Date(now_ms))
    .orderBy("workload_id")
    .execute();
  let asked = await repeatDeletions(db, ports);
  for (const { workload_id } of workloads) {
    for (const { id, keep, reasons } of await retentionPlanOf(db, workload_id, now_ms)) {
      if (keep) continue;
      if (asked >= DELETIONS_MAX) return asked;
      try {
        await withTransaction(db, (tx) => requestDelete(tx, id, `retention: ${reasons.join("; ")}`, ports));
        asked++;
      } catch (error) {
        if (!NOT_NOW.some((code) => hasCode(error, code))) throw error;
      }
    }
  }
  return asked;
}

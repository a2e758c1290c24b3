import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import { enqueueCopy } from "../protect/index.ts";

/**
 * A region can be away for longer than a job's attempts: copies that failed are asked for again, as long as they are
 * wanted.
 */
const REPEAT_AFTER_MS = 3_600_000;
const REPEAT_MAX = 100;

/** Enqueues failed copies anew, an hour after they failed. Returns how many. Safe to run on several servers at once. */
export async function repeatFailedCopies(db: Db, ports: Ports): Promise<number> {
  return withTransaction(db, async (tx) => {
    const now = new Date(ports.clock.now_ms());
    const failed = await tx
      .selectFrom("copies")
      .innerJoin("backups", "backups.id", "copies.backup_id")
      .leftJoin("jobs", "jobs.id", "copies.job_id")
      .select(["copies.backup_id", "copies.region_id"])
      .where("copies.state", "=", "FAILED")
      .where("backups.state", "=", "AVAILABLE")
      .where((where) => where.or([where("backups.retain_until", "is", null), where("backups.retain_until", ">", now)]))
      .where((where) =>
        where.or([
          where("jobs.id", "is", null),
          where("jobs.finished_at", "<", new Date(now.getTime() - REPEAT_AFTER_MS)),
        ]),
      )
      .orderBy("copies.backup_id")
      .limit(REPEAT_MAX)
      .forUpdate("copies")
      .skipLocked()
      .execute();
    for (const { backup_id, region_id } of failed) {
      const backup = await tx.selectFrom("backups").selectAll().where("id", "=", backup_id).executeTakeFirstOrThrow();
      await enqueueCopy(tx, backup, region_id, ports);
    }
    return failed.length;
  });
}

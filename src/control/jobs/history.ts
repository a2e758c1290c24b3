import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Db } from "../../platform/db/index.ts";

export interface HistoryLimits {
  /** Jobs that ended longer ago go, with their steps and the slots they served. */
  readonly jobs_days: number;
  readonly events_days: number;
}

export interface DeletedHistory {
  readonly jobs: number;
  readonly slots: number;
  readonly events: number;
}

const DAY_MS = 86_400_000;
/** Rows deleted by one statement, and statements in one call: locks stay short, and what is left waits for the next. */
const BATCH_ROWS = 1000;
const BATCHES_MAX = 50;

const LIVE = sql`('CREATING', 'AVAILABLE', 'DAMAGED', 'DELETING')`;

/**
 * Deletes jobs, slots and events that ended long ago. What is still referred to stays, however old: the job that made a
 * backup which is there, or its copy, with the slot it served; the newest verification of each place; every restore.
 * Older verifications keep their verdict and lose the link to their job. Safe to call on several servers at once.
 */
export async function deleteHistory(db: Db, now_ms: number, limits: HistoryLimits): Promise<DeletedHistory> {
  const before = new Date(now_ms - limits.jobs_days * DAY_MS);
  await inBatches(
    db,
    sql`update verifications set job_id = null where id in (
      select id from verifications as old where job_id is not null and finished_at < ${before}
        and exists (select from verifications as newer where newer.backup_id = old.backup_id
          and newer.region_id = old.region_id and newer.started_at > old.started_at)
      limit ${BATCH_ROWS} for update skip locked)`,
  );
  const slots = await inBatches(
    db,
    sql`delete from schedule_slots where id in (
      select id from schedule_slots as slot where decided_at < ${before}
        and not exists (select from backups where backups.job_id = slot.job_id and backups.state in ${LIVE})
      limit ${BATCH_ROWS} for update skip locked)`,
  );
  const jobs = await inBatches(
    db,
    sql`delete from jobs where id in (
      select id from jobs as job where finished_at < ${before}
        and not exists (select from backups where backups.job_id = job.id and backups.state in ${LIVE})
        and not exists (select from copies join backups on backups.id = copies.backup_id
          where copies.job_id = job.id and backups.state in ${LIVE})
        and not exists (select from verifications where verifications.job_id = job.id)
        and not exists (select from restores where restores.job_id = job.id)
        and not exists (select from schedule_slots where schedule_slots.job_id = job.id)
        and not exists (select from jobs as child where child.parent_id = job.id)
      limit ${BATCH_ROWS} for update skip locked)`,
  );
  const events = await inBatches(
    db,
    sql`delete from events where id in (
      select id from events where time < ${new Date(now_ms - limits.events_days * DAY_MS)}
      limit ${BATCH_ROWS} for update skip locked)`,
  );
  return { jobs, slots, events };
}

/** Runs a statement until it finds nothing more, or often enough. Returns how many rows it changed. */
async function inBatches(db: Db, statement: RawBuilder<unknown>): Promise<number> {
  let changed = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const rows = Number((await statement.execute(db)).numAffectedRows ?? 0n);
    changed += rows;
    if (rows === 0) break;
  }
  return changed;
}

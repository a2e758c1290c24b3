import { sql } from "kysely";
import { finalJobStates } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

/**
 * Writes the outcome of every slot that waits for a job which has ended; for one job, or all of them. The slot the job
 * was made for gets the job's state; those it covers are COVERED_BY when it made a backup, else they share its fate.
 * Call in the transaction that ends a job; the tick does it as well, for what a crash left open. Returns how many.
 */
export async function settleSlots(db: Db, now_ms: number, job_id?: string): Promise<number> {
  const one = job_id === undefined ? sql`` : sql`and job.id = ${job_id}`;
  const result = await sql`
    update schedule_slots as slot
    set decided_at = ${new Date(now_ms)},
        outcome = case
          when job.slot_id is distinct from slot.id and job.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS') then 'COVERED_BY'
          else job.state end,
        reason = case
          when job.slot_id is distinct from slot.id then 'job ' || job.id || coalesce(': ' || job.status_reason, '')
          else job.status_reason end
    from jobs as job
    where slot.job_id = job.id and slot.outcome is null
      and job.state in (${sql.join(finalJobStates)}) ${one}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

import { withTransaction } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { wake } from "../../platform/queue/index.ts";
import { jobError } from "./errors.ts";
import type { JobPorts } from "./handler.ts";
import { getJob } from "./query.ts";
import type { Job } from "../../model/index.ts";

/**
 * Asks for a job to stop. One that waits ends CANCELED within seconds; one that runs stops at its next safe point, and
 * what it has stored so far serves the next run. Asking twice is the same as once.
 * @throws JOB_NOT_FOUND, JOB_ALREADY_ENDED
 */
export async function cancelJob(ports: JobPorts, job_id: string): Promise<Job> {
  await withTransaction(ports.db, async (tx) => {
    const job = await tx.selectFrom("jobs").selectAll().where("id", "=", job_id).forUpdate().executeTakeFirst();
    if (job === undefined) throw jobError("JOB_NOT_FOUND", `there is no job ${job_id}`, { job_id });
    if (job.finished_at !== null) {
      throw jobError("JOB_ALREADY_ENDED", `job ${job_id} has ended ${job.state}`, { job_id, state: job.state });
    }
    if (job.cancel_requested_at !== null) return;
    const now = new Date(ports.clock.now_ms());
    await tx.updateTable("jobs").set({ cancel_requested_at: now, updated_at: now }).where("id", "=", job_id).execute();
    const event = {
      type: "holdfast.job.cancel_requested",
      subject: job_id,
      project_id: job.project_id,
      data: { kind: job.kind },
    };
    await appendEvent(tx, event, ports);
    await wake(tx, "holdfast_jobs", `cancel:${job_id}`);
    await wake(tx, "holdfast_events");
  });
  return getJob(ports.db, job_id);
}

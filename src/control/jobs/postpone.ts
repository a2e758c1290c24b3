import type { HoldfastError } from "../../base/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { jobError } from "./errors.ts";
import { tellState } from "./finish.ts";
import type { JobPorts, JobRow } from "./handler.ts";

/**
 * For a handler that has to wait for something outside: thrown, it gives the worker back and the job goes on at
 * `until_ms`, from its journal. `why` is shown as the job's progress until then.
 */
export function postponed(why: string, until_ms: number): HoldfastError {
  return jobError("JOB_POSTPONED", why, { until: new Date(until_ms).toISOString() });
}

/** Puts the job back until its time comes. */
export async function postponeJob(
  tx: Tx,
  job: JobRow,
  error: HoldfastError,
  ports: Pick<JobPorts, "clock" | "random">,
): Promise<void> {
  const progress = {
    done_bytes: 0,
    total_bytes: null,
    done_files: 0,
    total_files: null,
    rate_bytes_per_second: null,
    left_seconds: null,
    step: error.message,
  };
  const until = String(error.context["until"]);
  await tx
    .updateTable("jobs")
    .set({
      state: "WAITING_WINDOW",
      run_after: new Date(until),
      // Waiting uses up no attempt, and the fence only ever grows.
      max_attempts: job.max_attempts + 1,
      lease_owner: null,
      lease_until: null,
      status_reason: null,
      error: null,
      progress: JSON.stringify({ ...job.progress, ...progress }),
      updated_at: new Date(ports.clock.now_ms()),
    })
    .where("id", "=", job.id)
    .execute();
  await tellState(tx, job, "WAITING_WINDOW", { message: error.message, until }, ports);
}

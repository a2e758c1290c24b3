import type { HoldfastError } from "../../base/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { wake } from "../../platform/queue/index.ts";
import { retryDelay_ms } from "./backoff.ts";
import type { JobEnd, JobHandler, JobPorts, JobRow } from "./handler.ts";

type Ports = Pick<JobPorts, "clock" | "random">;

/** Puts a job into its final state, with what hangs on it. The caller holds the row's lock. */
export async function endJob(
  tx: Tx,
  job: JobRow,
  end: JobEnd,
  handler: JobHandler | undefined,
  ports: Ports,
): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  await tx
    .updateTable("jobs")
    .set({
      state: end.state,
      status_reason: end.status_reason,
      error: end.error === null ? null : JSON.stringify(end.error),
      result: end.result === null ? null : JSON.stringify(end.result),
      lease_owner: null,
      lease_until: null,
      finished_at: now,
      updated_at: now,
    })
    .where("id", "=", job.id)
    .execute();
  await handler?.ended?.(tx, job, end);
  await tellState(
    tx,
    job,
    end.state,
    { status_reason: end.status_reason, message: end.error?.message ?? end.reason ?? null },
    ports,
  );
}

/** How a job ends with this error when it is not tried again. */
export function failedEnd(error: HoldfastError): JobEnd {
  const state = error.code === "JOB_CANCELED" ? "CANCELED" : error.code === "JOB_WINDOW_MISSED" ? "EXPIRED" : "FAILED";
  return { state, status_reason: error.status_reason, error: error.toJSON(), result: null, reason: error.message };
}

/**
 * Puts a failed job back into the queue, or ends it when its attempts are used up or another would fail the same way.
 */
export async function failOrRetry(
  tx: Tx,
  job: JobRow,
  error: HoldfastError,
  handler: JobHandler | undefined,
  ports: Ports,
): Promise<void> {
  const now_ms = ports.clock.now_ms();
  const used_up = job.attempt >= job.max_attempts;
  const delay_ms =
    error.retry === "never" ? 0 : retryDelay_ms(error.retry, job.attempt, job.retry_backoff_ms, ports.random);
  const too_late = job.complete_until !== null && now_ms + delay_ms >= job.complete_until.getTime();
  if (error.retry === "never" || used_up || too_late) {
    await endJob(tx, job, failedEnd(error), handler, ports);
    return;
  }
  await tx
    .updateTable("jobs")
    .set({
      state: "QUEUED",
      run_after: new Date(now_ms + delay_ms),
      status_reason: error.status_reason,
      error: JSON.stringify(error.toJSON()),
      lease_owner: null,
      lease_until: null,
      updated_at: new Date(now_ms),
    })
    .where("id", "=", job.id)
    .execute();
  const data = {
    status_reason: error.status_reason,
    message: error.message,
    attempt: job.attempt,
    retry_in_ms: delay_ms,
  };
  await tellState(tx, job, "QUEUED", data, ports);
}

/** The event of a change of state, and the wake-ups that go with it. */
export async function tellState(
  tx: Tx,
  job: Pick<JobRow, "id" | "kind" | "project_id" | "workload_id" | "backup_id">,
  state: string,
  more: Readonly<Record<string, unknown>>,
  ports: Ports,
): Promise<void> {
  const data = { kind: job.kind, state, workload_id: job.workload_id, backup_id: job.backup_id, ...more };
  await appendEvent(tx, { type: "holdfast.job.state", subject: job.id, project_id: job.project_id, data }, ports);
  await wake(tx, "holdfast_jobs", job.id);
  await wake(tx, "holdfast_events");
}

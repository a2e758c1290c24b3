import { newId } from "../../base/index.ts";
import type { JobSpec } from "../../model/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { wake } from "../../platform/queue/index.ts";
import type { JobPorts } from "./handler.ts";

const MAX_ATTEMPTS_DEFAULT = 3;
const RETRY_BACKOFF_DEFAULT_MS = 60_000;

export interface Enqueued {
  readonly job_id: string;
  /** False: a job with this idempotency key was there already. */
  readonly created: boolean;
}

/**
 * Puts a job into the queue, in the transaction of the change that asks for it: neither exists without the other, and a
 * worker is woken when it commits. `input.region_id`, when given, is the region whose concurrency limit the job counts
 * against.
 */
export async function enqueueJob(tx: Tx, spec: JobSpec, ports: Pick<JobPorts, "clock" | "random">): Promise<Enqueued> {
  const now = new Date(ports.clock.now_ms());
  const run_after = spec.run_after ?? now;
  const id = newId("job", ports.clock, ports.random);
  const state = run_after > now ? "WAITING_WINDOW" : "QUEUED";
  const inserted = await tx
    .insertInto("jobs")
    .values({
      id,
      kind: spec.kind,
      state,
      project_id: spec.project_id ?? null,
      workload_id: spec.workload_id ?? null,
      policy_id: spec.policy_id ?? null,
      policy_version: spec.policy_version ?? null,
      slot_id: spec.slot_id ?? null,
      backup_id: spec.backup_id ?? null,
      parent_id: spec.parent_id ?? null,
      input: JSON.stringify(spec.input),
      max_attempts: spec.max_attempts ?? MAX_ATTEMPTS_DEFAULT,
      retry_backoff_ms: spec.retry_backoff_ms ?? RETRY_BACKOFF_DEFAULT_MS,
      run_after,
      window_until: spec.window_until ?? null,
      complete_until: spec.complete_until ?? null,
      idempotency_key: spec.idempotency_key ?? null,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (inserted === undefined) {
    const existing = await tx
      .selectFrom("jobs")
      .select("id")
      .where("idempotency_key", "=", spec.idempotency_key ?? "")
      .executeTakeFirstOrThrow();
    return { job_id: existing.id, created: false };
  }
  const data = { kind: spec.kind, state, workload_id: spec.workload_id ?? null, backup_id: spec.backup_id ?? null };
  await appendEvent(tx, { type: "holdfast.job.state", subject: id, project_id: spec.project_id ?? null, data }, ports);
  await wake(tx, "holdfast_jobs", id);
  await wake(tx, "holdfast_events");
  return { job_id: id, created: true };
}

import { newId } from "../../base/index.ts";
import type { JobSpec } from "../../model/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { appendEvent, appendEvents } from "../../platform/db/index.ts";
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
  const row = rowOf(spec, ports);
  const inserted = await tx
    .insertInto("jobs")
    .values(row)
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
  await appendEvent(tx, eventOf(row), ports);
  await wake(tx, "holdfast_jobs", row.id);
  await wake(tx, "holdfast_events");
  return { job_id: row.id, created: true };
}

/** Without a key: each of these is a job of its own. */
export type UnkeyedSpec = Omit<JobSpec, "idempotency_key">;

/** Many at once, with as few statements as one takes; answers with their ids in the order given. */
export async function enqueueJobs(
  tx: Tx,
  specs: readonly UnkeyedSpec[],
  ports: Pick<JobPorts, "clock" | "random">,
): Promise<string[]> {
  if (specs.length === 0) return [];
  const rows = specs.map((spec) => rowOf(spec, ports));
  for (let at = 0; at < rows.length; at += ROWS_MAX) {
    const some = rows.slice(at, at + ROWS_MAX);
    await tx.insertInto("jobs").values(some).execute();
    await appendEvents(tx, some.map(eventOf), ports);
  }
  await wake(tx, "holdfast_jobs");
  await wake(tx, "holdfast_events");
  return rows.map(({ id }) => id);
}

/** A statement takes 65,535 values, and a row has 19. */
const ROWS_MAX = 1000;

function rowOf(spec: JobSpec, ports: Pick<JobPorts, "clock" | "random">) {
  const now = new Date(ports.clock.now_ms());
  const run_after = spec.run_after ?? now;
  return {
    id: newId("job", ports.clock, ports.random),
    kind: spec.kind,
    state: run_after > now ? ("WAITING_WINDOW" as const) : ("QUEUED" as const),
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
  };
}

function eventOf({ id, kind, state, project_id, workload_id, backup_id }: ReturnType<typeof rowOf>) {
  return { type: "holdfast.job.state", subject: id, project_id, data: { kind, state, workload_id, backup_id } };
}

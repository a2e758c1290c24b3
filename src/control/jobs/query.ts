import type { Clock } from "../../base/index.ts";
import type { Job, JobKind, JobState, Step } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { Bell } from "../../platform/queue/index.ts";
import type { Wakeups } from "../../platform/queue/index.ts";
import { jobError } from "./errors.ts";
import type { JobRow } from "./handler.ts";

const PAGE_MAX = 1000;
/** Progress rings; this is for the rings that get lost. */
const WATCH_POLL_MS = 2000;

/** The row as the API shows it. */
export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    project_id: row.project_id,
    workload_id: row.workload_id,
    policy_id: row.policy_id,
    policy_version: row.policy_version,
    slot_id: row.slot_id,
    backup_id: row.backup_id,
    parent_id: row.parent_id,
    attempt: row.attempt,
    max_attempts: row.max_attempts,
    run_after: row.run_after.toISOString(),
    window_until: row.window_until?.toISOString() ?? null,
    status_reason: row.status_reason,
    error: row.error,
    progress: row.progress,
    result: row.result === null ? null : { ...row.result },
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

/** @throws JOB_NOT_FOUND */
export async function getJob(db: Db, job_id: string): Promise<Job> {
  const row = await db.selectFrom("jobs").selectAll().where("id", "=", job_id).executeTakeFirst();
  if (row === undefined) throw jobNotFound(job_id);
  return toJob(row);
}

export function jobNotFound(job_id: string) {
  return jobError("JOB_NOT_FOUND", `there is no job ${job_id}`, { job_id });
}

export interface JobFilter {
  readonly kind?: JobKind;
  readonly states?: readonly JobState[];
  readonly project_id?: string;
  readonly workload_id?: string;
  readonly policy_id?: string;
  readonly backup_id?: string;
  /** Jobs older than this one: the last id of the page before. */
  readonly before_id?: string;
  readonly limit?: number;
}

/** Newest first. Ids sort by time, so the last id of a page is where the next one starts. */
export async function listJobs(db: Db, filter: JobFilter = {}): Promise<Job[]> {
  let query = db
    .selectFrom("jobs")
    .selectAll()
    .orderBy("id", "desc")
    .limit(Math.min(filter.limit ?? 100, PAGE_MAX));
  for (const column of ["kind", "project_id", "workload_id", "policy_id", "backup_id"] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  if (filter.states !== undefined) query = query.where("state", "in", filter.states);
  if (filter.before_id !== undefined) query = query.where("id", "<", filter.before_id);
  return (await query.execute()).map(toJob);
}

/** The steps of a job so far, in order. */
export async function listSteps(db: Db, job_id: string): Promise<Step[]> {
  const rows = await db.selectFrom("job_steps").selectAll().where("job_id", "=", job_id).orderBy("seq").execute();
  return rows.map(toStep);
}

/** A step as the database has it, or as JSON made within the database: there an instant is text. */
export interface StepRow extends Omit<Step, "started_at" | "finished_at"> {
  readonly started_at: Date | string;
  readonly finished_at: Date | string | null;
}

export function toStep(row: StepRow): Step {
  return {
    job_id: row.job_id,
    seq: row.seq,
    name: row.name,
    state: row.state,
    attempt: row.attempt,
    started_at: new Date(row.started_at).toISOString(),
    finished_at: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
  };
}

/** What watching takes. */
export interface WatchPorts {
  readonly db: Db;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
}

/**
 * The job now and after every change, up to its end; for progress lines and event streams.
 * @throws JOB_NOT_FOUND, and the signal's reason when it aborts
 */
export async function* watchJob(ports: WatchPorts, job_id: string, signal?: AbortSignal): AsyncGenerator<Job> {
  const bell = new Bell(ports.clock);
  const unsubscribe = ports.wakeups.subscribe("holdfast_jobs", (payload) => {
    if (payload === job_id || payload === "") bell.ring();
  });
  const onAbort = () => bell.ring();
  signal?.addEventListener("abort", onAbort);
  try {
    for (let last = ""; ; ) {
      signal?.throwIfAborted();
      const job = await getJob(ports.db, job_id);
      const text = JSON.stringify(job);
      if (text !== last) yield job;
      last = text;
      if (job.finished_at !== null) return;
      await bell.wait(WATCH_POLL_MS);
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener("abort", onAbort);
  }
}

import type { Selectable } from "kysely";
import type { Clock, Random, SerializedError } from "../../base/index.ts";
import type { Progress } from "../../engine/pipeline/index.ts";
import type { finalJobStates, JobKind } from "../../model/index.ts";
import type { Db, JobTable, Tx } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";

export type JobRow = Selectable<JobTable>;
export type FinalJobState = (typeof finalJobStates)[number];

/** Plain JSON objects: what a step's output must be, since a later attempt reads it back from the journal. */
export type StepOutput = Readonly<Record<string, unknown>>;

/** What every function of the job room needs. */
export interface JobPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
}

/** How a job ended, as the row tells it. */
export interface JobEnd {
  readonly state: FinalJobState;
  readonly status_reason: string | null;
  readonly error: SerializedError | null;
  readonly result: Readonly<Record<string, unknown>> | null;
  /** In words, for SKIPPED, COVERED_BY and EXPIRED. */
  readonly reason?: string;
}

/** What a handler returns when it has not thrown. */
export interface JobOutcome {
  readonly state: "SUCCEEDED" | "SUCCEEDED_WITH_WARNINGS" | "SKIPPED";
  readonly result: Readonly<Record<string, unknown>>;
  readonly status_reason?: string;
  readonly reason?: string;
}

/** What a handler gets to work with. */
export interface JobContext {
  readonly job: JobRow;
  /** Aborts on cancel, on the deadline, when the lease is lost and when the server stops. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /**
   * Does the work once: when an earlier attempt finished this step, its recorded output is returned and nothing runs.
   * `work` must bear being repeated, because a process can die between the work and its record. What it changes in the
   * database goes into `commit`: one transaction with the record, and only while this worker still holds the job.
   */
  step<T extends StepOutput>(
    name: string,
    work: () => Promise<T>,
    commit?: (tx: Tx, output: T) => Promise<void>,
  ): Promise<T>;
  /** Tells how far the work is; written at most once a second. */
  progress(progress: Progress): void;
}

/** One kind of job. */
export interface JobHandler {
  readonly kind: JobKind;
  /** Names of all steps, in order. */
  readonly steps: readonly string[];
  run(context: JobContext): Promise<JobOutcome>;
  /** In the transaction that ends the job, whatever the end. Undoes or settles what the job had announced. */
  ended?(tx: Tx, job: JobRow, end: JobEnd): Promise<void>;
}

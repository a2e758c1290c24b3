/**
 * jobs: everything that takes longer than a request runs as a job.
 * Nouns: job (a row of `jobs`), attempt, step (a row of the job's journal), handler (one per kind), runner (claims and
 * runs), lease (a worker's hold on a job, with a fence that grows), failpoint (where a crash test kills the process).
 * Invariants: the row is the truth, wake-ups only save waiting; a job is enqueued in the transaction of the change that
 * asks for it; at most one worker can write for a job (every write checks owner and fence); a finished step never runs
 * again; a job whose worker died is taken up within a minute, and ends: done, or failed with a status_reason; a final
 * state never changes.
 */
export { postponed } from "./postpone.ts";
export * from "./backoff.ts";
export * from "./cancel.ts";
export * from "./enqueue.ts";
export * from "./errors.ts";
export * from "./failpoints.ts";
export * from "./handler.ts";
export * from "./history.ts";
export * from "./limits.ts";
export * from "./query.ts";
export * from "./runner.ts";

/**
 * pipeline: worker threads with bounded queues, and progress.
 * Nouns: pool, task, event (from a thread), progress, problem.
 * Invariants: a thread answers its tasks in order; no more tasks wait than a bound; a thread that dies fails the
 * operation, never hangs it.
 */
export * from "./meter.ts";
export * from "./pool.ts";
export * from "./progress.ts";

/**
 * archiving: the write-ahead log of databases, streamed as it is written. Nouns: archive (one per workload), lease,
 * slot, heartbeat, gap, reach.
 * Invariants: one process streams a workload's log, the one that holds its lease; the source is told that log is
 * safe only after it is durable here; a hole in the log is recorded with its exact ends, never papered over; log goes
 * only when no backup that could need it is left.
 */
export { type ArchiveGap, runArchive } from "./archive.ts";
export * from "./base.ts";
export * from "./errors.ts";
export { copyWal, pruneWal } from "./prune.ts";
export * from "./status.ts";
export * from "./supervisor.ts";
export * from "./targets.ts";

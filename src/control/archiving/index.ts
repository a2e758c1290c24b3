/**
 * archiving: the logs of databases (write-ahead, binary), streamed as they are written. Nouns: kind of log, archive
 * (one per workload), lease, slot, heartbeat, gap, reach.
 * Invariants: one process streams a workload's log, the one that holds its lease; all kinds are leased, retried, copied
 * and pruned by one supervisor; the source is told that log is
 * safe only after it is durable here; a hole in the log is recorded with its exact ends, never papered over; log goes
 * only when no backup that could need it is left.
 */
export { type ArchiveGap, runArchive } from "./archive.ts";
export * from "./base.ts";
export { type BinlogStatus, listBinlogs } from "./binlog-status.ts";
export { type MariaSource, mariaTargetOf } from "./binlog-targets.ts";
export { copyRegions } from "./copies.ts";
export * from "./errors.ts";
export { copyWal, pruneWal } from "./prune.ts";
export * from "./push.ts";
export * from "./status.ts";
export { startArchiving } from "./start.ts";
export { type Archiving, type ArchivingPorts, type LogKind, supervise } from "./supervise.ts";
export * from "./targets.ts";

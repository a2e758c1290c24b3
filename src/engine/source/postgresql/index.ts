/**
 * source/postgresql: a PostgreSQL server, read over its own replication protocol; nothing runs on its host.
 * Nouns: target, base backup, position (LSN), timeline, segment.
 * Invariants: the role needs no more than LOGIN and REPLICATION; a backup holds the write-ahead log it needs to become
 * consistent, and the server's own manifest of checksums; bytes are pulled, so the server waits for whoever stores
 * them; pages that fail their checksum are named and kept, never silently.
 */
export { pgError } from "./errors.ts";
export { describeTarget, openSql, type PgTarget, type PgTls } from "./connect.ts";
export * from "./lsn.ts";
export type * from "./details.ts";
export * from "./source.ts";
export { pgFirst, schemaHash as pgSchemaHash } from "./inventory.ts";
export { readFacts, type ServerFacts } from "./base-backup.ts";
export * from "./host.ts";
export * from "./lay-wal.ts";
export * from "./receive.ts";
export * from "./recover.ts";
export * from "./wal-log.ts";
export * from "./wal-plan.ts";
export * from "./wal-push.ts";
export * from "./wal-scan.ts";

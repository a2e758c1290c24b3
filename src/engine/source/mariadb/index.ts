/**
 * source/mariadb: a MariaDB server over its own protocol, with nothing installed beside it.
 * In physical mode its files are copied by mariadb-backup on its host; pages that did not change come from the parent.
 * Nouns: target, snapshot (several connections that see one state), part (a stretch of a table, one file), position,
 * binary log.
 * Invariants: no lock is taken; all data of a backup is of one position of the binary log; definitions that changed
 * while they were read end the backup; bytes of columns are kept as they are stored; rows are counted as they are read;
 * a file of the binary log is kept byte for byte, each event checked.
 */
export type { BackupHost } from "./backup-host.ts";
export * from "./binlog-archive.ts";
export { positionOf } from "./binlog-event.ts";
export { type BinlogReach, binlogPrefix, binlogsOf, piecesOf, reachOfBinlog } from "./binlog-log.ts";
export { type BinlogLaid, layBinlog, type MariaPoint, replayBinlog } from "./binlog-replay.ts";
export { literal, MariaConnection, mariaFirst, type MariaTarget, quoted } from "./connect.ts";
export { mariaError } from "./errors.ts";
export { findMariaHost, MariaInstance } from "./host.ts";
export { readDatabases, schemaHash as mariaSchemaHash } from "./inventory.ts";
export * from "./load.ts";
export {
  isPhysical,
  openMariaPhysical,
  type PhysicalFacts,
  type PhysicalSourceOptions,
} from "./physical.ts";
export * from "./prepare.ts";
export type { BinlogPosition } from "./snapshot.ts";
export {
  MARIA_KIND,
  type MariaBackupDetails,
  type MariaIndex,
  mariaRoot,
  type MariaSchema,
  type MariaSourceOptions,
  openMariaSource,
} from "./source.ts";

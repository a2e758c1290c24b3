/**
 * db: the control plane's PostgreSQL, our own child process or one that the user runs.
 * Nouns: database (an open handle), table types, migration, transaction, event (append and read), row scope (what a
 * transaction may see).
 * Invariants: the schema is migrated before anyone gets the handle; at most one server works on an embedded folder;
 * what a transaction committed survives a power cut (fsync, full page writes and synchronous commit stay on); readers
 * of events see every event once, in order of sequence.
 */
export { compiledStatements } from "./compiled.ts";
export * from "./database.ts";
export * from "./errors.ts";
export * from "./events.ts";
export { PLANNED_EACH_TIME, QUICK, type Readers } from "./readers.ts";
export { enterRowScope, leaveRowScope, type RowScope } from "./row-security.ts";
export type * from "./schema.ts";
export type * from "./schema-access.ts";
export type * from "./schema-agents.ts";
export type * from "./schema-rotation.ts";
export type * from "./schema-storage.ts";
export type * from "./schema-assurance.ts";
export type * from "./schema-drills.ts";
export type * from "./schema-recovery.ts";
export type * from "./schema-billing.ts";
export * from "./transaction.ts";

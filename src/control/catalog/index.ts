/**
 * catalog: which backups and copies there are.
 * Nouns: backup, copy, labels (what a manifest says about where its backup belongs), walk, rebuild.
 * Invariants: the signed manifests in the regions are the truth, the rows an index of them; a row and its rebuilt twin
 * are equal, because both are made from the manifest by the same function; a rebuild takes nothing away.
 */
export * from "./errors.ts";
export * from "./handler.ts";
export * from "./labels.ts";
export * from "./lock-whole.ts";
export * from "./query.ts";
export * from "./rebuild.ts";
export * from "./rows.ts";
export { createSnapshotWriter, type SnapshotPorts, type SnapshotWriter } from "./snapshot.ts";
export * from "./walk.ts";

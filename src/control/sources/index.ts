/**
 * sources: how each kind of workload is opened for a backup, and brought back to life by a restore.
 * Nouns: driver (one per kind of source), restore hooks, secret.
 * Invariants: a workload names its secrets and never holds them; what a driver will do to a target is said before
 * anything is written; finishing a restore bears being repeated, for a process may die in the middle of it.
 */
export type * from "./driver.ts";
export { sourceError } from "./errors.ts";
export * from "./group.ts";
export { createSources, type Sources } from "./registry.ts";
export { readSecret } from "./secret.ts";
export { isTree, readTree, treeOf } from "./tree.ts";

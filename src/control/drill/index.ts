/**
 * drill: proves that backups restore, by restoring them. Nouns: plan, cadence, due time, drill, class (with its RTO and
 * RPO), finding, deviation, task, proof.
 * Invariants: a drill restores into a sandbox project and a folder of its own, and takes away again what it laid and
 * started there, also when its worker or its server died; each due time
 * of a plan has exactly one outcome; a workload without an eligible backup is a failed drill; a figure is what was
 * measured between two steps of the journal; each finding is a task, once.
 */
export * from "./cadence.ts";
export * from "./choose.ts";
export * from "./classes.ts";
export * from "./errors.ts";
export * from "./forecast.ts";
export { drillHandler } from "./handler.ts";
export { removeLeftovers } from "./leftovers.ts";
export type { MeasuredGroup } from "./measured.ts";
export * from "./overdue.ts";
export * from "./plans.ts";
export * from "./proof.ts";
export { span } from "./record.ts";
export { stopBelow } from "./sandbox.ts";
export * from "./request.ts";
export * from "./results.ts";
export type * from "./row.ts";
export * from "./schedule.ts";
export * from "./select.ts";
export * from "./tasks.ts";

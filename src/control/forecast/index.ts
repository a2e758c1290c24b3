/**
 * forecast: what a policy will keep, take and cost, before it is made, and what all repositories together will take.
 * Nouns: simulation, recovery point, calendar, coverage change, growth.
 * Invariants: nothing is stored; runs, classes and expiries come from the code that decides them for real; sizes come
 * from backups that were made, and workloads without two of them are counted as unmeasured, not guessed.
 */
export * from "./simulate.ts";
export * from "./storage-growth.ts";
export type { ChangedWorkload, CoverageChange } from "./coverage-change.ts";
export type { Simulation } from "./calendar.ts";

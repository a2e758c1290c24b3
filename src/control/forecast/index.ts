/**
 * forecast: what a policy will keep, take and cost, before it is made. Nouns: simulation, recovery point, calendar.
 * Invariants: nothing is stored; runs, classes and expiries come from the code that decides them for real; sizes come
 * from backups that were made, and workloads without two of them are counted as unmeasured, not guessed.
 */
export * from "./simulate.ts";
export type { Simulation } from "./calendar.ts";

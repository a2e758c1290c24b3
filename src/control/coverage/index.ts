/**
 * coverage: is everything protected, and if not, why not and what to do. Nouns: coverage, finding, fix.
 * Invariants: every workload of the inventory is in the report, as protected, excepted or at risk; protected means that
 * a good backup within its RPO exists, not that one is planned; each finding comes with what to do about it.
 */
export * from "./report.ts";
export * from "./overview.ts";

/**
 * metrics: figures in the format of Prometheus. Nouns: family (a name with its samples), sample, label, exposition.
 * Invariants: labels take values from lists that are bounded; what is written is what was measured or counted, never
 * an estimate.
 */
export * from "./families.ts";
export * from "./process.ts";

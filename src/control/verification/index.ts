/**
 * verification: reads a backup and says whether it would restore. Nouns: verification, verdict, cause, finding.
 * Invariants: a verdict is the result of a job that read every byte, never an assumption; damage names the object and
 * every backup it hurts, and all of those are marked; a verification that could not look has no verdict.
 */
export * from "./handler.ts";
export * from "./query.ts";

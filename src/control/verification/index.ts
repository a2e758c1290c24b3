/**
 * verification: reads a backup and says whether it would restore. Nouns: verification, verdict, cause, finding, ledger,
 * account, integrity report.
 * Invariants: a verdict is the result of a job that read every byte, never an assumption; damage names the object and
 * every backup it hurts, and all of those are marked; a verification that could not look has no verdict; every slot of
 * a day is accounted for exactly once; every pack is read whole within the set time, or the ledger says that it was
 * not.
 */
export * from "./handler.ts";
export * from "./integrity.ts";
export * from "./ledger.ts";
export * from "./query.ts";

/**
 * selfrecovery: would the control plane come back if the server were lost? Nouns: recovery kit (what is printed at
 * set-up), recovery drill (a clean database, filled from the regions the kit names, compared with the live one).
 * Invariants: a kit holds no secret; a drill reads the regions the printed kit names and nothing of the live database
 * but what it compares with; each month has one drill; what it started and laid goes, also after a kill.
 */
export * from "./drill.ts";
export * from "./due.ts";
export * from "./kit.ts";

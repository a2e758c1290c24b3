/**
 * log: one structured log for the server. Nouns: logger.
 * Invariants: every line is one JSON object in a file or a pipe, plain text only on a terminal; secrets are struck out
 * by the name of their field before anything is written; a bound logger (`log.child({ job_id })`) names what it speaks
 * of.
 */
export * from "./logger.ts";

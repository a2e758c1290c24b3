/**
 * copy: a backup into another region, as ciphertext.
 * Nouns: replica (the same repository in another store), copy.
 * Invariants: a damaged object is never copied; the manifest arrives last, so a copy that exists is whole.
 */
export { planCopy, runCopy } from "./run.ts";
export type { CopyPlan, CopyReport, CopyRequest, CopyRunOptions } from "./types.ts";

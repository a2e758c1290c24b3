/**
 * restore: manifest to target, as plan and run.
 * Nouns: selection, root target, window (files restored together), journal.
 * Invariants: nothing outside the target is written, whatever a tree or the target's symlinks say; every chunk is
 * checked against its id before it is written; a file that cannot be restored whole is not left behind as if it were; a
 * second run goes on where the first stopped.
 */
export { restoreError } from "./errors.ts";
export { planRestore } from "./plan.ts";
export { runRestore } from "./run.ts";
export type { RestorePlan, RestoreReport, RestoreRequest, RestoreRunOptions } from "./types.ts";
export { restoreThreads } from "./threads.ts";

/**
 * check: is what was stored still there, and is it what it was?
 * Nouns: verification (of one backup), check (of a repository), damage, verdict.
 * Invariants: nothing is written; damage is named by object, with the backups and paths it hurts; a store that cannot
 * answer gives an error, never a verdict.
 */
export { checkRepository, verifyBackup, verifyPacks } from "./run.ts";
export type {
  CheckOptions,
  CheckReport,
  Damage,
  PacksReport,
  Verdict,
  VerdictCause,
  VerificationReport,
} from "./types.ts";
export { checkThreads } from "./threads.ts";

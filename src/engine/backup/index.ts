/**
 * backup: source to manifest, as plan and run.
 * Nouns: plan, parent (the backup unchanged files are taken over from), report.
 * Invariants: the manifest is written last, after every pack and segment it needs is durable; a file that cannot be
 * read stops nothing else.
 */
export { backupError } from "./errors.ts";
export type { LockAhead } from "./regroup.ts";
export { type BackupPlan, planBackup, runBackup } from "./run.ts";
export { runStreamBackup, type StreamBackupOptions } from "./stream-run.ts";
export { backupThreads } from "./threads.ts";
export type { BackupOptions, BackupReport, BackupSource, BackupStats, FilesSource } from "./types.ts";

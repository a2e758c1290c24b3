/**
 * repositories: where each project's backups lie.
 * Nouns: repository (one per project and region; all of a project share identity and keys), region record, engine (the
 * port).
 * Invariants: a repository comes into being with its first use, once, whatever crashes meanwhile; a project's
 * repositories are replicas of one another, so a copy is ciphertext as it is; a region's storage names the region it
 * belongs to, and is refused by any other; a repository
 * is opened for each job, so that what became of its keys is met at once.
 */
export * from "./derived-id.ts";
export * from "./engine.ts";
export * from "./errors.ts";
export * from "./lock-backup.ts";
export * from "./places.ts";
export * from "./quota.ts";
export * from "./region-record.ts";
export * from "./repositories.ts";

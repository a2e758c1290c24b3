/**
 * browse: looking into backups: folders, files and names, out of any backup of any workload, without a restore.
 * Nouns: session (an open backup, kept for a while because the next look follows soon), search.
 * Invariants: who looks into a backup, and which file was read, is on record; what is open is bounded, and closed when
 * nobody has asked for a while; a backup that is open is not swept away.
 */
export { browseError as lookError } from "./errors.ts";
export { type LookRecord, recordLook } from "./record.ts";
export { searchBackup, searchWorkload, type SearchHit, type SearchResult } from "./search.ts";
export { createBrowser, type Browser, type BrowsePorts, type Place } from "./sessions.ts";

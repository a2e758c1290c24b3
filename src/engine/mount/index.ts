/**
 * mount: backups as a read-only file system of this machine, through FUSE, or as folders over WebDAV.
 * Nouns: shown tree (what is shown: a backup, or folders named by time), block (what is read and kept at a time).
 * Invariants: nothing can be written; nothing is read before somebody looks; what is kept in memory is bounded; the
 * mount goes away with the process that made it.
 */
export { mountError } from "./errors.ts";
export { type Mounted, mountTree, type MountOptions } from "./fuse.ts";
export { TimesTree, type TimedBackup } from "./times.ts";
export { serveWebDav, type WebDavOptions, type WebDavServer } from "./webdav.ts";
export { showBackup } from "./show-backup.ts";
export type * from "./types.ts";

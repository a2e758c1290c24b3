/**
 * source/share: file shares of NFS and SMB servers, through the folder where this host has them mounted.
 * Nouns: share, mount, snapshot (a folder on the server that does not change).
 * Invariants: nothing is read, and nothing restored, where the share is not mounted: an empty mount point is no empty
 * share; a server that does not answer ends the backup within a bounded time.
 */
export { shareError } from "./errors.ts";
export { checkShare, type Share, type ShareState } from "./check.ts";
export { type Mount, mountOf, parseMounts } from "./mounts.ts";

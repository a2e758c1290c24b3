/**
 * source/stream: the port of everything that is protected without being a file tree on this machine.
 * Nouns: stream source, entry, image, parent.
 * Invariants: a source presents itself as a tree of entries, so that restoring, copying, checking and sweeping need not
 * know it; what it says is unchanged is taken over only while the repository still holds it; an error of the source
 * ends the backup, a part that is left out is a problem of the backup.
 */
export { streamError } from "./errors.ts";
export { fileStat, type Attributes } from "./attributes.ts";
export { type Change, overlay } from "./overlay.ts";
export type * from "./types.ts";

/**
 * browse: single files and stretches of them out of a backup, without restoring it.
 * Nouns: backup reader, node (an entry of the backup), file reader.
 * Invariants: every byte handed out was checked against its chunk's id; what is read is never written anywhere; a
 * backup that is being read is announced by a lease, so that no sweep takes it away.
 */
export { browseError } from "./errors.ts";
export * from "./backup-reader.ts";
export { FileReader } from "./file-reader.ts";

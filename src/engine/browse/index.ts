/**
 * browse: single files and stretches of them out of a backup, without restoring it.
 * Nouns: backup reader, node (an entry of the backup), file reader, backup tree (the backup as one tree from `/`).
 * Invariants: every byte handed out was checked against its chunk's id; what is read is never written anywhere; a
 * backup that is being read is announced by a lease, so that no sweep takes it away.
 */
export { browseError } from "./errors.ts";
export * from "./backup-reader.ts";
export { BackupTree, type Found, type InnerTree, type OpenFile } from "./backup-tree.ts";
export { pathBytes, pathText } from "./path-text.ts";
export { readStream } from "./read-stream.ts";
export { writeTar } from "./tar.ts";
export { FileReader } from "../manifest/index.ts";

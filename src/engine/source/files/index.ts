/**
 * source/files: reading file trees with everything that belongs to them.
 * Nouns: root, scan (of one folder), segment (of a large file), exclude pattern, snapshot (all files as of an instant).
 * Invariants: names are bytes; nothing outside a root is read, whatever symlinks say; what fails for one file is a
 * problem of that file.
 */
export { SEGMENT_BYTES } from "./content.ts";
export { sourceError } from "./errors.ts";
export { compileExclude } from "./exclude.ts";
export { type FileSnapshotKind, fileSnapshotKinds, withFiles } from "./snapshot.ts";
export { FileScanner, isStoreFailure, type ScanOptions } from "./scan.ts";
export type { Batch, OpenContent, ScannedDirectory } from "./scanned.ts";

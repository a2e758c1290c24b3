/**
 * manifest: what a backup contains (docs/format.md §7 to §9).
 * Nouns: entry, directory group, tree page, extent, content, map page, manifest.
 * Invariants: a tree is sorted; a page is reached only from a signed manifest; no path read here can leave a restore's
 * target.
 */
export * from "./content.ts";
export * from "./entry.ts";
export * from "./errors.ts";
export { FileReader } from "./file-reader.ts";
export * from "./manifest.ts";
export type { ManifestStats, PrivateManifest, PublicManifest } from "./parts.ts";
export * from "./tree-reader.ts";
export { TreeWriter } from "./tree-writer.ts";

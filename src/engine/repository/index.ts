/**
 * repository: the only door to packs, index and manifests together (docs/format.md §1 to §3, §10).
 * Nouns: repository, config, keyring, epoch, lease, loaded index.
 * Invariants: a repository exists when its config does, a backup when its manifest does; no operation takes an
 * exclusive lock; objects are written once, except a writer's own lease.
 */
export * from "./chunk-reader.ts";
export { DEFAULT_SIZES, type RepositoryConfig } from "./config.ts";
export { repositoryError } from "./errors.ts";
export { decodeJsonObject } from "./json-object.ts";
export * from "./lease.ts";
export type { LoadedIndex } from "./load-index.ts";
export * from "./repository.ts";
export * from "./sink.ts";

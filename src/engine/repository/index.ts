/**
 * repository: the only door to packs, index and manifests together (docs/format.md §1 to §3, §10).
 * Nouns: repository, config, keyring, epoch, lease, commit, forgotten backup, sweep state, loaded index.
 * Invariants: a repository exists when its config does, a backup when its manifest does; no operation takes an
 * exclusive lock; objects are written once, except a writer's own lease; a writer commits or is fenced off, never both;
 * who has seen a sweep state relies on nothing that it condemns.
 */
export { ChunkHasher } from "./chunk-hasher.ts";
export * from "./chunk-reader.ts";
export { compactIndex, type CompactReport } from "./compact-index.ts";
export { DEFAULT_SIZES, type RepositoryConfig } from "./config.ts";
export { repositoryError } from "./errors.ts";
export { type ForgottenBackup } from "./forgotten.ts";
export { forgottenKey, manifestKey, readCommit, settle } from "./commit.ts";
export { decodeJsonObject } from "./json-object.ts";
export { type FoundLease, type Lease, readLeases, retireLeases } from "./lease.ts";
export { isCertainlyDead } from "./process.ts";
export type { LoadedIndex } from "./load-index.ts";
export * from "./create.ts";
export * from "./repository.ts";
export { carryKeys, highestEpoch, type KeyUse, type KeyVersion, type Replica, type RewrapReport } from "./rewrap.ts";
export type { PackRewriter } from "./rewriter.ts";
export * from "./sink.ts";
export { dropOldSweepStates, isPending, nextSeq, packsNow, type SweepState } from "./sweep-state.ts";

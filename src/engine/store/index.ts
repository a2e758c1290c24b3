/**
 * store: where a region keeps objects. It knows keys and bytes, and nothing of repositories.
 *
 * Nouns: object, key, prefix, object lock (GOVERNANCE, COMPLIANCE), quota; adapter (filesystem, S3, memory) and
 * decorator (retry, limit, faults, counts, read-only), all behind one port.
 *
 * Invariants:
 * - A put that resolved survives a power cut; a reader sees the old object or the new one, whole.
 * - `if_absent` lets exactly one of any number of writers win, across threads and processes.
 * - An object under a running lock is not overwritten, deleted, or given a lesser lock; one stored with a lock is
 *   never visible without it.
 * - A range is answered in full or refused. "Not found" is only said by a store that is mounted.
 * - No key leads out of the store's folder, and no symbolic link in it is followed.
 * - Every rejection is a HoldfastError of `errors.ts`.
 */
export { type OperationCount, type StoreCounts, withCounts } from "./count.ts";
export type { StoreOperation } from "./operation.ts";
export { storeError } from "./errors.ts";
export {
  type FaultAction,
  type FaultConfig,
  type FaultMachine,
  type FaultPoint,
  type FaultRule,
  faultMachine,
  seededChance,
} from "./fault-plan.ts";
export { assertKey, assertPrefix, KEY_CHARS_MAX, KEY_SEGMENT_CHARS_MAX } from "./keys.ts";
export { type LimitOptions, withLimit } from "./limit.ts";
export { isRunning } from "./lock-rules.ts";
export { MemoryStore, type MemoryStoreOptions } from "./memory.ts";
export { type OpenStoreOptions, openStore } from "./open.ts";
export type {
  BandwidthWindow,
  DeleteOptions,
  FsStoreConfig,
  GatewayStoreConfig,
  GetOptions,
  ListOptions,
  LockMode,
  ObjectLock,
  ObjectStat,
  ObjectStore,
  PutOptions,
  S3Credentials,
  StorageTier,
  Thaw,
  S3StoreConfig,
  StoreConfig,
} from "./port.ts";
export type { Finding, Verdict } from "./finding.ts";
export { type ProbeOptions, probeStore, type StoreProbe } from "./probe.ts";
export { ReadRoom } from "./read-room.ts";
export { readOnly } from "./readonly.ts";
export { type RetryOptions, withRetry } from "./retry.ts";
export { type Covered, uncover, type UncoverOptions } from "./uncover.ts";
/** For what speaks S3 without being a store: a bucket that is protected. */
export { openS3Client } from "./s3-client.ts";
export { parseS3Url } from "./s3/url.ts";
export {
  type Connection,
  type ConnectionConfig,
  connectAs,
  GATEWAY_NAME,
  identityFiles,
  openConnection,
  peekAuthority,
  PROTOCOL_HEADER,
} from "./gateway/connection.ts";
export { serveStore, type StoreCall, type StoreGuard } from "./gateway/serve.ts";

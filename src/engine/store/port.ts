import type { FaultConfig } from "./fault-plan.ts";

/** A store is where a region keeps objects. It knows keys and bytes, never repositories. */

/** GOVERNANCE may be lifted by whoever holds that permission; COMPLIANCE by nobody before its date. */
export type LockMode = "GOVERNANCE" | "COMPLIANCE";

export interface ObjectLock {
  readonly mode: LockMode;
  /** Milliseconds since 1970 UTC; overwrite and delete are refused before it. */
  readonly retain_until_ms: number;
}

/** How dear a place is and how fast to read: `cold` may have to be thawed first. */
export type StorageTier = "hot" | "warm" | "cold";

/** How far the thaw of an object is. */
export type Thaw =
  /** Until then, where that ends; null: it stands where it is read at once. */
  | { readonly state: "ready"; readonly until_ms: number | null }
  /** Null: the service does not say when. */
  | { readonly state: "thawing"; readonly ready_ms: number | null };

export interface ObjectStat {
  readonly key: string;
  readonly size_bytes: number;
  readonly modified_ms: number;
  readonly lock?: ObjectLock;
  /** Without it: hot. */
  readonly tier?: StorageTier;
}

export interface PutOptions {
  /** Refuse with STORE_ALREADY_EXISTS when the key exists; checked atomically by the store. */
  readonly if_absent?: boolean;
  readonly lock?: ObjectLock;
  readonly signal?: AbortSignal;
}

/** The one content that a grant is for. */
export interface GrantedContent {
  /** SHA-256, 32 bytes. */
  readonly sha256: Uint8Array;
  readonly size_bytes: number;
}

/**
 * A request that puts one content under one key, signed for whoever has no credentials of the storage: it is good for
 * nothing else, and for minutes.
 */
export interface PutGrant {
  readonly url: string;
  /** All of them are sent as they are: the signature covers them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Certificate authorities (PEM) to trust instead of the system's. */
  readonly ca?: string;
}

export interface DeleteOptions {
  /** Delete in spite of a GOVERNANCE lock; a COMPLIANCE lock holds all the same. */
  readonly bypass_governance?: boolean;
}

export interface GetOptions {
  readonly offset_bytes?: number;
  /** Without it: up to the end. A range that passes the end is STORE_SHORT_OBJECT, never fewer bytes. */
  readonly length_bytes?: number;
  readonly signal?: AbortSignal;
  /**
   * Memory the store may read into when it is large enough; the answer is then a view of it. When the answer is not, or
   * the get rejects, the memory is to be forgotten: something given up may still write to it. See `ReadRoom`.
   */
  readonly into?: Buffer;
}

export interface ListOptions {
  /** Give each object with its lock. Without it a store may leave locks out: S3 would have to be asked for each one. */
  readonly locks?: boolean;
}

/**
 * Keys are `/`-separated segments of `[A-Za-z0-9._-]`, no empty, `.` or `..` segment, at most 512 characters, at most
 * 240 in a segment, not beginning with `.`. No key is the folder of another: `a` and `a/b` exclude each other.
 * Every method rejects with a HoldfastError of the store catalogue (`./errors.ts`) and nothing else.
 */
export interface ObjectStore {
  /** For messages, e.g. `fs:/srv/region-a`. Never credentials. */
  readonly description: string;
  /**
   * Durable when it resolves: a power cut afterwards does not lose the object, and a reader sees all of it or nothing.
   * `parts` are written one after the other. Without `if_absent` an existing unlocked object is replaced.
   */
  put(key: string, parts: Uint8Array | readonly Uint8Array[], options?: PutOptions): Promise<void>;
  get(key: string, options?: GetOptions): Promise<Buffer>;
  /** `undefined` when there is no such object. */
  stat(key: string): Promise<ObjectStat | undefined>;
  /** In key order (bytewise), never the whole listing in memory. `prefix` is a plain string prefix of the key. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectStat>;
  /** Durable when it resolves, as it does when there is no such object. STORE_LOCKED while a lock holds. */
  delete(key: string, options?: DeleteOptions): Promise<void>;
  /** Sets or extends a lock. Shortening or weakening a running lock is STORE_LOCKED, a date past STORE_BAD_REQUEST. */
  lock(key: string, lock: ObjectLock): Promise<void>;
  /**
   * Sets or lifts the legal hold of an object, where the storage itself has such a thing: it then refuses deletes until
   * the hold is lifted. STORE_LOCK_UNSUPPORTED where it has none; a store without the method has none.
   */
  hold?(key: string, on: boolean): Promise<void>;
  /**
   * Moves an object to another tier, durable when it resolves; its lock stays. Readers find it in whatever tier it is.
   * STORE_ARCHIVED when it lies in the cold unthawed, STORE_LOCKED where the storage could only leave a second, locked
   * copy behind. A store without the method has one tier.
   */
  move?(key: string, tier: StorageTier): Promise<void>;
  /** Makes a cold object readable for `keep_ms`, or says how far that is; may be repeated. */
  thaw?(key: string, keep_ms: number): Promise<Thaw>;
  /**
   * Lets somebody else put one content where nothing is yet. `present`: it is there already, exactly this content.
   * STORE_ALREADY_EXISTS when something else is. A store without the method cannot let anybody in.
   */
  grantPut?(key: string, content: GrantedContent): Promise<PutGrant | "present">;
  /** Waits for what is running and releases handles; the store is unusable afterwards (STORE_CLOSED). */
  close(): Promise<void>;
}

/** Plain data from which a worker thread or another process opens the same store. Holds no secret. */
export type StoreConfig = FsStoreConfig | S3StoreConfig | GatewayStoreConfig;

export interface FsStoreConfig {
  readonly kind: "fs";
  readonly path: string;
  readonly quota_bytes?: number;
  /** Folder whose whole content the quota bounds: the store's own, or one above it that several stores share. */
  readonly quota_path?: string;
  /** Folders of the colder tiers; by default `.tiers/warm` and `.tiers/cold` below `path`. */
  readonly warm_path?: string;
  readonly cold_path?: string;
  /** How long it takes until a cold object can be read after it was asked for; without it at once, and unasked. */
  readonly thaw_seconds?: number;
  /** Only crash tests give one; it reaches the stores that worker threads open. */
  readonly fault?: FaultConfig;
}

export interface S3StoreConfig {
  readonly kind: "s3";
  readonly bucket: string;
  /** Put before every key; empty, or ends with `/`. */
  readonly prefix?: string;
  /** Address of the service, `https://host[:port]`; by default Amazon's for the region. */
  readonly endpoint?: string;
  /** The service's own region name, which requests are signed for; by default `us-east-1`. */
  readonly s3_region?: string;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`; by default with an `endpoint`. */
  readonly path_style?: boolean;
  /** PEM file of the certificate authorities to trust instead of the system's. */
  readonly ca_file?: string;
  /** Storage classes of the tiers; by default STANDARD, STANDARD_IA and GLACIER. */
  readonly classes?: Partial<Readonly<Record<StorageTier, string>>>;
  readonly credentials: S3Credentials;
  /** Only crash tests give one. */
  readonly fault?: FaultConfig;
}

/** Where the credentials are found. Never the credentials themselves. */
export type S3Credentials =
  /**
   * Environment variables `NAME_ACCESS_KEY_ID`, `NAME_SECRET_ACCESS_KEY` and, if there is one, `NAME_SESSION_TOKEN`.
   */
  | { readonly from: "env"; readonly name: string }
  /** A file in the format of `~/.aws/credentials`, read anew every five minutes. */
  | { readonly from: "file"; readonly path: string; readonly profile?: string };

/** Of each day, in the host's own time; a window that ends before it begins goes over midnight. */
export interface BandwidthWindow {
  readonly from_minute: number;
  readonly to_minute: number;
  /** Of object content, both directions together. */
  readonly bytes_per_second: number;
}

/** A store behind a server's address for agents, over mutual TLS. */
export interface GatewayStoreConfig {
  readonly kind: "gateway";
  /** `https://host[:port]` */
  readonly url: string;
  /** What the server knows the store by: a region's id. */
  readonly place: string;
  /** Folder with key and certificate of the agent, and the certificate of the authority. */
  readonly identity_dir: string;
  /** Version of the agent protocol. */
  readonly protocol: number;
  /** Address of an HTTP proxy. */
  readonly proxy?: string;
  /** When how much may pass, for each thread that opens the store; at other times as much as can. */
  readonly bandwidth?: readonly BandwidthWindow[];
  /** Only crash tests give one. */
  readonly fault?: FaultConfig;
}

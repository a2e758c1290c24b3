/** The key manager keeps customer master keys (CMKs) and never gives one out: it wraps and unwraps for us. */

/** What a CMK version produced. The context it was wrapped with must be given again to unwrap it. */
export interface WrappedKey {
  /** Which manager and key, e.g. `local` / `cmk_01k…`. */
  readonly manager: string;
  readonly key_id: string;
  readonly key_version: number;
  readonly ciphertext: Uint8Array;
}

/** Bound to the ciphertext as authenticated data: what the wrapped bytes are, for which repository. */
export type WrapContext = Readonly<Record<string, string>>;

export interface KeyManager {
  /** Name that goes into {@link WrappedKey.manager}. */
  readonly manager: string;
  /** With the key's newest enabled version. */
  wrap(key_id: string, plaintext: Uint8Array, context: WrapContext): Promise<WrappedKey>;
  /**
   * @throws KEY_ACCESS_DENIED, KEY_DISABLED, KEY_DESTROYED, KEY_NOT_FOUND, KEY_CONTEXT_MISMATCH,
   * KEY_MANAGER_UNREACHABLE
   */
  unwrap(wrapped: WrappedKey, context: WrapContext): Promise<Buffer>;
}

/** A key or version is used only while ENABLED. PENDING_DESTRUCTION can be cancelled; DESTROYED is for ever. */
export type KeyState = "ENABLED" | "DISABLED" | "PENDING_DESTRUCTION" | "DESTROYED";

export interface KeyVersionInfo {
  readonly version: number;
  readonly state: KeyState;
  /** All times here are RFC 3339 in UTC. */
  readonly created_at: string;
  /** When the sweep may destroy it; only in PENDING_DESTRUCTION. */
  readonly destroy_at: string | null;
  readonly destroyed_at: string | null;
}

export interface KeyInfo {
  readonly key_id: string;
  readonly alias: string;
  /** The key's own state. A version is usable only when key and version are both ENABLED. */
  readonly state: KeyState;
  readonly created_at: string;
  readonly destroy_at: string | null;
  readonly versions: readonly KeyVersionInfo[];
}

/**
 * `describe` on every key also opens the audit log; `admin` on every key also creates keys and edits the access list.
 */
export type KeyRight = "wrap" | "unwrap" | "describe" | "admin";

/** In a grant: every key, also those created later. */
export const EVERY_KEY = "*";

export interface KeyGrant {
  readonly principal: string;
  /** A key id, or {@link EVERY_KEY}. */
  readonly key_id: string;
  readonly rights: readonly KeyRight[];
  /** These rights are denied on this key, although the principal has them on every key. */
  readonly denied?: true | undefined;
}

export interface KeyPrincipalInfo {
  readonly principal: string;
  readonly created_at: string;
  readonly grants: readonly KeyGrant[];
}

/** A change is written as STARTED before it is made and closed by OK, FAILED or (after a crash) INTERRUPTED. */
export type AuditOutcome = "STARTED" | "OK" | "DENIED" | "FAILED" | "INTERRUPTED";

export interface AuditEntry {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  readonly at: string;
  readonly principal: string;
  /** `key.unwrap`, `access.grant`, … ; the list is in docs/security/key-manager.md. */
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly key_id?: string | undefined;
  readonly key_version?: number | undefined;
  readonly context?: WrapContext | undefined;
  /** Joins STARTED with the entry that closes it. */
  readonly change_id?: string | undefined;
  /** Error code of DENIED and FAILED, and whatever else the action has to say. */
  readonly detail?: Readonly<Record<string, string | number>> | undefined;
  /** `hash` of the entry before; 64 zeros in the first. */
  readonly prev: string;
  /** SHA-256, hex, of the canonical JSON of this entry without `hash`. */
  readonly hash: string;
}

export interface AuditFilter {
  readonly key_id?: string | undefined;
  readonly principal?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Inclusive. */
  readonly from_at?: string | undefined;
  /** Exclusive. */
  readonly to_at?: string | undefined;
  /** Continue a page: the `next_after_seq` of the last one. */
  readonly after_seq?: number | undefined;
  /** 1 to 1000, 100 by default. */
  readonly limit?: number | undefined;
}

export interface AuditPage {
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
  /** null at the end of the log. A page may be short, even empty, before the end. */
  readonly next_after_seq: number | null;
}

/** A point of the log. Who remembers one elsewhere can prove later that nothing before it was cut off or rewritten. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export interface AuditVerdict {
  readonly ok: boolean;
  readonly entries_count: number;
  readonly head: AuditHead;
  /** Where the chain first breaks, and how. */
  readonly first_broken: {
    readonly segment: string;
    readonly line: number;
    readonly seq: number;
    readonly reason: string;
  } | null;
}

/** What administrators and auditors may ask of a key manager that keeps its keys itself. */
export interface KeyAdmin {
  /** @throws KEY_ALIAS_TAKEN, KEY_ACCESS_DENIED */
  createKey(alias: string): Promise<KeyInfo>;
  describeKey(key_id: string): Promise<KeyInfo>;
  /** The keys the caller may describe, oldest first. */
  listKeys(): Promise<readonly KeyInfo[]>;
  /** Adds a version; what older versions wrapped stays readable. Resolves when the version is on stable storage. */
  rotateKey(key_id: string): Promise<KeyInfo>;
  /** The whole key, or one version of it. */
  disableKey(key_id: string, version?: number): Promise<KeyInfo>;
  /** @throws KEY_STATE_CONFLICT when destruction is pending (cancel it first), KEY_DESTROYED */
  enableKey(key_id: string, version?: number): Promise<KeyInfo>;
  /**
   * Unusable from now, destroyed after `after_days` (at least 7, by default 30).
   * The key manager does not know what backups need: whoever calls this has made sure that none does.
   */
  scheduleDestruction(key_id: string, options?: { version?: number; after_days?: number }): Promise<KeyInfo>;
  /** Leaves key or version DISABLED: to use it again is a decision of its own. */
  cancelDestruction(key_id: string, version?: number): Promise<KeyInfo>;
  listPrincipals(): Promise<readonly KeyPrincipalInfo[]>;
  /** Without any grant. The token is shown here and never again. */
  addPrincipal(principal: string): Promise<{ readonly principal: string; readonly token: string }>;
  /** The old token stops working at once. */
  rotateToken(principal: string): Promise<{ readonly principal: string; readonly token: string }>;
  removePrincipal(principal: string): Promise<void>;
  grant(principal: string, key_id: string, rights: readonly KeyRight[]): Promise<KeyPrincipalInfo>;
  revoke(principal: string, key_id: string, rights: readonly KeyRight[]): Promise<KeyPrincipalInfo>;
  auditLog(filter?: AuditFilter): Promise<AuditPage>;
  verifyAuditLog(known_head?: AuditHead): Promise<AuditVerdict>;
}

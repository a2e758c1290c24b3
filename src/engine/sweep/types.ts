import type { ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";
import type { StorageTier } from "../store/index.ts";

export interface SweepOptions {
  readonly repository: Repository;
  /**
   * Share of dead bytes that may stay in packs that also hold live ones, of all live bytes; by default
   * {@link UNUSED_SHARE_MAX}. 0: every dead byte goes, at the price of rewriting every pack that has one.
   */
  readonly unused_share_max?: number;
  /**
   * Packs younger than this that no backup needs stay: a backup under way, or one that failed and is tried again, may
   * want them. Only thrift; what is safe does not depend on it. By default {@link FRESH_MS}.
   */
  readonly fresh_ms?: number;
  /** Deleted backups (ids) that must stay all the same: a legal hold. */
  readonly held?: ReadonlySet<string>;
  /** Remove what nobody needs in spite of GOVERNANCE locks; whoever asks must be allowed to. */
  readonly bypass_governance?: boolean;
  /** Packs of older epochs to seal anew under the epoch in force, whether or not a byte of them is dead. */
  readonly reseal?: ResealChoice;
  /** How long to wait for writers that began before this sweep; what is left is finished by the next one. */
  readonly wait_ms?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** Which packs a sweep seals anew (docs/security/rotation.md). */
export interface ResealChoice {
  /** Packs of epochs before this one. */
  readonly below_epoch: number;
  /** Only packs that their backups need in this tier … */
  readonly phase: StorageTier;
  /** … as these say (by id); one that is not named is hot. */
  readonly backups: ReadonlyMap<string, StorageTier>;
  /** How many bytes of packs at most, but for one pack when it alone is larger. */
  readonly bytes_max: number;
  /** Packs are read and written at no more than this rate. */
  readonly bytes_per_second?: number;
}

/** 5 % of 1 PiB is 51 TiB of storage saved against rewriting it; restic's default is the same. */
export const UNUSED_SHARE_MAX = 0.05;
/** The same for packs in the cold tier, by themselves. */
export const COLD_UNUSED_SHARE_MAX = 0.05;
export const FRESH_MS = 24 * 60 * 60_000;

/** Something the sweep would remove, but may not yet. */
export interface LockedObject {
  readonly object: string;
  readonly size_bytes: number;
  readonly mode: string;
  readonly retain_until_ms: number;
}

/** A backup that cannot be walked whole (all packs it names stay), or a pack that cannot be stored anew (it stays). */
export interface SweepDamage {
  /** null: of a pack; the message names it. */
  readonly backup_id: string | null;
  readonly code: string;
  readonly message: string;
}

/** A writer or reader that began before the packs were condemned. */
export interface WaitingFor {
  readonly writer_id: string;
  readonly operation: string;
  readonly started_at_ms: number;
}

export interface SweepPlan {
  readonly backups_live: number;
  /** Deleted, and their time to be brought back is over: they go for good. */
  readonly backups_removed: readonly string[];
  /** Deleted, and still to be brought back. */
  readonly backups_recoverable: number;
  readonly packs_total: number;
  readonly bytes_total: number;
  /** Bytes of packs, in proportion, that live backups need. */
  readonly bytes_live: number;
  readonly packs_deleted: number;
  /** Packs part of which is needed: that part is stored anew, then they are deleted. */
  readonly packs_rewritten: number;
  /** Of these, packs that are rewritten because of their epoch alone. */
  readonly packs_resealed: number;
  /** What rewriting will store anew, about. */
  readonly bytes_rewritten: number;
  /** What the store will hold less, about. */
  readonly bytes_freed: number;
  /** Dead bytes that stay, since rewriting for them is not worth it. */
  readonly bytes_unused_kept: number;
  /** Packs nobody needs that are too young to be sure of it. */
  readonly packs_fresh: number;
  readonly locked: readonly LockedObject[];
  readonly damage: readonly SweepDamage[];
  /** Condemned by an earlier sweep and not gone yet. */
  readonly pending: { readonly packs: number; readonly waiting_for: readonly WaitingFor[] };
  /** Requests to the store, about. */
  readonly requests: { readonly get: number; readonly put: number; readonly delete: number };
}

/** Packs to seal anew that lie in the cold: the storage was asked for them, and a later run takes them. */
export interface Thawing {
  readonly packs: number;
  readonly bytes: number;
  /** When the last of them can be read; null: the storage does not say. */
  readonly ready_at_ms: number | null;
}

export interface SweepReport {
  /** `waiting`: what was condemned goes with a later sweep, when the writers named have ended. */
  readonly status: "done" | "waiting";
  readonly plan: SweepPlan;
  readonly packs_deleted: number;
  readonly packs_rewritten: number;
  /** Condemned, and needed after all by a backup made meanwhile. */
  readonly packs_resurrected: number;
  readonly bytes_deleted: number;
  readonly bytes_written: number;
  readonly backups_removed: readonly string[];
  readonly locked: readonly LockedObject[];
  readonly damage: readonly SweepDamage[];
  readonly waiting_for: readonly WaitingFor[];
  readonly thawing: Thawing;
  readonly duration_ms: number;
}

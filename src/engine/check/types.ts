import type { ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";

export interface CheckOptions {
  readonly repository: Repository;
  /**
   * Read and authenticate every byte and recompute every chunk id; without it: structure, signatures, presence and
   * sizes.
   */
  readonly read_data: boolean;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** One stored object that is not what was written. */
export interface Damage {
  /** Key of the object in the store. */
  readonly object: string;
  readonly code: string;
  readonly message: string;
  /** Backups that need it. */
  readonly backup_ids: readonly string[];
  /** In a verification of one backup: paths that cannot be restored (the first 1,000). */
  readonly paths: readonly string[];
}

/** `valid`: every byte restores. `partial`: some paths do not. `invalid`: the backup cannot be used. */
export type Verdict = "valid" | "partial" | "invalid";

/** Why, in the words of the product: source corruption, a key that is gone, or the storage. */
export type VerdictCause = "SourceCorruption" | "KeyRevoked" | "StorageBackend";

export interface VerificationReport {
  readonly backup_id: string;
  readonly verdict: Verdict;
  readonly cause: VerdictCause | null;
  readonly damaged: readonly Damage[];
  readonly objects_read: number;
  readonly bytes_read: number;
  readonly chunks_checked: number;
  readonly files_checked: number;
  readonly duration_ms: number;
}

/** What became of packs that were asked for by id. */
export interface PacksReport {
  /** Read whole, the damaged ones included. */
  readonly read: readonly string[];
  /** Of these, not what was written. */
  readonly damaged: readonly string[];
  readonly bytes_read: number;
}

export interface CheckReport {
  readonly backups: number;
  readonly objects_read: number;
  readonly bytes_read: number;
  readonly chunks_checked: number;
  readonly damaged: readonly Damage[];
  /**
   * Packs no index segment names and no live writer owns: left by a writer that died; harmless, adopted by the next
   * backup.
   */
  readonly orphan_packs: readonly string[];
  /** Leases of writers that are gone. */
  readonly stale_leases: readonly string[];
  readonly duration_ms: number;
}

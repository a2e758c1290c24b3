import type { Clock, Random } from "../../base/index.ts";
import type { ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";
import type { ObjectStore } from "../store/index.ts";

export interface CopyRequest {
  readonly source: Repository;
  readonly backup_id: string;
  /** The other region's store; it becomes a replica of the same repository (same id, same keys, same ciphertext). */
  readonly target_store: ObjectStore;
  /** CMK that wraps the replica's keys, when it is not the source's. */
  readonly target_cmk?: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface CopyPlan {
  readonly request: CopyRequest;
  readonly packs_total: number;
  readonly packs_missing: number;
  readonly bytes_missing: number;
  /** The copy is there already. */
  readonly complete: boolean;
}

export interface CopyRunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** Asked before so many bytes of a pack are sent: waits for its turn, or throws to end the copy for now. */
  readonly pace?: (bytes: number) => Promise<void>;
}

export interface CopyReport {
  readonly backup_id: string;
  readonly objects_copied: number;
  readonly bytes_copied: number;
  readonly duration_ms: number;
}

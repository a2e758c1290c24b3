import type { Clock } from "../../base/index.ts";
import type { Problem, ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";

export interface RestoreRequest {
  readonly repository: Repository;
  readonly backup_id: string;
  /**
   * `folder`: below this path; a backup with one root lands in it directly, one with several under their absolute
   * paths.
   * `in_place`: where it came from.
   */
  readonly target: { readonly kind: "folder"; readonly path: string } | { readonly kind: "in_place" };
  /** Only these paths and what is below them: relative to the root, or absolute as they were on the source. */
  readonly paths?: readonly string[];
  /**
   * `refuse`: a target file that exists is an error before anything is written. `replace`: existing files become the
   * backup's (only parts that differ are written). Files that the backup does not have are left alone unless
   * `delete_extra`.
   */
  readonly existing?: "refuse" | "replace";
  readonly delete_extra?: boolean;
  readonly clock: Clock;
  readonly threads?: number;
}

/** What would happen; computed before anything is written. */
export interface RestorePlan {
  readonly request: RestoreRequest;
  readonly target_description: string;
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly bytes: number;
  readonly packs: number;
  /** Existing paths that would be overwritten (the first 1,000) and how many there are. */
  readonly overwrites: readonly string[];
  readonly overwrites_total: number;
  /** Existing paths that would be deleted, with `delete_extra`. */
  readonly deletes: readonly string[];
  readonly deletes_total: number;
}

export interface RestoreRunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface RestoreReport {
  readonly backup_id: string;
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly bytes_written: number;
  /** Bytes found already right in the target (resumed, or in place). */
  readonly bytes_kept: number;
  /** Paths that could not be restored; everything else was. Empty means complete and verified. */
  readonly failed: readonly Problem[];
  readonly failed_total: number;
  /** Restored, but e.g. an owner could not be set for want of privilege. */
  readonly warnings: readonly Problem[];
  readonly resumed: boolean;
  readonly duration_ms: number;
}

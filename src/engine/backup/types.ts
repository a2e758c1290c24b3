import type { Clock } from "../../base/index.ts";
import type { Problem, ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";
import type { LockAhead } from "./regroup.ts";

/** What to read. Paths are absolute; `exclude` are gitignore-like globs matched against the path below its root. */
export interface FilesSource {
  readonly kind: "files";
  readonly paths: readonly string[];
  readonly exclude?: readonly string[];
  /** Do not cross into other file systems. */
  readonly one_file_system?: boolean;
  /** Where a path's snapshot lies: it is read there, and is in the backup under its own name. */
  readonly seen_at?: ReadonlyMap<string, string>;
}

export type BackupSource = FilesSource;

export interface BackupOptions {
  readonly repository: Repository;
  /** Made by the caller (`newId("bkp", …)`), so that a repeated attempt of a job writes the same backup. */
  readonly backup_id: string;
  readonly source: BackupSource;
  /** Free text kept, sealed, in the manifest: workload, project, policy, classes, host, tags. */
  readonly labels: Readonly<Record<string, string>>;
  readonly expires_at_ms?: number;
  readonly lock?: LockAhead;
  /** Its packs will be locked, if by somebody else: `lock` implies it. */
  readonly grained?: boolean;
  /** Unchanged files are taken over from this backup; by default the newest one with the same roots. */
  readonly parent_backup_id?: string | null;
  readonly clock: Clock;
  /** Worker threads; by default one per core, at most 4. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface BackupStats {
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly source_bytes: number;
  /** Files taken over from the parent without reading. */
  readonly unchanged_files: number;
  readonly new_chunks: number;
  readonly new_bytes: number;
  readonly stored_bytes: number;
  readonly problems: number;
}

/** @see runBackup */
export interface BackupReport {
  readonly backup_id: string;
  readonly manifest_key: string;
  readonly created_at_ms: number;
  readonly parent_backup_id: string | null;
  readonly stats: BackupStats;
  /** The first 1,000. The backup stands all the same; its status is "with warnings". */
  readonly problems: readonly Problem[];
  readonly duration_ms: number;
}

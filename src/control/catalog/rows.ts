import type { Insertable } from "kysely";
import type { Manifest } from "../../engine/repository/index.ts";
import type { BackupTable, CopyTable } from "../../platform/db/index.ts";
import { derivedId } from "../repositories/index.ts";
import type { BackupLabels } from "./labels.ts";

/** Problems a row keeps in full; the manifest has up to 1,000. */
const PROBLEMS_MAX = 100;

/** Key of a backup's manifest in its repository (docs/format.md §1). */
export function manifestKey(backup_id: string): string {
  return `manifests/${backup_id}`;
}

/**
 * A backup's row as its manifest tells it. The job that makes a backup and the rebuild of a lost catalog both write
 * this, so that both end with the same row.
 */
export function backupRow(
  manifest: Manifest,
  labels: BackupLabels,
  repository_id: string,
): Insertable<BackupTable> & { id: string } {
  const retain_until = manifest.expires_at_ms === null ? null : new Date(manifest.expires_at_ms);
  return {
    id: manifest.backup_id,
    project_id: labels.project.id,
    workload_id: labels.workload.id,
    policy_id: labels.policy?.id ?? null,
    policy_version: labels.policy?.version ?? null,
    repository_id,
    region_id: labels.region.id,
    job_id: labels.job_id,
    manifest_key: manifestKey(manifest.backup_id),
    state: "AVAILABLE",
    status_reason: null,
    gfs: JSON.stringify(labels.gfs),
    created_at: new Date(manifest.created_at_ms),
    completed_at: new Date(manifest.finished_at_ms),
    retain_until,
    lock_mode: labels.lock?.mode ?? null,
    lock_until: labels.lock?.until ?? null,
    source_bytes: manifest.stats.source_bytes,
    stored_bytes: manifest.stats.stored_bytes,
    file_count: manifest.stats.files,
    problem_count: manifest.stats.problems,
    problems: JSON.stringify(manifest.problems.slice(0, PROBLEMS_MAX)),
    details: JSON.stringify({
      kind: manifest.kind,
      trigger: labels.trigger,
      parent_backup_id: manifest.parent_backup_id,
      directories: manifest.stats.directories,
      unchanged_files: manifest.stats.unchanged_files,
      new_bytes: manifest.stats.new_bytes,
      ...(Object.keys(manifest.details).length === 0 ? {} : { source: manifest.details }),
    }),
  };
}

/** A backup has one copy per region, so the copy's id follows from both. */
export function copyId(backup_id: string, region_id: string): string {
  return derivedId("cpy", backup_id, region_id);
}

/** The row of a copy that is there. `durable_at_ms` is when the store took its manifest. */
export function copyRow(
  manifest: Manifest,
  place: { readonly region_id: string; readonly repository_id: string },
  durable_at_ms: number,
): Insertable<CopyTable> & { id: string } {
  // The store's clock may differ from ours by a little; a lag is never negative.
  const lag_ms = Math.max(0, Math.round(durable_at_ms) - manifest.finished_at_ms);
  return {
    id: copyId(manifest.backup_id, place.region_id),
    backup_id: manifest.backup_id,
    region_id: place.region_id,
    repository_id: place.repository_id,
    state: "AVAILABLE",
    status_reason: null,
    manifest_key: manifestKey(manifest.backup_id),
    lag_seconds: lag_ms / 1000,
    created_at: new Date(manifest.finished_at_ms),
    completed_at: new Date(manifest.finished_at_ms + lag_ms),
    retain_until: manifest.expires_at_ms === null ? null : new Date(manifest.expires_at_ms),
  };
}

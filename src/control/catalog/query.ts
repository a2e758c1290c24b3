import type { Selectable } from "kysely";
import type { Backup, BackupState, Copy, VerifiedState, WorkloadType } from "../../model/index.ts";
import type { BackupTable, CopyTable, Db } from "../../platform/db/index.ts";
import { catalogError } from "./errors.ts";

export type BackupRow = Selectable<BackupTable>;
export type CopyRow = Selectable<CopyTable>;

const PAGE_MAX = 1000;

export interface BackupFilter {
  readonly project_id?: string;
  readonly workload_id?: string;
  readonly workload_type?: WorkloadType;
  readonly policy_id?: string;
  readonly region_id?: string;
  readonly states?: readonly BackupState[];
  readonly verified_state?: VerifiedState;
  /** Made before. */
  readonly before?: Date;
  /** Made at or after. */
  readonly since?: Date;
  /** Backups older than this one: the last id of the page before. */
  readonly before_id?: string;
  readonly limit?: number;
}

/** Newest first; without `states` those that exist or are being made (not FAILED, not DELETED). */
export async function listBackups(db: Db, filter: BackupFilter = {}): Promise<Backup[]> {
  let query = db
    .selectFrom("backups")
    .selectAll("backups")
    .where("state", "in", filter.states ?? ["CREATING", "AVAILABLE", "DAMAGED", "DELETING"])
    .orderBy("backups.id", "desc")
    .limit(Math.min(filter.limit ?? 100, PAGE_MAX));
  for (const column of ["project_id", "workload_id", "policy_id", "region_id", "verified_state"] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(`backups.${column}`, "=", value);
  }
  if (filter.workload_type !== undefined) {
    const workloads = db.selectFrom("workloads").select("id").where("type", "=", filter.workload_type);
    query = query.where("workload_id", "in", workloads);
  }
  if (filter.before !== undefined) query = query.where("backups.created_at", "<", filter.before);
  if (filter.since !== undefined) query = query.where("backups.created_at", ">=", filter.since);
  if (filter.before_id !== undefined) query = query.where("backups.id", "<", filter.before_id);
  return (await query.execute()).map(toBackup);
}

/** @throws BACKUP_UNKNOWN */
export async function getBackupRow(db: Db, backup_id: string): Promise<BackupRow> {
  const row = await db.selectFrom("backups").selectAll().where("id", "=", backup_id).executeTakeFirst();
  if (row === undefined) throw catalogError("BACKUP_UNKNOWN", `there is no backup ${backup_id}`, { backup_id });
  return row;
}

/** @throws BACKUP_UNKNOWN */
export async function getBackup(db: Db, backup_id: string): Promise<Backup> {
  return toBackup(await getBackupRow(db, backup_id));
}

/** The problems of a backup in full, as far as the catalog keeps them (the first 100). */
export async function listBackupProblems(
  db: Db,
  backup_id: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await getBackupRow(db, backup_id)).problems;
}

/** By backup, or by region; newest first. */
export async function listCopies(
  db: Db,
  filter: { readonly backup_ids?: readonly string[]; readonly region_id?: string; readonly limit?: number } = {},
): Promise<Copy[]> {
  let query = db
    .selectFrom("copies")
    .selectAll()
    .orderBy("id", "desc")
    .limit(Math.min(filter.limit ?? PAGE_MAX, PAGE_MAX));
  if (filter.backup_ids !== undefined) {
    if (filter.backup_ids.length === 0) return [];
    query = query.where("backup_id", "in", filter.backup_ids);
  }
  if (filter.region_id !== undefined) query = query.where("region_id", "=", filter.region_id);
  return (await query.execute()).map(toCopy);
}

export function toBackup(row: BackupRow): Backup {
  const { slot_id: _slot, problems: _problems, details: _details, ...rest } = row;
  return {
    ...rest,
    gfs: [...row.gfs],
    created_at: row.created_at.toISOString(),
    completed_at: iso(row.completed_at),
    retain_until: iso(row.retain_until),
    lock_until: iso(row.lock_until),
    verified_at: iso(row.verified_at),
  };
}

export function toCopy(row: CopyRow): Copy {
  return {
    id: row.id,
    backup_id: row.backup_id,
    region_id: row.region_id,
    repository_id: row.repository_id,
    state: row.state,
    status_reason: row.status_reason,
    job_id: row.job_id,
    lag_seconds: row.lag_seconds,
    copied_bytes: row.copied_bytes,
    created_at: row.created_at.toISOString(),
    completed_at: iso(row.completed_at),
  };
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}

import type { Selectable } from "kysely";
import type { Restore } from "../../model/index.ts";
import type { Db, RestoreTable } from "../../platform/db/index.ts";

const PAGE_MAX = 1000;

export interface RestoreFilter {
  readonly id?: string;
  readonly backup_id?: string;
  readonly workload_id?: string;
  readonly before_id?: string;
  readonly limit?: number;
}

/** Newest first. */
export async function listRestores(db: Db, filter: RestoreFilter = {}): Promise<Restore[]> {
  let query = db
    .selectFrom("restores")
    .selectAll()
    .orderBy("id", "desc")
    .limit(Math.min(filter.limit ?? 100, PAGE_MAX));
  for (const column of ["id", "backup_id", "workload_id"] as const) {
    const value = filter[column];
    if (value !== undefined) query = query.where(column, "=", value);
  }
  if (filter.before_id !== undefined) query = query.where("id", "<", filter.before_id);
  return (await query.execute()).map(toRestore);
}

function toRestore(row: Selectable<RestoreTable>): Restore {
  return {
    id: row.id,
    job_id: row.job_id,
    backup_id: row.backup_id,
    region_id: row.region_id,
    mode: row.mode,
    target: { ...row.target, paths: row.paths },
    restored_bytes: row.restored_bytes,
    restored_files: row.restored_files,
    problem_count: row.problem_count,
    created_at: row.created_at.toISOString(),
    completed_at: row.completed_at?.toISOString() ?? null,
  };
}

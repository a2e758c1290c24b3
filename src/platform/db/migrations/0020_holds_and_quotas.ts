import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Legal holds on backups and workloads, and how much a project may store. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `alter table projects add column quota_bytes bigint check (quota_bytes > 0)`,
  `alter table repositories add column used_bytes bigint, add column used_at timestamptz`,
  `create table holds (
    id text primary key,
    project_id text not null references projects (id),
    backup_id text references backups (id),
    workload_id text references workloads (id),
    reason text not null,
    created_by text not null,
    created_at timestamptz not null,
    released_by text,
    released_at timestamptz,
    release_reason text,
    check ((backup_id is null) <> (workload_id is null))
  )`,
  `create index holds_backup on holds (backup_id) where released_at is null`,
  `create index holds_workload on holds (workload_id) where released_at is null`,
];

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Suppression logs of applications, and a quick answer to which application's backup a part's belongs to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table suppression_logs (
    workload_id text primary key references workloads (id),
    project_id text not null references projects (id),
    region_id text not null references regions (id),
    state text not null default 'STARTING',
    status_reason text,
    message text,
    entries bigint not null default 0,
    last_recorded_at timestamptz,
    collected_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    updated_at timestamptz not null
  )`,
  // Hashes only: they keep the log from taking the same entry again and again.
  `create table suppression_seen (
    workload_id text not null references workloads (id),
    digest text not null,
    primary key (workload_id, digest)
  )`,
  `create index backups_of_applications on backups using gin (details jsonb_path_ops)
    where details ->> 'kind' = 'application'`,
];

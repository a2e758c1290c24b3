import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Who streams which server's binary log, how far it is durable, and where it has holes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table binlog_archives (
    workload_id text primary key references workloads (id),
    project_id text not null references projects (id),
    region_id text not null references regions (id),
    state text not null default 'STARTING',
    status_reason text,
    message text,
    file text,
    position bigint,
    gtid text,
    last_event_at timestamptz,
    complete_at timestamptz,
    gaps jsonb not null default '[]',
    lease_owner text,
    lease_until timestamptz,
    updated_at timestamptz not null
  )`,
];

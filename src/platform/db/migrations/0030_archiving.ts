import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Who streams which server's write-ahead log, how far it is durable, and where it has holes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table wal_archives (
    workload_id text primary key references workloads (id),
    project_id text not null references projects (id),
    region_id text not null references regions (id),
    system_identifier text,
    timeline integer,
    slot_name text not null,
    state text not null default 'STARTING',
    status_reason text,
    message text,
    flushed_lsn text,
    server_lsn text,
    last_commit_at timestamptz,
    flushed_at timestamptz,
    slot_status text,
    slot_retained_bytes bigint,
    heartbeat_at timestamptz,
    heartbeat_error text,
    started_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    updated_at timestamptz not null
  )`,
  `create table wal_gaps (
    workload_id text not null references workloads (id),
    system_identifier text not null,
    timeline integer not null,
    from_lsn text not null,
    to_lsn text not null,
    from_time timestamptz,
    reason text not null,
    found_at timestamptz not null,
    primary key (workload_id, system_identifier, timeline, from_lsn)
  )`,
];

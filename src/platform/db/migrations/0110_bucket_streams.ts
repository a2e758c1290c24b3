import { sql } from "kysely";
import type { Kysely } from "kysely";

/** What happens to a bucket between its backups, and keys that its service told of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table bucket_streams (
    workload_id text primary key references workloads (id),
    project_id text not null references projects (id),
    state text not null default 'STARTING',
    status_reason text,
    message text,
    target text,
    begun_at timestamptz not null,
    complete_at timestamptz,
    compared_at timestamptz,
    fingerprint text,
    versions bigint,
    missing_keys bigint not null default 0,
    missing_bytes bigint not null default 0,
    missing_more boolean not null default false,
    missing_since timestamptz,
    failed_keys bigint not null default 0,
    failing_since timestamptz,
    failure text,
    copied_versions bigint not null default 0,
    copied_bytes bigint not null default 0,
    deleted_keys bigint not null default 0,
    conflicts bigint not null default 0,
    changed_at timestamptz,
    asked_at timestamptz,
    events_hash text unique,
    told_at timestamptz,
    dropped_at timestamptz,
    lease_owner text,
    lease_until timestamptz,
    updated_at timestamptz not null
  )`,
  `create table bucket_events (
    id bigint generated always as identity primary key,
    workload_id text not null references workloads (id),
    key text not null,
    told_at timestamptz not null,
    unique (workload_id, key)
  )`,
];

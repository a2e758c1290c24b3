import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Where the audit log is sent on to, and how far it got there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table siem_sinks (
    id text primary key,
    name text not null unique,
    kind text not null check (kind in ('syslog', 'https')),
    format text not null check (format in ('ocsf', 'cef')),
    config jsonb not null,
    secret_ref text,
    cursor bigint not null,
    sent_count bigint not null default 0,
    failures_in_row integer not null default 0,
    next_at timestamptz not null,
    lease_owner text,
    lease_until timestamptz,
    last_ok_at timestamptz,
    last_error text,
    last_error_at timestamptz,
    created_at timestamptz not null,
    created_by text not null
  )`,
];

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Reports and their files, kept where the records they are made from are kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table reports (
    id text primary key,
    kind text not null check (kind in ('drill','attestation','health','integrity','compliance')),
    project_id text references projects (id),
    drill_id text references drills (id),
    from_at timestamptz not null,
    to_at timestamptz not null,
    period text,
    title text not null,
    state text not null default 'MAKING' check (state in ('MAKING','READY','FAILED')),
    job_id text not null,
    requested_by text not null,
    figures jsonb not null default '[]',
    created_at timestamptz not null,
    finished_at timestamptz
  )`,
  `create unique index reports_period on reports (kind, period, (coalesce(project_id, ''))) where period is not null`,
  `create table report_files (
    report_id text not null references reports (id) on delete cascade,
    name text not null,
    project_id text,
    media_type text not null,
    sha256 text not null,
    size_bytes bigint not null,
    content bytea not null,
    primary key (report_id, name)
  )`,
];

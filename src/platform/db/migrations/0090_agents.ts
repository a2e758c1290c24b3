import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Agents on hosts: who they are, what certificates they hold, and what they are asked to do. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table agents (
    id text primary key,
    name text not null,
    project_id text not null references projects (id),
    created_at timestamptz not null,
    created_by text not null,
    token_hash text,
    token_expires_at timestamptz,
    enrolled_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    hostname text,
    version text,
    protocol int,
    last_contact_at timestamptz,
    offline_runs int not null default 0,
    silence_minutes int not null
  )`,
  // A host that is enrolled anew under its name takes its data with it; one that was revoked for good does not.
  `create unique index agents_name on agents (name)`,
  `create unique index agents_project on agents (project_id)`,
  `create unique index agents_token on agents (token_hash) where token_hash is not null`,
  `create table agent_certificates (
    serial text primary key,
    agent_id text not null references agents (id),
    issued_at timestamptz not null,
    valid_until timestamptz not null
  )`,
  `create index agent_certificates_agent on agent_certificates (agent_id)`,
  `create table agent_tasks (
    id text primary key,
    agent_id text not null references agents (id),
    job_id text not null references jobs (id) on delete cascade,
    kind text not null check (kind in ('backup', 'restore')),
    region_id text not null references regions (id),
    backup_id text not null,
    state text not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED')),
    input jsonb not null,
    progress jsonb,
    result jsonb,
    error jsonb,
    created_at timestamptz not null,
    delivered_at timestamptz,
    updated_at timestamptz not null
  )`,
  `create index agent_tasks_open on agent_tasks (agent_id, id) where state in ('QUEUED', 'RUNNING')`,
  `create index agent_tasks_job on agent_tasks (job_id)`,
  `create table agent_writers (
    writer_id text primary key,
    agent_id text not null references agents (id),
    created_at timestamptz not null
  )`,
  `create index jobs_agent on jobs ((input->>'agent_id')) where finished_at is null and input->>'agent_id' is not null`,
];

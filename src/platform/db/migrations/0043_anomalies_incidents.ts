import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Backups that look like encryption or mass deletion; requests for help with a restore. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table anomalies (
    id text primary key,
    project_id text not null references projects (id),
    workload_id text not null references workloads (id),
    backup_id text not null unique references backups (id),
    clean_backup_id text references backups (id),
    hold_id text,
    kind text not null check (kind in ('encryption','mass_deletion')),
    signals jsonb not null,
    state text not null check (state in ('OPEN','DISMISSED')),
    detected_at timestamptz not null,
    decided_at timestamptz,
    decided_by text,
    note text
  )`,
  `create index anomalies_open on anomalies (workload_id) where state = 'OPEN'`,
  // Which backups have been looked at, with what result. A backup made after an open anomaly is marked, too.
  `create table anomaly_checks (
    backup_id text primary key references backups (id) on delete cascade,
    workload_id text not null,
    suspect boolean not null,
    checked_at timestamptz not null
  )`,
  `create index anomaly_checks_workload on anomaly_checks (workload_id)`,

  `create table incidents (
    id text primary key,
    project_id text not null references projects (id),
    severity integer not null check (severity between 1 and 3),
    title text not null,
    scope text not null,
    state text not null check (state in ('OPEN','RESPONDED','CLOSED')),
    criteria jsonb not null default '[]',
    restore_ids jsonb not null default '[]',
    alert_ids jsonb not null default '[]',
    opened_by text not null,
    opened_at timestamptz not null,
    response_due_at timestamptz not null,
    responded_at timestamptz,
    responded_by text,
    breached_at timestamptz,
    closed_at timestamptz,
    closed_by text,
    debrief jsonb,
    allowance_year integer not null,
    within_allowance boolean not null
  )`,
  `create index incidents_project on incidents (project_id, opened_at)`,
  `create table incident_notes (
    id text primary key,
    incident_id text not null references incidents (id) on delete cascade,
    at timestamptz not null,
    who text not null,
    what text not null
  )`,
  `create index incident_notes_incident on incident_notes (incident_id, at)`,
];

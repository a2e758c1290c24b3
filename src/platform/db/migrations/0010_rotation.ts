import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Rotations of projects' keys, how far each region is with each, when the next one is due, and shredded projects. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `alter table projects add column shredded_at timestamptz`,
  `create table rotations (
    id text primary key,
    project_id text not null references projects (id),
    cmk_id text not null,
    old_version int not null,
    new_version int,
    epoch int,
    emergency boolean not null,
    bytes_per_second bigint check (bytes_per_second > 0),
    requested_by text not null,
    reason text not null,
    state text not null check (state in ('RUNNING','DONE','FAILED','SUPERSEDED')),
    job_id text not null,
    created_at timestamptz not null,
    finished_at timestamptz
  )`,
  `create index rotations_project on rotations (project_id, created_at)`,
  `create unique index rotations_running on rotations (project_id) where state = 'RUNNING'`,
  `create table rotation_phases (
    rotation_id text not null references rotations (id),
    region_id text not null references regions (id),
    phase text not null check (phase in ('hot','warm','cold')),
    packs_total int not null,
    bytes_total bigint not null,
    packs_done int not null default 0,
    bytes_done bigint not null default 0,
    busy_ms bigint not null default 0,
    packs_left int not null,
    bytes_left bigint not null,
    locked_packs int not null,
    locked_bytes bigint not null,
    locked_until timestamptz,
    due_at timestamptz not null,
    finished_at timestamptz,
    primary key (rotation_id, region_id, phase)
  )`,
  `create table key_schedules (
    project_id text primary key references projects (id),
    every text not null check (every in ('annual','quarterly','monthly','never')),
    set_by text not null,
    updated_at timestamptz not null
  )`,
  `create table key_retirements (
    project_id text not null references projects (id),
    cmk_id text not null,
    version int not null,
    state text not null check (state in ('NEEDED','SCHEDULED','DESTROYED')),
    needed_by jsonb,
    sample jsonb,
    checked_at timestamptz not null,
    destroy_at timestamptz,
    primary key (cmk_id, version)
  )`,
];

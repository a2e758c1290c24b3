import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Drills: classes with their targets, plans, when they were due, what each drill found, and what is to be done. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table drill_classes (
    name text primary key,
    rank integer not null,
    title text not null,
    rto_seconds bigint not null check (rto_seconds > 0),
    rpo_seconds bigint not null check (rpo_seconds > 0),
    remedy_seconds bigint not null check (remedy_seconds > 0),
    proof_seconds bigint not null check (proof_seconds > 0),
    tag_values jsonb not null,
    updated_at timestamptz not null
  )`,
  `insert into drill_classes values
    ('tier-1', 1, 'Tier-1', 3600, 14400, 172800, 8035200, '["1","tier-1","tier1","gold","critical"]', now()),
    ('tier-2', 2, 'Tier-2', 86400, 86400, 604800, 8035200, '["2","tier-2","tier2","silver","standard"]', now()),
    ('internal', 3, 'Internal', 604800, 259200, 2592000, 16070400, '["3","internal","bronze","dev"]', now())`,
  `create table drill_plans (
    id text primary key,
    name text not null unique,
    project_id text references projects (id),
    spec jsonb not null,
    enabled boolean not null default true,
    revision integer not null default 1,
    planned_until timestamptz not null,
    created_by text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table drill_dues (
    plan_id text not null references drill_plans (id),
    due_at timestamptz not null,
    outcome text not null check (outcome in ('STARTED','MADE_UP','COVERED_BY','NOTHING_TO_DRILL')),
    covered_by timestamptz,
    workloads integer not null default 0,
    decided_at timestamptz not null,
    primary key (plan_id, due_at)
  )`,
  `create table drills (
    id text primary key,
    job_id text not null,
    plan_id text references drill_plans (id),
    due_at timestamptz,
    project_id text not null references projects (id),
    workload_id text not null references workloads (id),
    sandbox_project_id text not null references projects (id),
    class text not null,
    owner text not null,
    spec jsonb not null,
    state text not null default 'RUNNING'
      check (state in ('RUNNING','PASSED','MISSED_TARGET','FAILED','CANCELED')),
    backup_id text,
    region_id text,
    restore_id text,
    target_time timestamptz,
    restored_to timestamptz,
    requested_at timestamptz not null,
    started_at timestamptz,
    functional_at timestamptz,
    finished_at timestamptz,
    rto_seconds double precision,
    rpo_seconds double precision,
    rto_target_seconds bigint not null,
    rpo_target_seconds bigint not null,
    restored_bytes bigint,
    restored_files bigint,
    status_reason text,
    steps jsonb not null default '[]',
    validations jsonb not null default '[]',
    findings jsonb not null default '[]',
    deviations jsonb not null default '[]',
    subject jsonb not null default '{}'
  )`,
  `create unique index drills_due on drills (plan_id, due_at, workload_id)`,
  `create index drills_workload on drills (workload_id, finished_at desc)`,
  `create table tasks (
    id text primary key,
    drill_id text references drills (id),
    code text not null,
    project_id text not null references projects (id),
    workload_id text references workloads (id),
    title text not null,
    details text not null,
    owner text not null,
    due_at timestamptz not null,
    state text not null default 'OPEN' check (state in ('OPEN','DONE')),
    created_at timestamptz not null,
    done_at timestamptz,
    done_by text,
    note text
  )`,
  `create unique index tasks_drill_code on tasks (drill_id, code)`,
];

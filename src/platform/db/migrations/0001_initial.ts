import { sql } from "kysely";
import type { Kysely } from "kysely";

/**
 * Plain SQL: it is what the database will hold, readable as it stands. Forward only; a later change is a later file.
 * Identifiers are text with a type prefix. Sizes are bigint, instants timestamptz.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const JOB_STATES = `('QUEUED','WAITING_WINDOW','RUNNING','VERIFYING','SUCCEEDED','SUCCEEDED_WITH_WARNINGS','FAILED',
  'EXPIRED','SKIPPED','COVERED_BY','CANCELED')`;
const SLOT_OUTCOMES = `('SUCCEEDED','SUCCEEDED_WITH_WARNINGS','FAILED','EXPIRED','SKIPPED','COVERED_BY','CANCELED')`;
const VERIFIED = `('UNVERIFIED','VALID','INVALID')`;

const STATEMENTS: readonly string[] = [
  `create table settings (key text primary key, value jsonb not null, updated_at timestamptz not null)`,

  `create table tokens (
    id text primary key,
    name text not null,
    token_hash bytea not null unique,
    scopes jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,

  `create table idempotency_keys (
    token_id text not null,
    key text not null,
    method text not null,
    path text not null,
    body_hash text not null,
    status integer,
    response jsonb,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (token_id, key)
  )`,
  `create index idempotency_keys_expiry on idempotency_keys (expires_at)`,

  `create table regions (
    id text primary key,
    name text not null unique,
    country text not null,
    store jsonb not null,
    revision integer not null default 1,
    created_at timestamptz not null
  )`,

  `create table projects (
    id text primary key,
    name text not null unique,
    region_id text not null references regions (id),
    revision integer not null default 1,
    created_at timestamptz not null
  )`,

  `create table workloads (
    id text primary key,
    project_id text not null references projects (id),
    name text not null,
    type text not null check (type in ('vm','volume','share','database','bucket','host','application')),
    region_id text not null references regions (id),
    source jsonb not null,
    tags jsonb not null default '{}',
    exception jsonb,
    revision integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    removed_at timestamptz
  )`,
  // A removed workload keeps its row for its backups' sake, and its name becomes free again.
  `create unique index workloads_name on workloads (project_id, name) where removed_at is null`,
  `create index workloads_tags on workloads using gin (tags jsonb_path_ops)`,

  `create table policies (
    id text primary key,
    name text not null,
    version integer not null,
    template boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
  )`,
  `create unique index policies_name on policies (name) where deleted_at is null`,

  `create table policy_versions (
    policy_id text not null references policies (id),
    version integer not null,
    spec jsonb not null,
    created_at timestamptz not null,
    primary key (policy_id, version)
  )`,

  `create table attachments (
    id text primary key,
    policy_id text not null references policies (id),
    target jsonb not null,
    created_at timestamptz not null
  )`,
  // The same target attached twice is one attachment.
  `create unique index attachments_target on attachments (policy_id, target)`,

  `create table repositories (
    id text primary key,
    project_id text not null references projects (id),
    region_id text not null references regions (id),
    repository_id text not null,
    store_prefix text not null,
    cmk_id text not null,
    created_at timestamptz not null,
    unique (project_id, region_id)
  )`,

  `create table backups (
    id text primary key,
    project_id text not null references projects (id),
    workload_id text not null references workloads (id),
    policy_id text references policies (id),
    policy_version integer,
    repository_id text not null references repositories (id),
    region_id text not null references regions (id),
    job_id text,
    slot_id text,
    manifest_key text,
    state text not null check (state in ('CREATING','AVAILABLE','FAILED','DAMAGED','DELETING','DELETED')),
    status_reason text,
    gfs jsonb not null default '[]',
    created_at timestamptz not null,
    completed_at timestamptz,
    retain_until timestamptz,
    lock_mode text check (lock_mode in ('GOVERNANCE','COMPLIANCE')),
    lock_until timestamptz,
    source_bytes bigint,
    stored_bytes bigint,
    file_count bigint,
    problem_count integer not null default 0,
    problems jsonb not null default '[]',
    verified_state text not null default 'UNVERIFIED' check (verified_state in ${VERIFIED}),
    verified_at timestamptz,
    details jsonb not null default '{}'
  )`,
  `create index backups_workload on backups (workload_id, created_at desc)`,
  `create index backups_policy on backups (policy_id, created_at desc)`,
  `create index backups_retention on backups (retain_until) where state <> 'DELETED'`,

  `create table copies (
    id text primary key,
    backup_id text not null references backups (id),
    region_id text not null references regions (id),
    repository_id text not null references repositories (id),
    state text not null check (state in ('PENDING','RUNNING','AVAILABLE','FAILED','DAMAGED','DELETED')),
    status_reason text,
    job_id text,
    manifest_key text,
    lag_seconds double precision,
    copied_bytes bigint,
    created_at timestamptz not null,
    completed_at timestamptz,
    retain_until timestamptz,
    verified_state text not null default 'UNVERIFIED' check (verified_state in ${VERIFIED}),
    verified_at timestamptz,
    unique (backup_id, region_id)
  )`,
  `create index copies_state on copies (state)`,

  `create table jobs (
    id text primary key,
    kind text not null,
    state text not null check (state in ${JOB_STATES}),
    project_id text references projects (id),
    workload_id text references workloads (id),
    policy_id text references policies (id),
    policy_version integer,
    slot_id text,
    backup_id text,
    parent_id text references jobs (id),
    input jsonb not null,
    result jsonb,
    attempt integer not null default 0,
    max_attempts integer not null default 3,
    retry_backoff_ms integer not null default 60000,
    run_after timestamptz not null,
    window_until timestamptz,
    complete_until timestamptz,
    lease_owner text,
    lease_fence bigint not null default 0,
    lease_until timestamptz,
    heartbeat_at timestamptz,
    cancel_requested_at timestamptz,
    status_reason text,
    error jsonb,
    progress jsonb,
    idempotency_key text unique,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz not null
  )`,
  `create index jobs_open on jobs (run_after) where finished_at is null`,
  `create index jobs_workload on jobs (workload_id, created_at desc)`,
  `create index jobs_parent on jobs (parent_id)`,
  `create index jobs_slot on jobs (slot_id) where slot_id is not null`,

  `create table job_steps (
    job_id text not null references jobs (id) on delete cascade,
    seq integer not null,
    name text not null,
    state text not null check (state in ('RUNNING','SUCCEEDED','FAILED')),
    attempt integer not null,
    input jsonb,
    output jsonb,
    error jsonb,
    started_at timestamptz not null,
    finished_at timestamptz,
    primary key (job_id, name),
    unique (job_id, seq)
  )`,

  `create table schedule_slots (
    id text primary key,
    workload_id text not null references workloads (id),
    policy_id text not null references policies (id),
    policy_version integer not null,
    rule text not null,
    slot_at timestamptz not null,
    due_at timestamptz not null,
    window_until timestamptz not null,
    outcome text check (outcome in ${SLOT_OUTCOMES}),
    reason text,
    job_id text references jobs (id),
    created_at timestamptz not null,
    decided_at timestamptz,
    unique (workload_id, policy_id, rule, slot_at),
    check ((outcome is null) = (decided_at is null))
  )`,
  `create index schedule_slots_open on schedule_slots (due_at) where outcome is null`,
  `create index schedule_slots_job on schedule_slots (job_id) where job_id is not null`,

  `create table schedule_cursors (
    workload_id text not null references workloads (id),
    policy_id text not null references policies (id),
    rule text not null,
    rule_text text not null,
    planned_until timestamptz not null,
    primary key (workload_id, policy_id, rule)
  )`,

  `create table restores (
    id text primary key,
    job_id text not null references jobs (id),
    backup_id text not null references backups (id),
    copy_id text references copies (id),
    project_id text not null references projects (id),
    workload_id text not null references workloads (id),
    region_id text not null references regions (id),
    mode text not null check (mode in ('in_place','new_resource','path')),
    target jsonb not null,
    paths jsonb not null default '[]',
    restored_bytes bigint,
    restored_files bigint,
    problem_count integer not null default 0,
    problems jsonb not null default '[]',
    created_at timestamptz not null,
    completed_at timestamptz
  )`,
  `create index restores_backup on restores (backup_id)`,

  `create table verifications (
    id text primary key,
    job_id text references jobs (id),
    backup_id text not null references backups (id),
    region_id text not null references regions (id),
    verdict text check (verdict in ('VALID','INVALID')),
    checked_objects bigint,
    checked_bytes bigint,
    findings jsonb not null default '[]',
    started_at timestamptz not null,
    finished_at timestamptz
  )`,
  `create index verifications_backup on verifications (backup_id, started_at desc)`,

  `create table events (
    sequence bigserial primary key,
    txid xid8 not null default pg_current_xact_id(),
    id text not null unique,
    type text not null,
    subject text not null,
    project_id text,
    time timestamptz not null,
    data jsonb not null
  )`,
  `create index events_subject on events (subject, sequence)`,
];

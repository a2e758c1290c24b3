import { sql } from "kysely";
import type { Kysely } from "kysely";

/** The audit log, which only grows, and approvals by a second person. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table audit_log (
    sequence bigint primary key,
    time timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    actor_name text not null,
    address text not null,
    user_agent text not null,
    action text not null,
    method text not null,
    path text not null,
    project_id text,
    subject text,
    outcome text not null check (outcome in ('DONE','REFUSED','PENDING_APPROVAL')),
    status integer not null,
    reason text,
    request jsonb,
    before jsonb,
    after jsonb,
    request_id text not null,
    prev_hash text not null,
    hash text not null
  )`,
  `create index audit_log_time on audit_log (time)`,
  `create index audit_log_actor on audit_log (actor_id, sequence)`,
  `create index audit_log_subject on audit_log (subject, sequence)`,
  // Nobody changes what was written; the oldest entries go when their time is over, and their place is kept as anchor.
  `create function refuse_audit_change() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' and current_setting('holdfast.audit_retention', true) = 'on' then return old; end if;
    raise exception 'the audit log is append-only' using errcode = 'restrict_violation';
  end $$`,
  `create trigger audit_log_append_only before update or delete on audit_log
    for each row execute function refuse_audit_change()`,
  `create trigger audit_log_no_truncate before truncate on audit_log
    for each statement execute function refuse_audit_change()`,

  `create table approval_rules (
    kind text not null,
    project_id text references projects (id),
    created_at timestamptz not null,
    created_by text not null
  )`,
  `create unique index approval_rules_once on approval_rules (kind, coalesce(project_id, ''))`,
  `create table approvals (
    id text primary key,
    kind text not null,
    operation_id text not null,
    path text not null,
    params jsonb not null,
    body jsonb,
    project_id text references projects (id),
    requested_by text not null,
    requested_by_id text not null,
    reason text,
    state text not null check (state in ('PENDING','APPROVED','REJECTED')),
    decided_by text,
    result jsonb,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    decided_at timestamptz
  )`,
  `create index approvals_pending on approvals (created_at) where state = 'PENDING'`,
];

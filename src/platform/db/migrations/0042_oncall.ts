import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Who is told, over which channel, and whether it arrived. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table channels (
    id text primary key,
    name text not null unique,
    kind text not null check (kind in ('email','webhook','slack','pagerduty','alertmanager')),
    config jsonb not null,
    secret_ref text,
    failures_in_row integer not null default 0,
    last_error text,
    last_error_at timestamptz,
    last_ok_at timestamptz,
    created_at timestamptz not null
  )`,
  `create table oncall_overrides (
    id text primary key,
    rotation text not null,
    person text not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    created_by text not null,
    created_at timestamptz not null,
    check (from_at < until_at)
  )`,
  `create index oncall_overrides_until on oncall_overrides (until_at)`,
  // How far an alert has been escalated. next_at is null when nobody further is to be paged.
  `create table pages (
    alert_id text primary key references alerts (id) on delete cascade,
    step integer not null default 0,
    round integer not null default 0,
    reopened boolean not null default false,
    next_at timestamptz,
    started_at timestamptz not null
  )`,
  `create index pages_due on pages (next_at) where next_at is not null`,
  `create table deliveries (
    id text primary key,
    channel_id text not null references channels (id) on delete cascade,
    alert_id text references alerts (id) on delete cascade,
    person text,
    kind text not null check (kind in ('opened','escalated','reopened','breached','resolved','test')),
    message jsonb not null,
    state text not null check (state in ('PENDING','SENT','FAILED','CANCELED')),
    attempt integer not null default 0,
    next_at timestamptz not null,
    last_error text,
    created_at timestamptz not null,
    sent_at timestamptz
  )`,
  `create index deliveries_due on deliveries (next_at) where state = 'PENDING'`,
  `create index deliveries_alert on deliveries (alert_id)`,
  `create index deliveries_channel on deliveries (channel_id, created_at)`,
  `alter table alert_timers add column escalated_at timestamptz`,
];

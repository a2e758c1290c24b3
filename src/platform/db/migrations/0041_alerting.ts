import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Alerts with the clocks that run for them, and the calendars those clocks go by. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table alerts (
    id text primary key,
    rule text not null,
    group_key text not null,
    severity integer not null check (severity between 1 and 3),
    state text not null check (state in ('OPEN','ACKNOWLEDGED','RESOLVED')),
    project_id text references projects (id),
    subject text not null,
    summary text not null,
    members jsonb not null default '[]',
    details jsonb not null default '{}',
    opened_at timestamptz not null,
    last_seen_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at timestamptz,
    resolved_by text,
    resolution text,
    cleared_at timestamptz,
    check ((state = 'RESOLVED') = (resolved_at is not null))
  )`,
  // One cause, one alert, however many servers look.
  `create unique index alerts_open on alerts (group_key) where state <> 'RESOLVED'`,
  `create index alerts_key on alerts (group_key, opened_at desc)`,
  `create index alerts_opened on alerts (opened_at)`,
  `create table alert_timers (
    alert_id text not null references alerts (id) on delete cascade,
    step text not null check (step in ('alert','investigation','customer','root_cause','remedy','review')),
    due_at timestamptz not null,
    met_at timestamptz,
    met_by text,
    note text,
    breached_at timestamptz,
    primary key (alert_id, step)
  )`,
  `create index alert_timers_open on alert_timers (due_at) where met_at is null and breached_at is null`,
  `create table calendars (
    scope text primary key,
    spec jsonb not null,
    updated_at timestamptz not null
  )`,
];

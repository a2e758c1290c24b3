import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Who gets which reports when they are made, over which channel; each report goes to each of them once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table report_subscriptions (
    id text primary key,
    name text not null unique,
    project_id text references projects (id),
    channel_id text not null references channels (id) on delete cascade,
    kinds jsonb not null,
    created_by text not null,
    created_at timestamptz not null
  )`,
  `create table report_sendings (
    subscription_id text not null references report_subscriptions (id) on delete cascade,
    report_id text not null references reports (id) on delete cascade,
    delivery_id text not null,
    primary key (subscription_id, report_id)
  )`,
  `alter table deliveries drop constraint deliveries_kind_check`,
  `alter table deliveries add constraint deliveries_kind_check
    check (kind in ('opened','escalated','reopened','breached','resolved','test','report'))`,
];

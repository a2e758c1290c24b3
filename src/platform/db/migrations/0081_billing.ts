import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Price book, subscriptions, invoices. Prices are added with a date of effect; invoices are only ever added. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table price_items (
    item text primary key,
    kind text not null check (kind in ('tier', 'addon', 'once', 'discount', 'meter')),
    title text not null,
    unit text not null,
    drives jsonb
  )`,
  `create table prices (
    id bigserial primary key,
    item text not null references price_items (item),
    currency text not null,
    amount numeric(20, 8) not null,
    effective_from text not null,
    created_at timestamptz not null default now(),
    created_by text not null,
    unique (item, currency, effective_from)
  )`,
  `create table subscriptions (
    id text primary key,
    project_id text not null references projects (id),
    tier text not null,
    addons jsonb not null,
    billing text not null check (billing in ('monthly', 'annual')),
    currency text not null,
    tax_percent numeric(8, 4) not null,
    setup boolean not null,
    effective_from text not null,
    effective_until text,
    applied_at timestamptz,
    created_at timestamptz not null,
    created_by text not null
  )`,
  `create index subscriptions_project on subscriptions (project_id, effective_from)`,
  `create table invoices (
    id text primary key,
    number bigint not null unique,
    project_id text not null references projects (id),
    kind text not null check (kind in ('INVOICE', 'CREDIT_NOTE')),
    corrects text references invoices (id),
    reason text,
    month text not null,
    currency text not null,
    basis jsonb not null,
    lines jsonb not null,
    net numeric(20, 2) not null,
    tax_percent numeric(8, 4) not null,
    tax numeric(20, 2) not null,
    total numeric(20, 2) not null,
    created_at timestamptz not null,
    created_by text not null
  )`,
  `create index invoices_project on invoices (project_id, month)`,
  `create index invoices_corrects on invoices (corrects)`,
  `create function invoices_are_append_only() returns trigger language plpgsql as $$
  begin
    raise exception 'invoices are append-only';
  end $$`,
  `create trigger invoices_append_only before update or delete on invoices
    for each row execute function invoices_are_append_only()`,
  `insert into price_items (item, kind, title, unit, drives) values
    ('standard', 'tier', 'Standard', 'month', '{"drills":"monthly","rotation":"annual","assists":2}'),
    ('standard_quarterly', 'tier', 'Standard, quarterly key rotation', 'month',
      '{"drills":"monthly","rotation":"quarterly","assists":2}'),
    ('enhanced', 'tier', 'Enhanced', 'month', '{"drills":"weekly","rotation":"quarterly","assists":4}'),
    ('compliance', 'tier', 'Compliance', 'month', '{"drills":"biweekly","rotation":"monthly","assists":null}'),
    ('region', 'addon', 'Further storage region', 'month', null),
    ('seven_year', 'addon', 'Retention of seven years', 'month', null),
    ('restore_to_cloud', 'addon', 'Restore-to-cloud target', 'month', null),
    ('priority_routing', 'addon', 'Priority on-call routing', 'month', null),
    ('dr_setup', 'once', 'Disaster Recovery Setup', 'once', null),
    ('annual', 'discount', 'Paid a year ahead', 'percent', null),
    ('storage.hot', 'meter', 'Backup data, hot', 'GiB month', null),
    ('storage.warm', 'meter', 'Backup data, warm', 'GiB month', null),
    ('storage.cold', 'meter', 'Backup data, cold', 'GiB month', null),
    ('transfer', 'meter', 'Transfer between regions', 'GiB', null),
    ('egress.domestic', 'meter', 'Restores within the country', 'GiB', null),
    ('egress.international', 'meter', 'Restores to another country', 'GiB', null),
    ('operations', 'meter', 'Operations', 'thousand', null)`,
  `insert into prices (item, currency, amount, effective_from, created_by)
    select item, 'EUR', amount, '2026-01-01', 'as delivered' from (values
      ('standard', 79), ('standard_quarterly', 99), ('enhanced', 149), ('compliance', 249), ('region', 39),
      ('seven_year', 79), ('restore_to_cloud', 49), ('priority_routing', 39), ('dr_setup', 1299), ('annual', 10),
      ('egress.domestic', 0)) as delivered (item, amount)`,
];

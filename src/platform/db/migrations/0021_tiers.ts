import { sql } from "kysely";
import type { Kysely } from "kysely";

/** What a region's tiers cost and ask for, thaws of cold backups, and links between regions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table region_tiers (
    region_id text primary key references regions (id),
    settings jsonb not null,
    updated_at timestamptz not null
  )`,
  `create table thaws (
    id text primary key,
    project_id text not null references projects (id),
    backup_id text not null references backups (id),
    region_id text not null references regions (id),
    job_id text,
    state text not null check (state in ('THAWING','READY','FAILED')),
    packs integer not null,
    bytes bigint not null,
    cost double precision,
    expected_at timestamptz,
    requested_at timestamptz not null,
    ready_at timestamptz,
    expires_at timestamptz
  )`,
  `create index thaws_backup on thaws (backup_id, region_id, requested_at)`,
  `create table region_links (
    from_region_id text not null references regions (id),
    to_region_id text not null references regions (id),
    bytes_per_second bigint check (bytes_per_second > 0),
    window_text text,
    updated_at timestamptz not null,
    primary key (from_region_id, to_region_id)
  )`,
];

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** When each pack was last read whole; the signed account of each day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table pack_reads (
    repository_id text not null references repositories (id),
    pack_id text not null,
    size_bytes bigint not null,
    seen_at timestamptz not null,
    last_read_at timestamptz,
    damaged boolean not null default false,
    primary key (repository_id, pack_id)
  )`,
  `create index pack_reads_next on pack_reads (repository_id, last_read_at nulls first, seen_at)`,
  `create table integrity_reports (
    id text primary key,
    project_id text not null references projects (id),
    day text not null,
    report jsonb not null,
    jws text not null,
    created_at timestamptz not null,
    unique (project_id, day)
  )`,
];

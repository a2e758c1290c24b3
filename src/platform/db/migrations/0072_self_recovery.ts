import { sql } from "kysely";
import type { Kysely } from "kysely";

/** What is needed to build the control plane anew, as it was printed; and the drills of doing so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table recovery_kits (
    id text primary key,
    content jsonb not null,
    sha256 text not null,
    made_by text not null,
    made_at timestamptz not null
  )`,
  `create table recovery_drills (
    id text primary key,
    job_id text not null,
    period text unique,
    kit_id text references recovery_kits (id),
    state text not null default 'RUNNING' check (state in ('RUNNING','PASSED','DIFFERENT','FAILED')),
    requested_by text not null,
    requested_at timestamptz not null,
    finished_at timestamptz,
    seconds double precision,
    figures jsonb not null default '{}',
    findings jsonb not null default '[]'
  )`,
  `create index recovery_drills_requested on recovery_drills (requested_at)`,
];

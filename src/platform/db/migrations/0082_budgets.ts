import { sql } from "kysely";
import type { Kysely } from "kysely";

/** What a project may cost in a month before somebody is told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table budgets (
    project_id text primary key references projects (id),
    amount numeric(20, 2) not null check (amount > 0),
    set_by text not null,
    updated_at timestamptz not null
  )`,
];

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** A restore keeps what its source's driver said of it: recovery reached, time taken, where it runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [`alter table restores add column details jsonb not null default '{}'`];

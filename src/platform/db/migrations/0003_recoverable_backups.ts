import { sql } from "kysely";
import type { Kysely } from "kysely";

/** A deleted backup can be brought back for a while. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `alter table backups add column deleted_at timestamptz, add column recoverable_until timestamptz`,
  `create index backups_recoverable on backups (repository_id, recoverable_until) where recoverable_until is not null`,
];

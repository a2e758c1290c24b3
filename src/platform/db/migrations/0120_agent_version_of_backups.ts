import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Which version of its host's agent made a backup. Null: the server made it, or nobody wrote it down. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table agent_tasks add column agent_version text`.execute(db);
  await sql`alter table backups add column agent_version text`.execute(db);
}

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Since when an agent has its version: what it backed up before was made by another one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table agents add column version_since timestamptz`.execute(db);
}

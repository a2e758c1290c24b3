import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Sealing anew waits for packs in the cold, and says so. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table rotation_phases
    add column thawing_packs integer not null default 0,
    add column thaw_ready_at timestamptz`.execute(db);
}

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** A passkey is good at the host name it was made for. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table passkeys add column rp_id text not null`.execute(db); // nothing made one so far
}

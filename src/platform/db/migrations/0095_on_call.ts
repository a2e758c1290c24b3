import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Enhanced and Compliance have somebody on call at any hour. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update price_items set drives = drives || '{"on_call":"24x7"}' where item in ('enhanced', 'compliance')`.execute(
    db,
  );
}

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Compliance has a package of evidence each quarter: those that run, from now on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update price_items set drives = drives || '{"evidence":"quarterly"}' where item = 'compliance'`.execute(db);
  await sql`insert into settings (key, value, updated_at)
    select distinct 'reports.evidence.' || project_id, jsonb_build_object('every', 'quarterly', 'since', now()), now()
    from subscriptions where tier = 'compliance' and applied_at is not null
      and (effective_until is null or effective_until > to_char(now() at time zone 'UTC', 'YYYY-MM-DD'))`.execute(db);
}

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Regions in which projects have a master key of their own, and rotations of several keys at once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table regions add column own_keys boolean not null default false`.execute(db);
  await sql`alter table rotations add column keys jsonb not null default '[]'`.execute(db);
  await sql`update rotations set keys = jsonb_build_array(jsonb_build_object(
    'key_id', cmk_id, 'old_version', old_version, 'new_version', new_version))`.execute(db);
}

import { sql } from "kysely";
import type { Kysely } from "kysely";

/** Indexes that lists, coverage and metrics need once there are millions of backups. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  // Lists, newest first: all of them, of a project, in a state.
  `create index backups_newest on backups (created_at, id)`,
  `create index backups_project on backups (project_id, created_at, id)`,
  `create index backups_state on backups (state, created_at, id)`,
  `create index jobs_state on jobs (state, id)`,
  `create index jobs_project on jobs (project_id, id)`,
  `create index workloads_any_name on workloads (name)`,
  // The newest good backup of each workload, by a look-up each.
  `create index backups_good on backups (workload_id, created_at desc)
    where state = 'AVAILABLE' and verified_state <> 'INVALID'`,
  `create index backups_bad on backups (workload_id, created_at desc)
    where state = 'DAMAGED' or verified_state = 'INVALID'`,
  `create index jobs_ended_backups on jobs (workload_id, created_at desc)
    where kind = 'backup' and state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'FAILED', 'EXPIRED')`,
  // What a caller may do is looked up anew when any of this changed: see access/callers.ts.
  `create sequence access_changes`,
  `create function access_changed() returns trigger language plpgsql as $$
  begin
    perform nextval('access_changes');
    return null;
  end $$`,
  ...["users", "tokens", "bindings", "roles"].map(
    (table) => `create trigger ${table}_access after insert or delete or truncate on ${table}
      for each statement execute function access_changed()`,
  ),
  // Not for the time of the last use, which is written every minute.
  `create trigger users_access_edit after update of name, kind, disabled_at, groups on users
    for each statement execute function access_changed()`,
  `create trigger tokens_access_edit after update of scopes, revoked_at, expires_at, user_id on tokens
    for each statement execute function access_changed()`,
  ...["bindings", "roles"].map(
    (table) => `create trigger ${table}_access_edit after update on ${table}
      for each statement execute function access_changed()`,
  ),
  // What ended lately.
  `create index backups_completed on backups (completed_at) where completed_at is not null`,
  `create index copies_completed on copies (completed_at) where completed_at is not null`,
];

import { sql } from "kysely";
import type { Kysely } from "kysely";

/**
 * Events are numbered when their transaction commits, and a verification may find a backup damaged in part.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const VERIFIED = `('UNVERIFIED','VALID','PARTIAL','INVALID')`;

const STATEMENTS: readonly string[] = [
  // A number given out at the insert can become visible after a higher one, and a reader that goes on from the higher
  // one never sees it. So the number comes from a deferred trigger, the last thing a transaction does, under a lock
  // that PostgreSQL frees only when the commit is visible: who has seen a number has seen all below it. No deadlock:
  // whoever holds this lock asks for no other row or advisory lock.
  `alter table events alter column sequence drop default, drop constraint events_pkey`,
  `alter table events alter column sequence drop not null, add primary key (id), drop constraint events_id_key`,
  `create unique index events_sequence on events (sequence)`,
  `alter table events drop column txid`,
  `create function number_event() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock(4841273563);
    update events set sequence = nextval('events_sequence_seq') where id = new.id;
    return null;
  end $$`,
  `create constraint trigger events_number after insert on events
    deferrable initially deferred for each row execute function number_event()`,
  `create index events_time on events (time)`,

  `alter table backups drop constraint backups_verified_state_check,
    add constraint backups_verified_state_check check (verified_state in ${VERIFIED})`,
  `alter table copies drop constraint copies_verified_state_check,
    add constraint copies_verified_state_check check (verified_state in ${VERIFIED})`,
  `alter table verifications drop constraint verifications_verdict_check,
    add constraint verifications_verdict_check check (verdict in ('VALID','PARTIAL','INVALID')),
    add column cause text check (cause in ('SourceCorruption','KeyRevoked','StorageBackend'))`,

  // What history that is deleted after a while hangs on.
  `create index jobs_finished on jobs (finished_at) where finished_at is not null`,
  `create index backups_job on backups (job_id) where job_id is not null`,
  `create index copies_job on copies (job_id) where job_id is not null`,
  `create index restores_job on restores (job_id)`,
  `create index verifications_job on verifications (job_id) where job_id is not null`,
  `create index schedule_slots_decided on schedule_slots (decided_at) where decided_at is not null`,
];

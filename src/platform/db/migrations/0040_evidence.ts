import { sql } from "kysely";
import type { Kysely } from "kysely";

/**
 * The evidence log. Facts reach it through triggers, in the transaction that makes them, whatever code path that is;
 * `evidence_pending` is what is not yet a leaf, and a row leaves it in the transaction that makes the leaf.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS: readonly string[] = [
  `create table evidence_pending (
    id bigserial primary key,
    kind text not null,
    subject text not null,
    project_id text,
    time timestamptz not null,
    data jsonb not null
  )`,
  `create table evidence_leaves (
    leaf_index bigint primary key,
    kind text not null,
    subject text not null,
    project_id text,
    time timestamptz not null,
    record text not null,
    leaf_hash bytea not null,
    appended_at timestamptz not null
  )`,
  `create index evidence_leaves_subject on evidence_leaves (subject, leaf_index)`,
  `create index evidence_leaves_appended on evidence_leaves (appended_at)`,
  `create table evidence_nodes (
    level integer not null,
    node_index bigint not null,
    hash bytea not null,
    primary key (level, node_index)
  )`,
  `create table evidence_heads (
    day text primary key,
    tree_size bigint not null,
    root_hash bytea not null,
    jws text not null,
    created_at timestamptz not null,
    published jsonb not null default '{}'
  )`,
  // Even a defect of ours cannot rewrite what is a leaf already.
  `create function evidence_is_append_only() returns trigger language plpgsql as $$
  begin
    raise exception 'evidence is append-only';
  end $$`,
  `create trigger evidence_leaves_append_only before update or delete on evidence_leaves
    for each row execute function evidence_is_append_only()`,
  // Steps of jobs and their changes of state are no facts for an auditor: slots, backups, restores and the like are.
  `create function event_is_evidence() returns trigger language plpgsql as $$
  begin
    insert into evidence_pending (kind, subject, project_id, time, data)
      values (new.type, new.subject, new.project_id, new.time, new.data);
    return null;
  end $$`,
  `create trigger events_evidence after insert on events for each row
    when (new.type not in ('holdfast.job.state', 'holdfast.job.step', 'holdfast.backup.creating'))
    execute function event_is_evidence()`,
  `create function slot_is_evidence() returns trigger language plpgsql as $$
  begin
    if new.outcome is null or (tg_op = 'UPDATE' and old.outcome is not distinct from new.outcome) then
      return null;
    end if;
    insert into evidence_pending (kind, subject, project_id, time, data)
      select 'holdfast.slot.outcome', new.id, workload.project_id, new.decided_at, jsonb_build_object(
        'workload_id', new.workload_id, 'policy_id', new.policy_id, 'policy_version', new.policy_version,
        'rule', new.rule, 'slot_at', new.slot_at, 'outcome', new.outcome, 'reason', new.reason, 'job_id', new.job_id)
      from workloads as workload where workload.id = new.workload_id;
    return null;
  end $$`,
  `create trigger schedule_slots_evidence after insert or update of outcome on schedule_slots
    for each row execute function slot_is_evidence()`,
];

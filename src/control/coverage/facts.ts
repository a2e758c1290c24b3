import { sql } from "kysely";
import { finalJobStates } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** What the catalog knows of one workload. */
export interface Facts {
  readonly last_good: LastBackup | null;
  /** A backup newer than the last good one that turned out damaged. */
  readonly newer_damaged_id: string | null;
  readonly last_job: { readonly id: string; readonly state: string; readonly status_reason: string | null } | null;
  /** A backup is being made, or waits for its start. */
  readonly open_job_id: string | null;
}

export interface LastBackup {
  readonly id: string;
  readonly created_at_ms: number;
  readonly completed_at_ms: number;
  /** Names of other regions that have a complete copy. */
  readonly copied_to: readonly string[];
}

const CLOCK_TOLERANCE_MS = 3_600_000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface NewestRow {
  readonly workload_id: string;
  readonly good_id: string | null;
  readonly created_at: Date | null;
  readonly completed_at: Date | null;
  readonly copied_to: readonly string[] | null;
  readonly job_id: string | null;
  readonly job_state: string | null;
  readonly job_reason: string | null;
}

const NOTHING: Facts = { last_good: null, newer_damaged_id: null, last_job: null, open_job_id: null };

/** Of every workload that has any, or of those named, in a fixed number of queries. */
export async function loadFacts(
  db: Db,
  now_ms: number,
  workload_ids?: readonly string[],
): Promise<(workload_id: string) => Facts> {
  const ids = workload_ids === undefined ? null : [...workload_ids];
  // One dated ahead, by a clock that was wrong, says nothing about how old the last one is.
  const until = new Date(now_ms + CLOCK_TOLERANCE_MS);
  // A look-up by index for each workload: their newest ones are few among millions.
  const { rows: newest } = await sql<NewestRow>`
    select w.id as workload_id, good.id as good_id, good.created_at, good.completed_at, copied.names as copied_to,
      job.id as job_id, job.state as job_state, job.status_reason as job_reason
    from workloads w
    left join lateral (
      select id, created_at, completed_at from backups b
      where b.workload_id = w.id and b.state = 'AVAILABLE' and b.verified_state <> 'INVALID' and b.created_at <= ${until}
      order by created_at desc limit 1) good on true
    left join lateral (
      select array_agg(r.name) as names from copies c join regions r on r.id = c.region_id
      where c.backup_id = good.id and c.state = 'AVAILABLE') copied on true
    left join lateral (
      select id, state, status_reason from jobs j
      where j.workload_id = w.id and j.kind = 'backup'
        and j.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'FAILED', 'EXPIRED')
      order by created_at desc limit 1) job on true
    where w.removed_at is null and (${ids}::text[] is null or w.id = any(${ids}::text[]))`.execute(db);
  const { rows: damaged } = await sql<{ workload_id: string; id: string; created_at: Date }>`
    select distinct on (workload_id) workload_id, id, created_at from backups
    where (state = 'DAMAGED' or verified_state = 'INVALID') and state not in ('DELETING', 'DELETED')
      and (${ids}::text[] is null or workload_id = any(${ids}::text[]))
    order by workload_id, created_at desc`.execute(db);
  const { rows: open } = await sql<{ workload_id: string; id: string }>`
    select workload_id, id from jobs
    where finished_at is null and kind = 'backup' and workload_id is not null and state not in (${sql.join(finalJobStates)})
      and (${ids}::text[] is null or workload_id = any(${ids}::text[]))`.execute(db);

  const facts = new Map<string, Facts>();
  const merge = (workload_id: string, part: Partial<Facts>) => {
    facts.set(workload_id, { ...(facts.get(workload_id) ?? NOTHING), ...part });
  };
  for (const row of newest) {
    const part: Mutable<Partial<Facts>> = {};
    if (row.good_id !== null && row.created_at !== null) {
      const completed_at_ms = (row.completed_at ?? row.created_at).getTime();
      const created_at_ms = row.created_at.getTime();
      part.last_good = { id: row.good_id, created_at_ms, completed_at_ms, copied_to: row.copied_to ?? [] };
    }
    if (row.job_id !== null && row.job_state !== null) {
      part.last_job = { id: row.job_id, state: row.job_state, status_reason: row.job_reason };
    }
    merge(row.workload_id, part);
  }
  for (const row of damaged) {
    const last_good_ms = facts.get(row.workload_id)?.last_good?.created_at_ms ?? 0;
    if (row.created_at.getTime() > last_good_ms) merge(row.workload_id, { newer_damaged_id: row.id });
  }
  for (const { workload_id, id } of open) merge(workload_id, { open_job_id: id });
  return (workload_id) => facts.get(workload_id) ?? NOTHING;
}

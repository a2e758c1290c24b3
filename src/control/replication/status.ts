import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { causeOfLag, type LagCause } from "./cause.ts";
import { type RegionLink, regionLinks } from "./links.ts";

/** How far the second region is behind, for one pair of regions. */
export interface ReplicationPair {
  readonly from_region: string;
  readonly to_region: string;
  /**
   * The lag: age of the oldest backup that is not copied yet, counted from its completion; with nothing left to copy,
   * how long the newest copy took.
   */
  readonly lag_seconds: number;
  readonly pending: number;
  readonly failed: number;
  /** Id of the oldest backup without its copy. */
  readonly oldest_uncopied: string | null;
  readonly newest_copy_at: string | null;
  /** From the newest backup's completion to its copy's. */
  readonly newest_lag_seconds: number | null;
  /** Attempts that ended a copy job as failed, or were tried again, in the last 24 hours. */
  readonly failures_24h: number;
  readonly copied_bytes_24h: number;
  readonly bytes_per_second_24h: number | null;
  /** What the backups that wait added when they were made, less what is on its way already. */
  readonly backlog_bytes: number;
  /** What backups that are to be copied added in the last 24 hours. */
  readonly source_bytes_24h: number;
  /** What was said of the way between them; null: nothing, it may be used freely. */
  readonly link: RegionLink | null;
  /** Why copies wait; null: none does. */
  readonly cause: LagCause | null;
  readonly cause_text: string | null;
}

export interface ReplicationStatus {
  readonly pairs: readonly ReplicationPair[];
  /** Of all pairs, the worst. */
  readonly lag_seconds: number;
  readonly failures_24h: number;
}

const DAY_MS = 86_400_000;

/** The state of all copies that were asked for, or of one policy's. */
export async function replicationStatus(
  db: Db,
  clock: Clock,
  filter: { readonly policy_id?: string } = {},
): Promise<ReplicationStatus> {
  const now = new Date(clock.now_ms());
  const since = new Date(now.getTime() - DAY_MS);
  const policy_id = filter.policy_id ?? null;
  const { rows } = await sql<PairRow>`
    with wanted as (
      select c.*, c.state in ('PENDING', 'RUNNING', 'FAILED') as waiting,
        b.region_id as from_id, b.completed_at as backup_completed_at, j.started_at as job_started_at,
        b.stored_bytes as added_bytes,
        case when j.state = 'RUNNING' then (j.progress->>'done_bytes')::float8 end as sent_bytes,
        case when j.state in ('QUEUED', 'FAILED') then j.error end as error, j.updated_at as job_updated_at
      from copies c
      join backups b on b.id = c.backup_id
      left join jobs j on j.id = c.job_id
      where c.state <> 'DELETED' and b.state in ('AVAILABLE', 'DAMAGED')
        and (${policy_id}::text is null or b.policy_id = ${policy_id})
    )
    select f.name as from_region, t.name as to_region,
      count(*) filter (where w.state in ('PENDING', 'RUNNING')) as pending,
      count(*) filter (where w.state = 'FAILED') as failed,
      count(*) filter (where w.waiting and w.sent_bytes is not null) as running,
      coalesce(sum(greatest(w.added_bytes - coalesce(w.sent_bytes, 0), 0)) filter (where w.waiting), 0)::float8
        as backlog_bytes,
      coalesce(sum(w.added_bytes) filter (where w.backup_completed_at >= ${since}), 0)::float8 as source_bytes_24h,
      (array_agg(w.error order by w.job_updated_at desc) filter (where w.waiting and w.error is not null))[1] as error,
      min(w.backup_completed_at) filter (where w.waiting) as oldest_at,
      (array_agg(w.backup_id order by w.backup_completed_at) filter (where w.waiting))[1] as oldest_uncopied,
      max(w.completed_at) filter (where w.state = 'AVAILABLE') as newest_copy_at,
      (array_agg(w.lag_seconds order by w.completed_at desc)
        filter (where w.state = 'AVAILABLE'))[1] as newest_lag_seconds,
      coalesce(sum(w.copied_bytes) filter (where w.completed_at >= ${since}), 0)::float8 as copied_bytes_24h,
      (sum(extract(epoch from w.completed_at - w.job_started_at))
        filter (where w.completed_at >= ${since}))::float8 as busy_seconds_24h,
      (select count(*) from events e join jobs ej on ej.id = e.subject
        where e.type = 'holdfast.job.state' and e.time >= ${since} and ej.kind = 'copy'
          and (${policy_id}::text is null or ej.policy_id = ${policy_id})
          and ej.input->>'region_id' = t.id and ej.input->>'from_region_id' = f.id
          and (e.data->>'state' = 'FAILED' or (e.data->>'state' = 'QUEUED' and e.data ? 'retry_in_ms'))) as failures_24h
    from wanted w join regions f on f.id = w.from_id join regions t on t.id = w.region_id
    group by f.id, f.name, t.id, t.name
    order by f.name, t.name`.execute(db);
  const links = await regionLinks(db, { clock });
  const linkOf = ({ from_region, to_region }: PairRow) =>
    links.find((link) => link.from_region === from_region && link.to_region === to_region) ?? null;
  const pairs = rows.map((row) => toPair(row, linkOf(row), now));
  return {
    pairs,
    lag_seconds: Math.max(0, ...pairs.map((pair) => pair.lag_seconds)),
    failures_24h: pairs.reduce((sum, pair) => sum + pair.failures_24h, 0),
  };
}

interface PairRow {
  readonly from_region: string;
  readonly to_region: string;
  readonly pending: number;
  readonly failed: number;
  readonly oldest_at: Date | null;
  readonly oldest_uncopied: string | null;
  readonly newest_copy_at: Date | null;
  readonly newest_lag_seconds: number | null;
  readonly copied_bytes_24h: number;
  readonly busy_seconds_24h: number | null;
  readonly failures_24h: number;
  readonly running: number;
  readonly backlog_bytes: number;
  readonly source_bytes_24h: number;
  readonly error: { readonly message: string; readonly status_reason?: string } | null;
}

function toPair(
  { oldest_at, busy_seconds_24h, newest_copy_at, running, error, ...row }: PairRow,
  link: RegionLink | null,
  now: Date,
): ReplicationPair {
  const waiting_seconds = oldest_at === null ? null : Math.max(0, (now.getTime() - oldest_at.getTime()) / 1000);
  const bytes_per_second_24h = busy_seconds_24h ? Math.round(row.copied_bytes_24h / busy_seconds_24h) : null;
  const failure = error === null ? null : { status_reason: error.status_reason ?? null, message: error.message };
  const waiting = row.pending + row.failed;
  const why = causeOfLag({ ...row, waiting, running, bytes_per_second_24h, failure, link });
  return {
    ...row,
    link,
    cause: why?.cause ?? null,
    cause_text: why?.text ?? null,
    lag_seconds: waiting_seconds ?? row.newest_lag_seconds ?? 0,
    newest_copy_at: newest_copy_at?.toISOString() ?? null,
    bytes_per_second_24h,
  };
}

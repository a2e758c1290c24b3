import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";

export interface MeasuredGroup {
  readonly by: "size" | "tier" | "region";
  readonly name: string;
  readonly drills: number;
  readonly failed: number;
  readonly rto_p50_seconds: number | null;
  readonly rto_p95_seconds: number | null;
  readonly rpo_p50_seconds: number | null;
  readonly rpo_p95_seconds: number | null;
}

/**
 * RTO and RPO as drills measured them, by what they depend on: the size of the backup, the region it was read from, and
 * the subscription tier that the project had at the time.
 */
export async function measuredGroups(
  db: Db,
  { from_ms, until_ms, project_id }: { from_ms: number; until_ms?: number; project_id?: string },
): Promise<MeasuredGroup[]> {
  const until = until_ms === undefined ? sql`true` : sql`d.finished_at < ${new Date(until_ms)}`;
  const scope = project_id === undefined ? sql`true` : sql`d.project_id = ${project_id}`;
  const { rows } = await sql<MeasuredGroup>`
    with measured as (
      select d.state, d.rto_seconds, d.rpo_seconds, r.name as region, coalesce(s.tier, 'none') as tier,
        case when b.source_bytes is null then 'unknown' when b.source_bytes < 1073741824 then 'below 1 GiB'
          when b.source_bytes < 107374182400 then '1 to 100 GiB' when b.source_bytes < 1099511627776 then '100 GiB to 1 TiB'
          else '1 TiB and more' end as size
      from drills d
      left join backups b on b.id = d.backup_id
      left join regions r on r.id = d.region_id
      left join lateral (
        select tier from subscriptions s where s.project_id = d.project_id
          and s.effective_from <= to_char(d.finished_at at time zone 'UTC', 'YYYY-MM-DD')
        order by s.effective_from desc, s.created_at desc limit 1) s on true
      where d.state in ('PASSED', 'MISSED_TARGET', 'FAILED') and d.finished_at >= ${new Date(from_ms)}
        and ${until} and ${scope})
    select case when grouping(size) = 0 then 'size' when grouping(tier) = 0 then 'tier' else 'region' end as by,
      coalesce(case when grouping(size) = 0 then size when grouping(tier) = 0 then tier else region end, 'none') as name,
      count(*)::int as drills, count(*) filter (where state = 'FAILED')::int as failed,
      percentile_cont(0.5) within group (order by rto_seconds) as rto_p50_seconds,
      percentile_cont(0.95) within group (order by rto_seconds) as rto_p95_seconds,
      percentile_cont(0.5) within group (order by rpo_seconds) as rpo_p50_seconds,
      percentile_cont(0.95) within group (order by rpo_seconds) as rpo_p95_seconds
    from measured group by grouping sets ((size), (tier), (region)) order by 1, 2`.execute(db);
  return rows;
}

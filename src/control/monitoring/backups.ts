import { sql } from "kysely";
import type { Db } from "../../platform/db/index.ts";
import type { ProjectFamily } from "./fold.ts";

const DAY_MS = 86_400_000;
const BYTES_PER_GB = 1e9;

/** Runs of the last 24 hours and what they read and stored. */
export async function backupFamilies(db: Db, now_ms: number): Promise<ProjectFamily[]> {
  const since = new Date(now_ms - DAY_MS);
  const { rows: runs } = await sql<{ project_id: string; good: number; bad: number }>`
    select project_id,
      count(*) filter (where state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS'))::float8 as good,
      count(*) filter (where state in ('FAILED', 'EXPIRED'))::float8 as bad
    from jobs where finished_at >= ${since} and kind = 'backup' and project_id is not null
    group by project_id`.execute(db);
  const { rows: bytes } = await sql<{ project_id: string; read: number; stored: number; seconds: number }>`
    select b.project_id, coalesce(sum(b.source_bytes), 0)::float8 as read,
      coalesce(sum(b.stored_bytes), 0)::float8 as stored,
      coalesce(sum(extract(epoch from b.completed_at - b.created_at)), 0)::float8 as seconds
    from backups b where b.completed_at >= ${since} and b.state <> 'FAILED' group by b.project_id`.execute(db);
  const projects = await projectIds(db);
  const good = new Map(runs.map((row) => [row.project_id, row]));
  const base = { label_names: [], fold: "sum" as const };
  return [
    {
      ...base,
      name: "baas_backups_24h_success_count",
      help: "baas.backups_24h.success_count: backup runs that ended well in the last 24 hours",
      rows: projects.map((project_id) => ({ project_id, value: good.get(project_id)?.good ?? 0 })),
    },
    {
      ...base,
      name: "baas_backups_24h_failure_count",
      help: "baas.backups_24h.failure_count: backup runs that failed or missed their window in the last 24 hours",
      rows: projects.map((project_id) => ({ project_id, value: good.get(project_id)?.bad ?? 0 })),
    },
    {
      ...base,
      name: "baas_backup_source_bytes_24h",
      help: "Size of what the backups of the last 24 hours protect",
      rows: bytes.map(({ project_id, read }) => ({ project_id, value: read })),
    },
    {
      ...base,
      name: "baas_backup_stored_bytes_24h",
      help: "What the backups of the last 24 hours added to the store, after deduplication and compression",
      rows: bytes.map(({ project_id, stored }) => ({ project_id, value: stored })),
    },
    {
      ...base,
      name: "baas_backup_busy_seconds_24h",
      help: "How long the backups of the last 24 hours took, together; source bytes over this is the throughput",
      rows: bytes.map(({ project_id, seconds }) => ({ project_id, value: seconds })),
    },
  ];
}

/** What the store holds, and what it would be without deduplication. */
export async function storageFamilies(db: Db): Promise<ProjectFamily[]> {
  const { rows: used } = await sql<{ project_id: string; region: string; bytes: number }>`
    select r.project_id, g.name as region, sum(r.used_bytes)::float8 as bytes
    from repositories r join regions g on g.id = r.region_id
    where r.used_bytes is not null group by r.project_id, g.name`.execute(db);
  // Of the region where each backup was made: copies hold the same data once more.
  const { rows: kept } = await sql<{ project_id: string; region: string; source: number; bytes: number }>`
    select b.project_id, g.name as region, b.source::float8 as source, r.bytes::float8 as bytes from (
      select project_id, region_id, sum(source_bytes) as source from backups
      where state = 'AVAILABLE' group by project_id, region_id) b
    join (select project_id, region_id, sum(used_bytes) as bytes from repositories group by project_id, region_id) r
      using (project_id, region_id)
    join regions g on g.id = b.region_id where r.bytes > 0 and b.source is not null`.execute(db);
  return [
    {
      name: "baas_storage_gb_consumed",
      help: "baas.storage.gb_consumed: what packs take in a region, in units of 10^9 bytes, as last measured",
      label_names: ["region"],
      fold: "sum",
      rows: used.map(({ project_id, region, bytes }) => ({
        project_id,
        labels: { region },
        value: bytes / BYTES_PER_GB,
      })),
    },
    {
      name: "baas_dedup_ratio",
      help: "Size of what all kept backups protect, over what the packs of their region take",
      label_names: ["region"],
      fold: "max",
      rows: kept.map(({ project_id, region, source, bytes }) => ({
        project_id,
        labels: { region },
        value: source / bytes,
      })),
    },
  ];
}

/** Days since something of a class was last restored by a drill; never: since the oldest workload of it is known. */
export async function testFamilies(db: Db, now_ms: number): Promise<ProjectFamily[]> {
  const { rows } = await sql<{ project_id: string; class: string; at: Date }>`
    with classed as (
      select w.id, w.project_id, w.created_at, coalesce(
        (select name from drill_classes c where c.tag_values ? lower(w.tags ->> 'tier') or c.name = lower(w.tags ->> 'tier')
          order by rank limit 1),
        (select name from drill_classes order by rank desc limit 1)) as class
      from workloads w where removed_at is null and not tags ? 'backup-opt-out' and tags ->> 'backup' is distinct from 'none')
    select c.project_id, c.class, coalesce(max(d.at), min(c.created_at)) as at
    from classed c left join (
      select workload_id, max(functional_at) as at from drills where state in ('PASSED', 'MISSED_TARGET') group by workload_id
    ) d on d.workload_id = c.id
    where c.class is not null group by c.project_id, c.class`.execute(db);
  return [
    {
      name: "baas_restore_last_test_age_days",
      help: "baas.restore.last_test_age_days: days since a drill last restored a workload of the class",
      label_names: ["class"],
      fold: "max",
      rows: rows.map((row) => ({
        project_id: row.project_id,
        labels: { class: row.class },
        value: Math.max(0, now_ms - row.at.getTime()) / DAY_MS,
      })),
    },
  ];
}

async function projectIds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom("projects").select("id").where("shredded_at", "is", null).execute();
  return rows.map(({ id }) => id);
}

import { sql } from "kysely";
import type { JobState } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { coverageReport } from "./report.ts";
import type { CoverageReport, WorkloadCoverage } from "./report.ts";

/** One look at everything: what the console's first page shows. */
export interface Overview {
  readonly generated_at: string;
  readonly coverage: CoverageReport["totals"] & { readonly uncovered: number };
  /** For each policy that protects something: how many of its workloads have a good backup that is young enough. */
  readonly rpo: readonly RpoClass[];
  readonly activity: Activity;
  readonly storage: readonly StoragePlace[];
}

export interface RpoClass {
  readonly policy: string;
  readonly rpo_seconds: number;
  readonly workloads: number;
  readonly met: number;
  /** Names of the first that miss it. */
  readonly missed: readonly string[];
}

/** Backup runs since `since`; workloads with failures first. */
export interface Activity {
  readonly since: string;
  readonly until: string;
  readonly counts: Readonly<Record<string, number>>;
  /** How many workloads had a run; `workloads` holds the first of them. */
  readonly workloads_total: number;
  readonly workloads: readonly ActiveWorkload[];
}

export interface ActiveWorkload {
  readonly workload_id: string;
  readonly name: string;
  readonly project: string;
  readonly failed: number;
  readonly runs: readonly Run[];
}

export interface Run {
  readonly job_id: string;
  readonly state: JobState;
  readonly status_reason: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

export interface StoragePlace {
  readonly region: string;
  readonly backups: number;
  readonly copies: number;
  /** What the protected data would take without compression and deduplication. */
  readonly source_bytes: number;
  /** What these backups and copies added to the region when they were made. */
  readonly stored_bytes: number;
}

const DAY_MS = 86_400_000;
const WORKLOADS_SHOWN_MAX = 60;
/** The newest of each workload: a run every five minutes. */
const RUNS_SHOWN_MAX = 288;
const MISSED_SHOWN_MAX = 20;

/** Of one project (id), or all; the state of this moment. */
export async function overview(
  db: Db,
  now_ms: number,
  options: { readonly project_id?: string } = {},
): Promise<Overview> {
  const report = await coverageReport(db, now_ms, options);
  const project_id = options.project_id ?? null;
  return {
    generated_at: report.generated_at,
    coverage: { ...report.totals, uncovered: report.uncovered.length },
    rpo: rpoClasses(report.workloads),
    activity: await activity(db, now_ms, project_id),
    storage: await storage(db, project_id),
  };
}

function rpoClasses(workloads: readonly WorkloadCoverage[]): RpoClass[] {
  const classes = new Map<string, { rpo_seconds: number; workloads: number; met: number; missed: string[] }>();
  for (const { name, policies, rpo_seconds, rpo_met } of workloads) {
    if (rpo_seconds === null) continue;
    for (const policy of policies) {
      const of = classes.get(policy.name) ?? { rpo_seconds, workloads: 0, met: 0, missed: [] };
      // A workload that several policies protect has the strictest RPO of them; a class shows its loosest.
      of.rpo_seconds = Math.max(of.rpo_seconds, rpo_seconds);
      of.workloads++;
      if (rpo_met === true) of.met++;
      else if (of.missed.length < MISSED_SHOWN_MAX) of.missed.push(name);
      classes.set(policy.name, of);
    }
  }
  const rows = [...classes].map(([policy, of]) => ({ policy, ...of }));
  return rows.sort((a, b) => a.rpo_seconds - b.rpo_seconds || a.policy.localeCompare(b.policy));
}

interface ActivityRow {
  readonly workload_id: string;
  readonly name: string;
  readonly project: string;
  readonly failed: string;
  readonly total: string;
  readonly runs: readonly Run[];
}

async function activity(db: Db, now_ms: number, project_id: string | null): Promise<Activity> {
  const since = new Date(now_ms - DAY_MS);
  const { rows: counted } = await sql<{ state: JobState; count: string }>`
    select state, count(*) as count from jobs
    where kind = 'backup' and workload_id is not null and coalesce(started_at, created_at) >= ${since}
      and (${project_id}::text is null or project_id = ${project_id})
    group by state`.execute(db);
  const { rows } = await sql<ActivityRow>`
    with runs as (
      select j.*, coalesce(j.started_at, j.created_at) as at,
        row_number() over (partition by j.workload_id order by j.created_at desc) as nth
      from jobs j
      where j.kind = 'backup' and j.workload_id is not null and coalesce(j.started_at, j.created_at) >= ${since}
        and (${project_id}::text is null or j.project_id = ${project_id})
    )
    select r.workload_id, w.name, p.name as project,
      count(*) filter (where r.state in ('FAILED', 'EXPIRED')) as failed,
      count(*) over () as total,
      json_agg(json_build_object('job_id', r.id, 'state', r.state, 'status_reason', r.status_reason,
        'started_at', r.at, 'finished_at', r.finished_at) order by r.at)
        filter (where r.nth <= ${RUNS_SHOWN_MAX}) as runs
    from runs r
    join workloads w on w.id = r.workload_id
    join projects p on p.id = w.project_id
    group by r.workload_id, w.name, p.name
    order by failed desc, w.name, r.workload_id
    limit ${WORKLOADS_SHOWN_MAX}`.execute(db);
  return {
    since: since.toISOString(),
    until: new Date(now_ms).toISOString(),
    counts: Object.fromEntries(counted.map(({ state, count }) => [state, Number(count)])),
    workloads_total: Number(rows[0]?.total ?? 0),
    workloads: rows.map(({ workload_id, name, project, failed, runs }) => ({
      workload_id,
      name,
      project,
      failed: Number(failed),
      runs: runs.map((run) => ({ ...run, started_at: iso(run.started_at), finished_at: isoOrNull(run.finished_at) })),
    })),
  };
}

interface StorageRow {
  readonly region: string;
  readonly backups: string;
  readonly copies: string;
  readonly source_bytes: string | null;
  readonly stored_bytes: string | null;
}

async function storage(db: Db, project_id: string | null): Promise<StoragePlace[]> {
  const { rows } = await sql<StorageRow>`
    with held as (
      select b.region_id, 1 as backup, 0 as copy, b.source_bytes, b.stored_bytes
      from backups b
      where b.state in ('AVAILABLE', 'DAMAGED') and (${project_id}::text is null or b.project_id = ${project_id})
      union all
      select c.region_id, 0, 1, b.source_bytes, c.copied_bytes
      from copies c
      join backups b on b.id = c.backup_id
      where c.state in ('AVAILABLE', 'DAMAGED') and (${project_id}::text is null or b.project_id = ${project_id})
    )
    select r.name as region, coalesce(sum(h.backup), 0) as backups, coalesce(sum(h.copy), 0) as copies,
      sum(h.source_bytes) as source_bytes, sum(h.stored_bytes) as stored_bytes
    from regions r left join held h on h.region_id = r.id
    group by r.name order by r.name`.execute(db);
  return rows.map((row) => ({
    region: row.region,
    backups: Number(row.backups),
    copies: Number(row.copies),
    source_bytes: Number(row.source_bytes ?? 0),
    stored_bytes: Number(row.stored_bytes ?? 0),
  }));
}

function iso(text: string): string {
  return new Date(text).toISOString();
}

function isoOrNull(text: string | null): string | null {
  return text === null ? null : iso(text);
}

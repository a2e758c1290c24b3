import { sql } from "kysely";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Family } from "../../platform/metrics/index.ts";
import { replicationStatus } from "../replication/index.ts";
import { siemBacklog } from "../siem/index.ts";

const DAY_MS = 86_400_000;

/** Jobs that wait and run, and how long those of the last 24 hours waited and took. */
export async function jobFamilies(db: Db, now_ms: number): Promise<Family[]> {
  const now = new Date(now_ms);
  const { rows: open } = await sql<{ kind: string; state: string; jobs: number; oldest: number }>`
    select kind, state, count(*)::float8 as jobs,
      greatest(0, extract(epoch from ${now}::timestamptz - min(run_after)))::float8 as oldest
    from jobs where finished_at is null group by kind, state`.execute(db);
  const { rows: done } = await sql<Record<string, number> & { kind: string }>`
    select kind,
      percentile_cont(0.5) within group (order by took)::float8 as took50,
      percentile_cont(0.95) within group (order by took)::float8 as took95,
      percentile_cont(0.5) within group (order by waited)::float8 as waited50,
      percentile_cont(0.95) within group (order by waited)::float8 as waited95
    from (
      select kind, extract(epoch from finished_at - started_at) as took,
        greatest(0, extract(epoch from started_at - run_after)) as waited
      from jobs where finished_at >= ${new Date(now_ms - DAY_MS)} and started_at is not null) ended
    group by kind`.execute(db);
  const quantiles = (what: "took" | "waited") =>
    done.flatMap((row) =>
      (["50", "95"] as const).map((of) => ({
        labels: { kind: row.kind, percentile: of },
        value: Math.max(0, row[`${what}${of}`] ?? 0),
      })),
    );
  return [
    {
      name: "baas_jobs_open",
      help: "Jobs that have not ended, by kind and state",
      label_names: ["kind", "state"],
      samples: open.map(({ kind, state, jobs }) => ({ labels: { kind, state }, value: jobs })),
    },
    {
      name: "baas_jobs_oldest_due_seconds",
      help: "How long the oldest job that waits could have started",
      label_names: ["kind"],
      samples: open
        .filter(({ state }) => state === "QUEUED")
        .map(({ kind, oldest }) => ({ labels: { kind }, value: oldest })),
    },
    {
      name: "baas_job_duration_24h_seconds",
      help: "From start to end, of jobs that ended in the last 24 hours: median and 95th percentile",
      label_names: ["kind", "percentile"],
      samples: quantiles("took"),
    },
    {
      name: "baas_job_wait_24h_seconds",
      help: "From due to start, of jobs that ended in the last 24 hours: median and 95th percentile",
      label_names: ["kind", "percentile"],
      samples: quantiles("waited"),
    },
  ];
}

/** The second region, pair by pair. */
export async function copyFamilies(db: Db, clock: Clock): Promise<Family[]> {
  const { pairs } = await replicationStatus(db, clock);
  const family = (name: string, help: string, of: (pair: (typeof pairs)[number]) => number): Family => ({
    name,
    help,
    label_names: ["from_region", "to_region"],
    samples: pairs.map((pair) => ({
      labels: { from_region: pair.from_region, to_region: pair.to_region },
      value: of(pair),
    })),
  });
  return [
    family(
      "baas_cross_region_lag_seconds",
      "baas.cross_region.lag_seconds: age of the oldest backup not yet copied; with none, how long the last copy took",
      (pair) => pair.lag_seconds,
    ),
    family(
      "baas_cross_region_failures_24h",
      "baas.cross_region.failures_24h: attempts at copies that failed in the last 24 hours",
      (pair) => pair.failures_24h,
    ),
    family("baas_cross_region_pending", "Copies asked for and not made yet", (pair) => pair.pending + pair.failed),
    family("baas_cross_region_bytes_24h", "What copies moved in the last 24 hours", (pair) => pair.copied_bytes_24h),
  ];
}

/** What systems that watch the audit log have not taken yet; of the whole installation. */
export async function siemFamily(db: Db): Promise<Family> {
  return {
    name: "baas_siem_backlog_entries",
    help: "Entries of the audit log that a sink has not taken yet",
    label_names: ["sink"],
    samples: (await siemBacklog(db)).map(({ sink, entries }) => ({ labels: { sink }, value: entries })),
  };
}

/** Alerts that are not closed, by severity. */
export async function alertFamilies(db: Db): Promise<Family[]> {
  const { rows } = await sql<{ severity: number; state: string; alerts: number }>`
    select severity, state, count(*)::float8 as alerts from alerts where state <> 'RESOLVED'
    group by severity, state`.execute(db);
  return [
    {
      name: "baas_alerts_open",
      help: "Alerts that are open or acknowledged, by severity (1 is the gravest)",
      label_names: ["severity", "state"],
      samples: rows.map(({ severity, state, alerts }) => ({
        labels: { severity: String(severity), state },
        value: alerts,
      })),
    },
  ];
}

import { sql } from "kysely";
import { counted } from "../../../base/index.ts";
import { replicationStatus } from "../../replication/index.ts";
import { retentionPlanOf } from "../../retention/index.ts";
import type { Fact, FactSource } from "../fact.ts";
import type { Severity } from "../rules.ts";

const DAY_MS = 86_400_000;
/** Published bound of the lag; between it and 3600 s nobody is called. */
const LAG_ALERT_SECONDS = 7200;
/** Until this age a backup is hot; its failed verification is severity 1, an older one's severity 2. */
const HOT_DAYS = 30;

interface DamagedRow {
  readonly backup_id: string;
  readonly project_id: string;
  readonly workload: string;
  readonly repository_id: string;
  readonly region: string;
  readonly verified_state: string;
  readonly created_at: Date;
  readonly cause: string | null;
}

/**
 * Backups and copies that do not verify. One damaged object hurts many, so the cause is the repository in its region.
 */
export const verifications: FactSource = {
  name: "verifications",
  rules: ["verify_failed", "key_access"],
  async load({ db, clock }) {
    const { rows } = await sql<DamagedRow>`
      select b.id as backup_id, b.project_id, w.name as workload, place.repository_id, r.name as region,
        place.verified_state, b.created_at,
        (select cause from verifications as v where v.backup_id = b.id and v.region_id = place.region_id
          and v.verdict is not null order by v.started_at desc limit 1) as cause
      from (
        select id as backup_id, repository_id, region_id, verified_state from backups
          where state in ('AVAILABLE', 'DAMAGED') and (state = 'DAMAGED' or verified_state in ('PARTIAL', 'INVALID'))
        union all
        select backup_id, repository_id, region_id, verified_state from copies
          where state in ('AVAILABLE', 'DAMAGED') and (state = 'DAMAGED' or verified_state in ('PARTIAL', 'INVALID'))
      ) as place
      join backups as b on b.id = place.backup_id and b.state in ('AVAILABLE', 'DAMAGED')
      join workloads as w on w.id = b.workload_id
      join regions as r on r.id = place.region_id
      order by b.created_at desc limit 5000`.execute(db);
    const hot_since_ms = clock.now_ms() - HOT_DAYS * DAY_MS;
    return rows.map((row): Fact => {
      const common = { project_id: row.project_id, members: [row.backup_id] };
      if (row.cause === "KeyRevoked") {
        const summary = `backup ${row.backup_id} of ${row.workload} cannot be read: its key is not usable`;
        return { ...common, rule: "key_access", cause: row.project_id, subject: row.project_id, summary };
      }
      const severity: Severity = row.created_at.getTime() >= hot_since_ms ? 1 : 2;
      const summary = `backups in ${row.region} do not verify, e.g. ${row.backup_id} of ${row.workload}: ${row.verified_state}`;
      const subject = row.backup_id;
      return { ...common, rule: "verify_failed", cause: row.repository_id, severity, subject, summary };
    });
  },
};

/** A copy that failed is tried again, so that alone calls nobody: the lag does. */
export const replication: FactSource = {
  name: "replication",
  rules: ["replication_lag"],
  every_ms: 60_000,
  async load({ db, clock }) {
    const { pairs } = await replicationStatus(db, clock);
    return pairs
      .filter((pair) => pair.lag_seconds > LAG_ALERT_SECONDS && pair.pending + pair.failed > 0)
      .map((pair): Fact => {
        const hours = (pair.lag_seconds / 3600).toFixed(1);
        const waiting = pair.pending + pair.failed;
        return {
          rule: "replication_lag",
          cause: `${pair.from_region}>${pair.to_region}`,
          project_id: null,
          subject: pair.oldest_uncopied ?? pair.to_region,
          summary: `${pair.to_region} is ${hours} h behind ${pair.from_region}: ${counted(waiting, "backup")} ${waiting === 1 ? "waits" : "wait"}, ${counted(pair.failures_24h, "failure")} in 24 h; ${pair.cause_text ?? "cause unknown"}`,
          members: [`${pair.from_region}>${pair.to_region}`],
          details: {
            lag_seconds: Math.round(pair.lag_seconds),
            pending: pair.pending,
            failed: pair.failed,
            backlog_bytes: pair.backlog_bytes,
            lag_cause: pair.cause ?? "",
          },
        };
      });
  },
};

const GROWTH_FACTOR = 2;
/** Less is not worth a call, whatever it was before. */
const GROWTH_BYTES_MIN = 256 * 1024 * 1024;
/** A young project doubles every day. */
const HISTORY_DAYS = 7;

export const storageGrowth: FactSource = {
  name: "storage growth",
  rules: ["storage_growth"],
  every_ms: 600_000,
  async load({ db, clock }) {
    const now_ms = clock.now_ms();
    const yesterday = new Date(now_ms - DAY_MS);
    const { rows } = await sql<{ project_id: string; project: string; now_bytes: number; before_bytes: number }>`
      select b.project_id, p.name as project, sum(b.stored_bytes)::bigint as now_bytes,
        (sum(b.stored_bytes) filter (where b.created_at < ${yesterday}))::bigint as before_bytes
      from backups as b join projects as p on p.id = b.project_id
      where b.state in ('AVAILABLE', 'DAMAGED')
      group by b.project_id, p.name
      having min(b.created_at) < ${new Date(now_ms - HISTORY_DAYS * DAY_MS)}
        and sum(b.stored_bytes) >= ${GROWTH_FACTOR} * sum(b.stored_bytes) filter (where b.created_at < ${yesterday})
        and sum(b.stored_bytes) - sum(b.stored_bytes) filter (where b.created_at < ${yesterday}) >= ${GROWTH_BYTES_MIN}
      `.execute(db);
    return rows.map(
      (row): Fact => ({
        rule: "storage_growth",
        cause: row.project_id,
        project_id: row.project_id,
        subject: row.project_id,
        summary: `stored data of project ${row.project} grew from ${gib(row.before_bytes)} to ${gib(row.now_bytes)} within a day`,
        members: [row.project],
        details: { before_bytes: row.before_bytes, now_bytes: row.now_bytes },
      }),
    );
  },
};

/** Retention runs every hour and retries: after two days it is not late, it does not work. */
const RETENTION_GRACE_MS = 2 * DAY_MS;
const WORKLOADS_MAX = 200;

export const retention: FactSource = {
  name: "retention",
  rules: ["retention_anomaly"],
  every_ms: 600_000,
  async load({ db, clock }) {
    const now_ms = clock.now_ms();
    const before = new Date(now_ms - RETENTION_GRACE_MS);
    const overdue = await db
      .selectFrom("backups")
      .innerJoin("workloads", "workloads.id", "backups.workload_id")
      .select(["backups.id", "backups.project_id", "backups.workload_id", "backups.state", "workloads.name"])
      .where("backups.state", "in", ["AVAILABLE", "DAMAGED", "DELETING"])
      .where("backups.retain_until", "<", before)
      .where((where) => where.or([where("backups.lock_until", "is", null), where("backups.lock_until", "<", before)]))
      .orderBy("backups.workload_id")
      .limit(5000)
      .execute();
    const facts: Fact[] = [];
    for (const workload_id of [...new Set(overdue.map((row) => row.workload_id))].slice(0, WORKLOADS_MAX)) {
      const plan = await retentionPlanOf(db, workload_id, now_ms);
      const kept = new Set(plan.filter((verdict) => verdict.keep).map((verdict) => verdict.id));
      const stuck = overdue.filter((row) => row.workload_id === workload_id && !kept.has(row.id));
      const [first] = stuck;
      if (first === undefined) continue;
      facts.push({
        rule: "retention_anomaly",
        cause: workload_id,
        project_id: first.project_id,
        subject: workload_id,
        summary: `${counted(stuck.length, "backup")} of ${first.name} should be gone for two days and ${stuck.length === 1 ? "is" : "are"} not, e.g. ${first.id} (${first.state})`,
        members: stuck.map((row) => row.id),
      });
    }
    return facts;
  },
};

function gib(bytes: number): string {
  const gib = bytes / 1024 ** 3;
  return `${gib >= 100 ? Math.round(gib) : Math.round(gib * 100) / 100} GiB`;
}

import { sql } from "kysely";
import { counted } from "../../../base/index.ts";
import type { Db } from "../../../platform/db/index.ts";
import type { Fact, FactSource } from "../fact.ts";

const DAY_MS = 86_400_000;
const LOOK_BACK_MS = 30 * DAY_MS;
/** So many failed runs in a row are a backup process that has failed completely. */
const FAILURES_IN_A_ROW = 3;
/** A run that is tried again is told of when its first try is so long ago: far within the four hours promised. */
const RETRYING_MS = 3_600_000;
/** A planned run that nobody has started, and nobody has given up, so long after its window. */
const LATE_MS = 300_000;

interface FailedRow {
  readonly job_id: string;
  readonly project_id: string;
  readonly workload_id: string;
  readonly workload: string;
  readonly region_id: string;
  readonly region: string;
  readonly state: string;
  readonly status_reason: string | null;
  readonly message: string | null;
  readonly failures: number;
}

/**
 * The newest run of each workload, where it is not good; a later good one makes the row, and with it the alert, go. One
 * that waits for its next try counts as failed after an hour, and at once when a key is refused.
 */
async function failedRuns(db: Db, now: Date): Promise<FailedRow[]> {
  const since = new Date(now.getTime() - LOOK_BACK_MS);
  const retrying = new Date(now.getTime() - RETRYING_MS);
  const { rows } = await sql<FailedRow>`
    select j.id as job_id, w.project_id, w.id as workload_id, w.name as workload, w.region_id, r.name as region,
      j.state, j.status_reason, j.error->>'message' as message,
      (select count(*) from jobs as f where f.workload_id = w.id and f.kind = 'backup' and f.state = 'FAILED'
        and f.created_at > coalesce((select max(g.created_at) from jobs as g where g.workload_id = w.id
          and g.kind = 'backup' and g.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS')), '-infinity')) as failures
    from jobs as j
    join workloads as w on w.id = j.workload_id and w.removed_at is null
    join regions as r on r.id = w.region_id
    where j.kind = 'backup'
      and ((j.finished_at > ${since} and j.state in ('FAILED', 'SUCCEEDED_WITH_WARNINGS'))
        or (j.finished_at is null and j.error is not null and j.state in ('QUEUED', 'RUNNING')
          and (j.started_at < ${retrying} or j.status_reason = 'EncryptionKeyAccessDenied')))
      and not exists (select from jobs as n where n.workload_id = j.workload_id and n.kind = 'backup'
        and n.created_at > j.created_at and n.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'FAILED'))
      and (j.finished_at is not null or not exists (select from jobs as n where n.workload_id = j.workload_id
        and n.kind = 'backup' and n.finished_at > j.created_at and n.state = 'SUCCEEDED'))
    order by w.name, j.created_at desc`.execute(db);
  return rows;
}

export const backupRuns: FactSource = {
  name: "backup runs",
  rules: ["backup_failed", "backup_incomplete", "key_access", "quota", "storage_unreachable", "complete_failure"],
  async load({ db, clock }) {
    const now = new Date(clock.now_ms());
    const rows = await failedRuns(db, now);
    return [...rows.map(factOf), ...(await completeFailures(db, rows, now)), ...(await failedCopies(db))];
  },
};

function factOf(row: FailedRow): Fact {
  const common = { project_id: row.project_id, subject: row.workload_id, members: [row.workload] };
  const details = { job_id: row.job_id, status_reason: row.status_reason, message: row.message };
  const why = row.message ?? row.status_reason ?? "no reason given";
  if (row.state === "SUCCEEDED_WITH_WARNINGS") {
    const summary = `the newest backup of ${row.workload} is incomplete: baas job show ${row.job_id}`;
    return { ...common, details, rule: "backup_incomplete", cause: row.workload_id, summary };
  }
  if (row.status_reason === "EncryptionKeyAccessDenied") {
    const summary = `a key is refused, so ${row.workload} cannot be backed up: ${why}`;
    return { ...common, details, rule: "key_access", cause: row.project_id, subject: row.project_id, summary };
  }
  const of_region = { ...common, details, project_id: null, cause: row.region_id, subject: row.region_id };
  if (row.status_reason === "StorageQuotaExceeded") {
    return { ...of_region, rule: "quota", summary: `the storage quota of region ${row.region} is used up: ${why}` };
  }
  if (row.status_reason === "StorageUnavailable") {
    const summary = `the storage of region ${row.region} does not answer: ${why}`;
    return { ...of_region, rule: "storage_unreachable", summary };
  }
  const in_a_row = row.failures >= FAILURES_IN_A_ROW;
  const times = in_a_row ? ` ${row.failures} times in a row` : "";
  const summary = `the backup of ${row.workload} failed${times} (${row.status_reason ?? "no reason"}): ${why}`;
  const severity = in_a_row ? 1 : 2;
  return { ...common, details, rule: "backup_failed", cause: row.workload_id, severity, summary };
}

/** Projects whose every workload that ran within a day failed; of one workload that is no different from its own. */
async function completeFailures(db: Db, failed: readonly FailedRow[], now: Date): Promise<Fact[]> {
  const of_project = new Map<string, FailedRow[]>();
  for (const row of failed) {
    if (row.state === "SUCCEEDED_WITH_WARNINGS") continue;
    of_project.set(row.project_id, [...(of_project.get(row.project_id) ?? []), row]);
  }
  const facts: Fact[] = [];
  for (const [project_id, rows] of of_project) {
    if (rows.length < 2) continue;
    const { good } = await db
      .selectFrom("jobs")
      .select((eb) => eb.fn.countAll<number>().as("good"))
      .where("project_id", "=", project_id)
      .where("kind", "=", "backup")
      .where("state", "in", ["SUCCEEDED", "SUCCEEDED_WITH_WARNINGS"])
      .where("finished_at", ">", new Date(now.getTime() - DAY_MS))
      .where(
        "workload_id",
        "not in",
        rows.map((row) => row.workload_id),
      )
      .executeTakeFirstOrThrow();
    if (Number(good) > 0) continue;
    const summary = `every backup of the project fails: ${counted(rows.length, "workload")}, the first ${rows[0]?.workload ?? ""} (${rows[0]?.status_reason ?? ""})`;
    const members = rows.map((row) => row.workload);
    facts.push({ rule: "complete_failure", cause: project_id, project_id, subject: project_id, summary, members });
  }
  return facts;
}

/** A copy that the target region refuses says the same of that region as a backup would. */
async function failedCopies(db: Db): Promise<Fact[]> {
  const rows = await db
    .selectFrom("copies")
    .innerJoin("regions", "regions.id", "copies.region_id")
    .innerJoin("backups", "backups.id", "copies.backup_id")
    .innerJoin("workloads", "workloads.id", "backups.workload_id")
    .select(["copies.region_id", "regions.name as region", "copies.status_reason", "workloads.name as workload"])
    .where("copies.state", "=", "FAILED")
    .where("copies.status_reason", "=", "StorageQuotaExceeded")
    .where("backups.state", "in", ["AVAILABLE", "DAMAGED"])
    .limit(1000)
    .execute();
  return rows.map(({ region_id, region, workload }) => ({
    rule: "quota",
    cause: region_id,
    project_id: null,
    subject: region_id,
    summary: `the storage quota of region ${region} is used up; copies wait`,
    members: [workload],
  }));
}

interface MissedRow {
  readonly slot_id: string;
  readonly project_id: string;
  readonly project: string;
  readonly workload: string;
  readonly reason: string | null;
}

/**
 * Runs whose window passed, the newest of their schedule; a good backup since then makes up for it. What stands
 * undecided after its window counts as well, so that a schedule that has stopped is found.
 */
export const missedRuns: FactSource = {
  name: "missed runs",
  rules: ["backup_missed"],
  async load({ db, clock }) {
    const now_ms = clock.now_ms();
    const { rows } = await sql<MissedRow>`
      select s.id as slot_id, w.project_id, p.name as project, w.name as workload, s.reason
      from schedule_slots as s
      join workloads as w on w.id = s.workload_id and w.removed_at is null
      join projects as p on p.id = w.project_id
      where ((s.outcome = 'EXPIRED' and s.decided_at > ${new Date(now_ms - LOOK_BACK_MS)})
          or (s.outcome is null and s.window_until < ${new Date(now_ms - LATE_MS)}
            and not exists (select from jobs where jobs.id = s.job_id and jobs.started_at is not null)))
        and not exists (select from schedule_slots as n where n.workload_id = s.workload_id
          and n.policy_id = s.policy_id and n.rule = s.rule and n.slot_at > s.slot_at
          and n.outcome in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'COVERED_BY', 'FAILED'))
        and not exists (select from jobs as j where j.workload_id = s.workload_id and j.kind = 'backup'
          and j.finished_at > s.due_at and j.state in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS', 'FAILED'))
      order by w.name`.execute(db);
    return rows.map(
      (row): Fact => ({
        rule: "backup_missed",
        cause: row.project_id,
        project_id: row.project_id,
        subject: row.project_id,
        summary: `backups of project ${row.project} did not run in their window, e.g. ${row.workload}: ${row.reason ?? "nothing has started them"}`,
        members: [row.workload],
        details: { slot_id: row.slot_id },
      }),
    );
  },
};

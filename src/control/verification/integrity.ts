import { createHash } from "node:crypto";
import { sql } from "kysely";
import { newId } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Signer } from "../evidence/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { JobHandler } from "../jobs/index.ts";
import { requestVerification } from "./handler.ts";
import type { VerificationPorts } from "./handler.ts";

export interface IntegrityPorts extends VerificationPorts {
  readonly signer: () => Promise<Signer>;
}

export const INTEGRITY_TYPE = "holdfast-integrity+jws";
const DAY_MS = 86_400_000;
const LISTED_MAX = 1000;

/** What became of every slot that was due on a UTC day, each counted once. */
export interface DayAccount {
  readonly scheduled: number;
  readonly succeeded: number;
  /** Succeeded, but after the time it had to be complete by. */
  readonly late: number;
  readonly failed: number;
  readonly missed: number;
  /** Skipped with a reason, or done by another run. */
  readonly skipped: number;
  readonly covered: number;
  /** Still running or waiting when the account was made. */
  readonly open: number;
}

interface SlotLine {
  readonly slot_id: string;
  readonly workload: string;
  readonly due_at: Date;
  readonly fate: Exclude<keyof DayAccount, "scheduled">;
  readonly reason: string | null;
}

/** Of one project. */
export async function accountOf(
  db: Db,
  project_id: string,
  day: string,
): Promise<{ account: DayAccount; lines: SlotLine[] }> {
  const [from, to] = bounds(day);
  const { rows: lines } = await sql<SlotLine>`
    select s.id as slot_id, w.name as workload, s.due_at, s.reason,
      case
        when s.outcome in ('SUCCEEDED', 'SUCCEEDED_WITH_WARNINGS')
          then case when j.finished_at > j.complete_until then 'late' else 'succeeded' end
        when s.outcome in ('FAILED', 'CANCELED') then 'failed'
        when s.outcome = 'EXPIRED' then 'missed'
        when s.outcome = 'SKIPPED' then 'skipped'
        when s.outcome = 'COVERED_BY' then 'covered'
        else 'open' end as fate
    from schedule_slots s join workloads w on w.id = s.workload_id left join jobs j on j.id = s.job_id
    where w.project_id = ${project_id} and s.due_at >= ${from} and s.due_at < ${to}
    order by s.due_at, w.name`.execute(db);
  const count = (fate: SlotLine["fate"]) => lines.filter((line) => line.fate === fate).length;
  const account = {
    scheduled: lines.length,
    succeeded: count("succeeded"),
    late: count("late"),
    failed: count("failed"),
    missed: count("missed"),
    skipped: count("skipped"),
    covered: count("covered"),
    open: count("open"),
  };
  return { account, lines };
}

function bounds(day: string): [Date, Date] {
  const from_ms = Date.parse(`${day}T00:00:00Z`);
  return [new Date(from_ms), new Date(from_ms + DAY_MS)];
}

/** Late runs of a day end in the first hours of the next. */
const AFTER_MIDNIGHT_MS = 3_600_000;

/** So far back an account is made up for that nobody asked for, because no server ran. */
const MADE_UP_DAYS = 92;

/**
 * Asks, once each, for the account of every project for every day that has ended: of yesterday, and of days before on
 * which no server ran. @returns how many were asked for
 */
export async function planIntegrity(
  db: Db,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<number> {
  const now_ms = ports.clock.now_ms();
  const last_ms = now_ms - AFTER_MIDNIGHT_MS - DAY_MS;
  let asked = 0;
  const projects = await db.selectFrom("projects").select(["id", "created_at"]).execute();
  for (const { id: project_id, created_at } of projects) {
    const from_ms = Math.max(created_at.getTime(), last_ms - MADE_UP_DAYS * DAY_MS);
    const there = await db
      .selectFrom("integrity_reports")
      .select("day")
      .where("project_id", "=", project_id)
      .where("day", ">=", dayOf(from_ms))
      .execute();
    const made = new Set(there.map(({ day }) => day));
    const end = dayOf(last_ms);
    for (let at_ms = from_ms; dayOf(at_ms) <= end; at_ms += DAY_MS) {
      const day = dayOf(at_ms);
      if (made.has(day)) continue;
      const key = `integrity:${project_id}:${day}`;
      const { created } = await withTransaction(db, (tx) =>
        enqueueJob(tx, { kind: "integrity", project_id, input: { day }, idempotency_key: key }, ports),
      );
      if (created) asked++;
    }
  }
  return asked;
}

function dayOf(at_ms: number): string {
  return new Date(at_ms).toISOString().slice(0, 10);
}

/**
 * The `integrity` job: accounts for every slot of the day, checks the structure of every backup made on it (signature,
 * listing, presence and size of all packs), and signs what it found. What is not whole is read whole at once.
 */
export function integrityHandler(ports: IntegrityPorts): JobHandler {
  return {
    kind: "integrity",
    steps: ["check", "report"],
    async run({ job, step, signal }) {
      const { db } = ports;
      const [project_id, day] = [job.project_id ?? "", String(job.input["day"])];
      const { checks } = await step("check", async () => ({
        checks: await checkBackups(project_id, day, signal, ports),
      }));
      const { account, lines } = await accountOf(db, project_id, day);
      const project = await db
        .selectFrom("projects")
        .select("name")
        .where("id", "=", project_id)
        .executeTakeFirstOrThrow();
      const [from, to] = bounds(day);
      const verdicts = await db
        .selectFrom("verifications")
        .innerJoin("backups", "backups.id", "verifications.backup_id")
        .select(["verifications.verdict", (eb) => eb.fn.countAll<number>().as("count")])
        .where("backups.project_id", "=", project_id)
        .where("verifications.finished_at", ">=", from)
        .where("verifications.finished_at", "<", to)
        .groupBy("verifications.verdict")
        .execute();
      const report = {
        day,
        project: project.name,
        project_id,
        account,
        backups_checked: checks.length,
        backups_not_whole: checks.filter((check) => check.structure !== "valid"),
        verifications: Object.fromEntries(verdicts.map(({ verdict, count }) => [verdict ?? "NONE", Number(count)])),
        not_as_planned: lines.filter(({ fate }) => fate !== "succeeded" && fate !== "covered").slice(0, LISTED_MAX),
        made_at: new Date(ports.clock.now_ms()).toISOString(),
      };
      const jws = await (await ports.signer()).sign(report, INTEGRITY_TYPE);
      await step(
        "report",
        async () => ({}),
        async (tx) => {
          const id = newId("itg", ports.clock, ports.random);
          const created_at = new Date(ports.clock.now_ms());
          await tx
            .insertInto("integrity_reports")
            .values({ id, project_id, day, report: JSON.stringify(report), jws, created_at })
            .onConflict((it) => it.columns(["project_id", "day"]).doNothing())
            .execute();
          const data = { day, ...account, sha256: createHash("sha256").update(jws).digest("hex") };
          await appendEvent(tx, { type: "holdfast.integrity.reported", subject: id, project_id, data }, ports);
        },
      );
      return { state: "SUCCEEDED", result: { day, ...account, backups_checked: checks.length } };
    },
  };
}

interface Check {
  readonly backup_id: string;
  readonly structure: string;
  readonly objects_read: number;
}

async function checkBackups(
  project_id: string,
  day: string,
  signal: AbortSignal,
  ports: IntegrityPorts,
): Promise<Check[]> {
  const [from, to] = bounds(day);
  const backups = await ports.db
    .selectFrom("backups")
    .select(["id", "region_id"])
    .where("project_id", "=", project_id)
    .where("completed_at", ">=", from)
    .where("completed_at", "<", to)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .orderBy("id")
    .execute();
  const checks: Check[] = [];
  for (const region_id of new Set(backups.map((backup) => backup.region_id))) {
    const row = await ports.repositories.find(project_id, region_id);
    await ports.repositories.use(row, async (repository) => {
      for (const { id: backup_id } of backups.filter((backup) => backup.region_id === region_id)) {
        signal.throwIfAborted();
        const found = await ports.engine.verifyBackup({ repository, backup_id, read_data: false, signal });
        checks.push({ backup_id, structure: found.verdict, objects_read: found.objects_read });
        if (found.verdict !== "valid") await requestVerification({ backup_id }, ports);
      }
    });
  }
  return checks;
}

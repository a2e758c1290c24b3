import { sql } from "kysely";
import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import type { ReportKind } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Ports, ReportTable, Tx } from "../../platform/db/index.ts";
import type { Signer } from "../evidence/index.ts";
import { enqueueJob } from "../jobs/index.ts";
import type { JobHandler } from "../jobs/index.ts";
import { reportError } from "./errors.ts";
import { makeReport } from "./make.ts";
import type { MadeReport } from "./make.ts";

export type ReportRow = Selectable<ReportTable>;

export interface ReportPorts extends Ports {
  readonly db: Db;
  readonly signer: () => Promise<Signer>;
}

export interface NewReport {
  readonly kind: ReportKind;
  readonly project_id: string | null;
  readonly drill_id?: string | null;
  readonly from: Date;
  readonly to: Date;
  /** Of one that is due by itself: asked for twice it is made once. */
  readonly period?: string;
  readonly by: string;
}

const DUE_LOCK_KEY = 4_841_273_590; // Any number, ever the same.
const WINDOW_MAX_MS = 732 * 86_400_000;

/** The report and the job that makes it. @throws REPORT_INVALID */
export async function requestReport(
  tx: Tx,
  wanted: NewReport,
  ports: Ports,
): Promise<{ report_id: string; job_id: string; created: boolean }> {
  const { kind, project_id, from, to } = wanted;
  const now = new Date(ports.clock.now_ms());
  const span_ms = to.getTime() - from.getTime();
  if (kind === "drill" && (wanted.drill_id ?? null) === null)
    throw reportError("REPORT_INVALID", "a drill report needs its drill");
  if (kind !== "drill" && (span_ms <= 0 || span_ms > WINDOW_MAX_MS || from > now)) {
    throw reportError(
      "REPORT_INVALID",
      `from ${from.toISOString()} to ${to.toISOString()} is no window a report can be of`,
    );
  }
  const report_id = newId("rpt", ports.clock, ports.random);
  if (wanted.period !== undefined) {
    // Two servers that look at once: the second finds what the first has asked for.
    await sql`select pg_advisory_xact_lock(${sql.lit(DUE_LOCK_KEY)})`.execute(tx);
    const there = await tx
      .selectFrom("reports")
      .select(["id", "job_id"])
      .where("kind", "=", kind)
      .where("period", "=", wanted.period)
      .where("project_id", "is not distinct from", project_id)
      .executeTakeFirst();
    if (there !== undefined) return { report_id: there.id, job_id: there.job_id, created: false };
  }
  const { job_id } = await enqueueJob(
    tx,
    {
      kind: "report",
      ...(project_id === null ? {} : { project_id }),
      input: { report_id },
      idempotency_key: `report:${kind}:${wanted.period ?? report_id}:${project_id ?? ""}`,
    },
    ports,
  );
  await tx
    .insertInto("reports")
    .values({
      id: report_id,
      kind,
      project_id,
      drill_id: wanted.drill_id ?? null,
      from_at: from,
      to_at: to,
      period: wanted.period ?? null,
      title: kind,
      job_id,
      requested_by: wanted.by,
      created_at: now,
    })
    .execute();
  return { report_id, job_id, created: true };
}

/** The `report` job: reads the records, lays out the pages, signs, and keeps all files in one transaction. */
export function reportHandler(ports: ReportPorts): JobHandler {
  const { db, clock } = ports;
  return {
    kind: "report",
    steps: ["make"],
    async run({ job, step }) {
      const report = await getReport(db, String(job.input["report_id"]));
      let made: MadeReport | undefined;
      const summary = await step(
        "make",
        async () => {
          const project =
            report.project_id === null
              ? undefined
              : await db.selectFrom("projects").select("name").where("id", "=", report.project_id).executeTakeFirst();
          const scope = {
            db,
            now_ms: clock.now_ms(),
            from: report.from_at,
            to: report.to_at,
            project_id: report.project_id,
            project: project?.name ?? "all projects",
            drill_id: report.drill_id,
          };
          made = await makeReport(report, scope, await ports.signer(), ports);
          return { report_id: report.id, files: made.files.map(({ name, sha256 }) => ({ name, sha256 })) };
        },
        async (tx) => {
          if (made !== undefined) await keep(tx, report, made, ports);
        },
      );
      return { state: "SUCCEEDED", result: { ...summary } };
    },
    async ended(tx, job, end) {
      if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
      const now = new Date(clock.now_ms());
      const id = String(job.input["report_id"]);
      await tx.updateTable("reports").set({ state: "FAILED", finished_at: now }).where("id", "=", id).execute();
    },
  };
}

async function keep(tx: Tx, report: ReportRow, { content, files }: MadeReport, ports: Ports): Promise<void> {
  await tx.deleteFrom("report_files").where("report_id", "=", report.id).execute();
  await tx
    .insertInto("report_files")
    .values(
      files.map(({ name, media_type, sha256, content: bytes }) => ({
        report_id: report.id,
        name,
        project_id: report.project_id,
        media_type,
        sha256,
        size_bytes: bytes.length,
        content: bytes,
      })),
    )
    .execute();
  const figures = content.figures.map(({ label, value, note, records }) => ({ label, value, note, records }));
  await tx
    .updateTable("reports")
    .set({
      state: "READY",
      title: `${content.title}, ${content.subtitle}`,
      figures: JSON.stringify(figures),
      finished_at: new Date(ports.clock.now_ms()),
    })
    .where("id", "=", report.id)
    .execute();
  const data = { kind: report.kind, period: report.period, files: files.map(({ name, sha256 }) => ({ name, sha256 })) };
  const { project_id } = report;
  await appendEvent(tx, { type: "holdfast.report.ready", subject: report.id, project_id, data }, ports);
}

/** @throws REPORT_NOT_FOUND */
export async function getReport(db: Db, id: string): Promise<ReportRow> {
  const row = await db.selectFrom("reports").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw reportError("REPORT_NOT_FOUND", `there is no report ${id}`, { report_id: id });
  return row;
}

export async function listReportFiles(db: Db, report_id: string) {
  return db
    .selectFrom("report_files")
    .select(["name", "media_type", "sha256", "size_bytes"])
    .where("report_id", "=", report_id)
    .orderBy("name")
    .execute();
}

/** @throws REPORT_NOT_FOUND */
export async function readReportFile(db: Db, report_id: string, name: string) {
  const row = await db
    .selectFrom("report_files")
    .selectAll()
    .where("report_id", "=", report_id)
    .where("name", "=", name)
    .executeTakeFirst();
  if (row === undefined)
    throw reportError("REPORT_NOT_FOUND", `report ${report_id} has no file ${name}`, { report_id, name });
  return row;
}

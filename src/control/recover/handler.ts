import type { Selectable } from "kysely";
import * as z from "zod";
import { hasCode } from "../../base/index.ts";
import type { Problem } from "../../engine/pipeline/index.ts";
import type { Source } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { RestoreTable, Tx } from "../../platform/db/index.ts";
import { delegate } from "../agents/index.ts";
import { createWorkload } from "../inventory/index.ts";
import type { JobContext, JobEnd, JobHandler, JobOutcome, JobRow, StepOutput } from "../jobs/index.ts";
import type { Finished } from "../sources/index.ts";
import { driverOf, restoreOf } from "./driver.ts";
import { awaitThaw } from "../tiering/index.ts";
import { engineRequest } from "./request.ts";
import type { RecoverPorts } from "./request.ts";
import { requireShare } from "./share.ts";
import type { RestoreTarget } from "./target.ts";

/** Paths that could not be restored, kept with the restore; the count is exact. */
const PROBLEMS_MAX = 1000;

/** What the engine would report of a restore that its driver does all by itself. */
const NO_FILES = {
  files: 0,
  directories: 0,
  others: 0,
  bytes_written: 0,
  bytes_kept: 0,
  failed: [] as readonly Problem[],
  failed_total: 0,
  warnings: [] as readonly Problem[],
  warnings_total: 0,
  resumed: false,
  duration_ms: 0,
};

type RestoreRow = Selectable<RestoreTable>;
type KeptReport = typeof NO_FILES;

const problemSchema = z.object({ path: z.string(), code: z.string(), message: z.string() });
const problemsSchema = z.array(problemSchema).max(PROBLEMS_MAX);

/** What a host tells of a restore. */
const hostReportSchema = z.object({
  files: z.number(),
  directories: z.number(),
  others: z.number(),
  bytes_written: z.number(),
  bytes_kept: z.number(),
  failed: problemsSchema,
  failed_total: z.number(),
  warnings: problemsSchema,
  resumed: z.boolean(),
  duration_ms: z.number(),
});

/** The `restore` job. Everything that can be restored is; what cannot is named, and makes it end with warnings. */
export function restoreHandler(ports: RecoverPorts): JobHandler {
  const { db, engine, repositories, clock } = ports;
  return {
    kind: "restore",
    steps: ["plan", "run", "finish", "record"],
    async run(context) {
      const { job, signal } = context;
      const restore = await db
        .selectFrom("restores")
        .selectAll()
        .where("id", "=", String(job.input["restore_id"]))
        .executeTakeFirstOrThrow();
      const target = restore.target as unknown as RestoreTarget;
      const row = await repositories.find(restore.project_id, restore.region_id);
      await awaitThaw({ backup_id: restore.backup_id, region_id: restore.region_id }, ports);
      if (target.agent_id !== undefined) return restoreOnHost(context, restore, target, target.agent_id, ports);

      return repositories.use(row, async (repository) => {
        await requireShare(await repository.readManifest(restore.backup_id), target, clock);
        const request = engineRequest(repository, restore.backup_id, target, restore.paths, clock);
        const driver = await driverOf(repository, restore.backup_id, restore.paths, ports);
        const by_driver = driver && restoreOf(driver, restore.id, target, ports);
        const finishing = { signal, onProgress: context.progress };
        let planned_now = false;
        await context.step("plan", async () => {
          planned_now = true;
          if (driver?.takesOver(target) === true) return { target: target.path ?? "where it came from" };
          const plan = await engine.planRestore(request);
          return { target: plan.target_description, files: plan.files, bytes: plan.bytes };
        });
        const report = await context.step("run", async () => {
          if (driver?.takesOver(target) === true) return NO_FILES;
          const plan = await engine.planRestore(request).catch((error: unknown) => {
            // An earlier attempt found the target empty, and died after it had begun to fill it.
            if (planned_now || !hasCode(error, "RESTORE_TARGET_EXISTS")) throw error;
            return engine.planRestore({ ...request, existing: "replace" });
          });
          const { failed, warnings, ...figures } = await engine.runRestore(plan, {
            signal,
            onProgress: context.progress,
          });
          return {
            ...figures,
            failed: failed.slice(0, PROBLEMS_MAX),
            warnings: warnings.slice(0, PROBLEMS_MAX),
            warnings_total: warnings.length,
          };
        });
        const finished: Finished & StepOutput = await context.step("finish", async () => {
          if (driver === undefined || by_driver === undefined) return { details: {} };
          return { ...(await driver.finish(by_driver, target, finishing)) };
        });
        return record(context, restore, target, report, finished, ports);
      });
    },
    ended: (tx, job, end) => settle(tx, job, end, ports),
  };
}

/** Keeps what the restore came to. */
async function record(
  context: JobContext,
  restore: RestoreRow,
  target: RestoreTarget,
  report: KeptReport,
  finished: Finished,
  ports: RecoverPorts,
): Promise<JobOutcome> {
  const { failed, warnings, ...figures } = report;
  const result = { restore_id: restore.id, target: target.path, ...figures, ...finished.details };
  await context.step(
    "record",
    async () => ({}),
    async (tx) => {
      await tx
        .updateTable("restores")
        .set({
          restored_bytes: report.bytes_written + report.bytes_kept,
          restored_files: report.files,
          problem_count: report.failed_total,
          problems: JSON.stringify([...failed, ...warnings].slice(0, PROBLEMS_MAX)),
          details: JSON.stringify(finished.details),
          completed_at: new Date(ports.clock.now_ms()),
        })
        .where("id", "=", restore.id)
        .execute();
      await registerResource(tx, restore.workload_id, restore.backup_id, target, finished.source, ports);
      const data = { backup_id: restore.backup_id, files: report.files, failed: report.failed_total };
      await appendEvent(
        tx,
        { type: "holdfast.restore.completed", subject: restore.id, project_id: restore.project_id, data },
        ports,
      );
    },
  );
  if (report.failed_total > 0) {
    const reason = `${report.failed_total} paths could not be restored, the first: ${failed[0]?.path}: ${failed[0]?.message}`;
    return { state: "SUCCEEDED_WITH_WARNINGS", result, status_reason: "RepositoryDamaged", reason };
  }
  return { state: warnings.length > 0 ? "SUCCEEDED_WITH_WARNINGS" : "SUCCEEDED", result };
}

/** The host reads its backup back itself; what it could not restore it tells. */
async function restoreOnHost(
  context: JobContext,
  restore: RestoreRow,
  target: RestoreTarget,
  agent_id: string,
  ports: RecoverPorts,
): Promise<JobOutcome> {
  const { job, signal, progress } = context;
  const { backup_id, region_id, paths } = restore;
  const { kind, path, replace_existing, delete_extra } = target;
  await context.step("plan", async () => ({ target: path ?? "where it came from", agent_id }));
  const report = await context.step("run", async () => {
    const input = {
      restore_id: restore.id,
      in_place: kind === "in_place",
      path,
      paths,
      replace_existing,
      delete_extra,
    };
    const task = { agent_id, job, kind: "restore" as const, region_id, backup_id, input };
    const told = hostReportSchema.parse(await delegate(ports, task, { signal, onProgress: progress }));
    return { ...told, warnings_total: told.warnings.length };
  });
  return record(context, restore, { ...target, new_name: null }, report, { details: { agent_id } }, ports);
}

/**
 * A restore to a new resource makes a workload of it: in its project, under its name, marked with where it came from.
 */
async function registerResource(
  tx: Tx,
  workload_id: string,
  backup_id: string,
  target: RestoreTarget,
  source: Source | undefined,
  ports: RecoverPorts,
): Promise<void> {
  if (target.new_name === null || target.path === null) return;
  const origin = await tx
    .selectFrom("workloads")
    .select(["type"])
    .where("id", "=", workload_id)
    .executeTakeFirstOrThrow();
  const taken = await tx
    .selectFrom("workloads")
    .select("id")
    .where("project_id", "=", target.project_id)
    .where("name", "=", target.new_name)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  if (taken !== undefined) return; // the same name restored again: the resource is there, its content is new
  await createWorkload(
    tx,
    {
      name: target.new_name,
      project: target.project_id,
      type: origin.type,
      source: source ?? { kind: "files", paths: [target.path] },
      tags: { "restored-from": backup_id },
    },
    ports,
  );
}

async function settle(tx: Tx, job: JobRow, end: JobEnd, ports: RecoverPorts): Promise<void> {
  if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
  const restore_id = String(job.input["restore_id"]);
  const now = new Date(ports.clock.now_ms());
  await tx.updateTable("restores").set({ completed_at: now }).where("id", "=", restore_id).execute();
  const data = { backup_id: job.backup_id, state: end.state, status_reason: end.status_reason };
  await appendEvent(
    tx,
    { type: "holdfast.restore.failed", subject: restore_id, project_id: job.project_id, data },
    ports,
  );
}

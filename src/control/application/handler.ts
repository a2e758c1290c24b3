import { resolve } from "node:path";
import type { Db, Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Source, Validation } from "../../model/index.ts";
import { createWorkload } from "../inventory/index.ts";
import { type JobContext, type JobHandler, type JobOutcome, postponed, type StepOutput } from "../jobs/index.ts";
import { type RecoverPorts, type RestoreInput, requestRestore } from "../recover/index.ts";
import { APPLICATION_KIND } from "../sources/index.ts";
import { toStored } from "../validation/index.ts";
import { applicationError } from "./errors.ts";
import { checkHealth, type RestoredPart } from "./health.ts";
import { applicationOf, partInput, type PartPlan, planApplication } from "./plan.ts";
import { type Application, rulesOf } from "./profile.ts";
import { settle } from "./ready.ts";
import { collectOnce } from "./suppression/collect.ts";

/** So long the job keeps its worker while parts are restored; after that it gives it back between looks. */
const LOOK_MS = 2_000;
const LOOK_EVERY_MS = 100;
const PAUSE_MS = 1_000;

type RestoreRow = Awaited<ReturnType<typeof restoreOf>>;

interface Planned extends StepOutput {
  readonly target_ms: number;
  readonly parts: readonly PartPlan[];
  /** Whether the application's databases were asked for suppressions once more, and if not, why. */
  readonly collected: string | null;
}

interface PartRestore {
  readonly plan: PartPlan;
  readonly restore_id: string;
  readonly finished_at: Date | null;
  readonly state: string;
  readonly why: string | null;
}

/** The `restore` job, for applications as well: part by part in their order, then the suppression log, then ready. */
export function withApplications(plain: JobHandler, ports: RecoverPorts): JobHandler {
  return {
    ...plain,
    async run(context) {
      const restore = await restoreOf(ports.db, String(context.job.input["restore_id"]));
      return restore.kind === APPLICATION_KIND ? restoreApplication(restore, context, ports) : plain.run(context);
    },
  };
}

function restoreOf(db: Db, id: string) {
  return db
    .selectFrom("restores")
    .innerJoin("backups", "backups.id", "restores.backup_id")
    .selectAll("restores")
    .select((eb) =>
      eb
        .ref("backups.details", "->>")
        .key("kind" as never)
        .$castTo<string | null>()
        .as("kind"),
    )
    .where("restores.id", "=", id)
    .executeTakeFirstOrThrow();
}

function inputOf({ backup_id, target }: RestoreRow): RestoreInput {
  const { new_name, path, project_id, options, region } = target;
  return {
    backup_id,
    ...(typeof new_name === "string" ? { new_name } : {}),
    ...(typeof path === "string" ? { target_path: path } : {}),
    target_project: String(project_id),
    options: options as Readonly<Record<string, unknown>>,
    ...(typeof region === "string" ? { region } : {}),
  };
}

async function restoreApplication(restore: RestoreRow, context: JobContext, ports: RecoverPorts): Promise<JobOutcome> {
  const { db, clock } = ports;
  const application = await applicationOf(db, restore.workload_id);
  const input = inputOf(restore);
  const planned: Planned = await context.step("plan", async () => {
    // What the databases know up to now may be in none of the parts that come back.
    const collected = await collectOnce(application, { ...ports, secret: ports.sources.secret }).then(
      () => null,
      (error: unknown) => (error as Error).message,
    );
    const { target_ms, parts } = await planApplication(input, ports);
    return { target_ms, parts, collected };
  });
  const restored = await inOrder(application, planned.parts, restore, input, context, ports);
  const figures = await context.step("run", async () => sumOf(db, restored));
  const finished: StepOutput & { readonly details: Record<string, unknown> } = await context.step(
    "finish",
    async () => {
      const parts = await partsOf(application, restored, String(restore.target["project_id"]), db);
      const { details, validations } = await settle(application, parts, planned, context, ports);
      const failed = validations.find(({ outcome }) => outcome === "failed");
      if (failed !== undefined) throw unhealthy(failed);
      const told = await tell(restored, planned, db);
      return { details: { ...told, ...details, ...toStored(validations) } };
    },
  );
  const { details } = finished;
  await context.step(
    "record",
    async () => ({}),
    async (tx) => {
      await tx
        .updateTable("restores")
        .set({
          restored_bytes: figures.bytes,
          restored_files: figures.files,
          details: JSON.stringify(details),
          completed_at: new Date(clock.now_ms()),
        })
        .where("id", "=", restore.id)
        .execute();
      await register(tx, application, restore, planned.parts, ports);
      const { project_id, backup_id } = restore;
      const data = { backup_id, files: figures.files, failed: 0 };
      await appendEvent(tx, { type: "holdfast.restore.completed", subject: restore.id, project_id, data }, ports);
    },
  );
  const warned = planned.collected !== null || figures.problems > 0;
  const reason =
    figures.problems > 0
      ? `${figures.problems} paths of its parts could not be restored`
      : `its databases could not be asked for suppressions once more: ${planned.collected ?? ""}`;
  const result = { restore_id: restore.id, ...figures, ...details };
  return warned ? { state: "SUCCEEDED_WITH_WARNINGS", result, reason } : { state: "SUCCEEDED", result };
}

function unhealthy({ name, value, expected }: Validation) {
  const message = `${name}: ${value ?? "no answer"}${expected === null ? "" : `, expected ${expected}`}`;
  return applicationError("APPLICATION_NOT_HEALTHY", message, { check: name });
}

/** Asks for the parts' restores, those of the next order once all before them are there and healthy. */
async function inOrder(
  application: Application,
  plans: readonly PartPlan[],
  restore: RestoreRow,
  input: RestoreInput,
  { signal, job }: JobContext,
  ports: RecoverPorts,
): Promise<readonly PartRestore[]> {
  const { db, clock } = ports;
  const orders = [...new Set(plans.map(({ order }) => order))].sort((a, b) => a - b);
  const until_ms = clock.monotonic_ms() + LOOK_MS;
  for (;;) {
    const known = await asked(db, plans, restore);
    const failed = known.find(({ finished_at, state }) => finished_at !== null && !state.startsWith("SUCCEEDED"));
    if (failed !== undefined) {
      const message = `part ${failed.plan.name} could not be restored: ${failed.why ?? failed.state}`;
      throw applicationError("APPLICATION_PART_NOT_RESTORED", message, {
        part: failed.plan.name,
        restore_id: failed.restore_id,
      });
    }
    if (known.length === plans.length && known.every(({ finished_at }) => finished_at !== null)) return known;
    const open = known.some(({ finished_at }) => finished_at === null);
    if (!open) {
      const next = orders.find((order) => plans.some((plan) => plan.order === order && !isIn(known, plan)));
      const before = known.filter(({ plan }) => plan.order < (next ?? 0));
      for (const part of await partsOf(application, before, String(restore.target["project_id"]), db)) {
        const results = await checkHealth(part, { clock, signal, secret: ports.sources.secret });
        const bad = results.find(({ outcome }) => outcome === "failed");
        if (bad !== undefined) throw unhealthy(bad);
      }
      for (const plan of plans)
        if (plan.order === next && !isIn(known, plan))
          await requestRestore(partInput(plan, plan.options, input), ports);
    }
    if (clock.monotonic_ms() >= until_ms) {
      const done = known.filter(({ finished_at }) => finished_at !== null).length;
      throw postponed(`${done} of ${plans.length} parts are restored (job ${job.id})`, clock.now_ms() + PAUSE_MS);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

const isIn = (known: readonly PartRestore[], { name }: PartPlan) => known.some(({ plan }) => plan.name === name);

/** The restores of parts that this restore asked for: made since, of its backups, under its names. */
async function asked(db: Db, plans: readonly PartPlan[], restore: RestoreRow): Promise<PartRestore[]> {
  const rows = await db
    .selectFrom("restores")
    .innerJoin("jobs", "jobs.id", "restores.job_id")
    .select(["restores.id", "restores.backup_id", "restores.target", "jobs.state", "jobs.finished_at", "jobs.error"])
    .where(
      "restores.backup_id",
      "in",
      plans.map(({ backup_id }) => backup_id),
    )
    .where("restores.created_at", ">=", restore.created_at)
    .execute();
  return plans.flatMap((plan) => {
    const row = rows.find(
      ({ backup_id, target }) =>
        backup_id === plan.backup_id &&
        (plan.target_path === undefined
          ? target["new_name"] === plan.new_name
          : target["path"] === resolve(plan.target_path)),
    );
    if (row === undefined) return [];
    const { id: restore_id, state, finished_at, error } = row;
    return [{ plan, restore_id, state, finished_at, why: error === null ? null : `${error.code}: ${error.message}` }];
  });
}

/** The parts as they are now. */
async function partsOf(
  application: Application,
  restored: readonly PartRestore[],
  project_id: string,
  db: Db,
): Promise<RestoredPart[]> {
  const rules = new Map(rulesOf(application.source).parts.map((part) => [part.name, part]));
  const parts: RestoredPart[] = [];
  for (const part of restored) {
    const { name, workload_id } = part.plan;
    const original = await db
      .selectFrom("workloads")
      .select("source")
      .where("id", "=", workload_id)
      .executeTakeFirstOrThrow();
    const health = rules.get(name)?.health ?? [];
    parts.push({ name, health, original: original.source as Source, source: await madeBy(part, project_id, db) });
  }
  return parts;
}

/** What the restore of a part made: a workload, or what its journal says of the folder. */
async function madeBy({ plan, restore_id }: PartRestore, project_id: string, db: Db): Promise<Source> {
  if (plan.target_path === undefined) {
    const made = await db
      .selectFrom("workloads")
      .select("source")
      .where("project_id", "=", project_id)
      .where("name", "=", plan.new_name)
      .where("removed_at", "is", null)
      .executeTakeFirstOrThrow();
    return made.source as Source;
  }
  const step = await db
    .selectFrom("job_steps")
    .innerJoin("restores", "restores.job_id", "job_steps.job_id")
    .select("output")
    .where("restores.id", "=", restore_id)
    .where("job_steps.name", "=", "finish")
    .executeTakeFirst();
  return (step?.output?.["source"] as Source | undefined) ?? { kind: "files", paths: [plan.target_path], exclude: [] };
}

async function sumOf(db: Db, restored: readonly PartRestore[]) {
  const ids = restored.map(({ restore_id }) => restore_id);
  const rows = await db
    .selectFrom("restores")
    .select(["restored_bytes", "restored_files", "problem_count"])
    .where("id", "in", ids)
    .execute();
  const sum = (of: (row: (typeof rows)[number]) => number | null) =>
    rows.reduce((all, row) => all + Number(of(row) ?? 0), 0);
  return {
    bytes: sum(({ restored_bytes }) => restored_bytes),
    files: sum(({ restored_files }) => restored_files),
    problems: sum(({ problem_count }) => problem_count),
  };
}

/** What each part says of itself, and the worst of them. */
async function tell(
  restored: readonly PartRestore[],
  { target_ms }: Planned,
  db: Db,
): Promise<Record<string, unknown>> {
  const parts: Record<string, unknown>[] = [];
  const lost: number[] = [];
  for (const { plan, restore_id } of restored) {
    const { details } = await db
      .selectFrom("restores")
      .select("details")
      .where("id", "=", restore_id)
      .executeTakeFirstOrThrow();
    const { recovered_to, rpo_seconds, connect, validations_passed, validations_failed } = details;
    const behind =
      plan.replayed && typeof rpo_seconds === "number" ? rpo_seconds : Math.max(0, (target_ms - plan.point_ms) / 1000);
    lost.push(behind);
    parts.push({
      name: plan.name,
      kind: plan.kind,
      workload: plan.new_name,
      ...(plan.target_path === undefined ? {} : { path: plan.target_path }),
      backup_id: plan.backup_id,
      restore_id,
      recovered_to: typeof recovered_to === "string" ? recovered_to : new Date(plan.point_ms).toISOString(),
      rpo_seconds: behind,
      ...(connect === undefined ? {} : { connect }),
      ...(validations_passed === undefined ? {} : { validations_passed, validations_failed }),
    });
  }
  return { target_time: new Date(target_ms).toISOString(), parts, rpo_seconds: Math.max(0, ...lost) };
}

/** The application itself, made of the new parts; it collects nothing until somebody lets it. */
async function register(
  tx: Tx,
  { source }: Application,
  restore: RestoreRow,
  plans: readonly PartPlan[],
  ports: RecoverPorts,
): Promise<void> {
  const project = String(restore.target["project_id"]);
  const name = restore.target["new_name"];
  if (typeof name !== "string") return;
  const taken = await tx
    .selectFrom("workloads")
    .select("id")
    .where("project_id", "=", project)
    .where("name", "=", name)
    .where("removed_at", "is", null)
    .executeTakeFirst();
  if (taken !== undefined) return;
  const parts = source.parts.flatMap((part) => {
    const plan = plans.find((each) => each.name === part.name);
    return plan === undefined || plan.new_name === null ? [] : [{ ...part, workload: plan.new_name }];
  });
  await createWorkload(
    tx,
    {
      name,
      project,
      type: "application",
      source: { ...source, parts, suppressions: { ...source.suppressions, collect: [] } },
      tags: { "restored-from": restore.backup_id },
    },
    ports,
  );
}

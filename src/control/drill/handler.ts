import { join } from "node:path";
import { sql } from "kysely";
import { asHoldfastError, counted } from "../../base/index.ts";
import type { Clock, HoldfastError } from "../../base/index.ts";
import type { DrillFinding, DrillValidation } from "../../model/index.ts";
import type { Db, Tx } from "../../platform/db/index.ts";
import { postponed } from "../jobs/index.ts";
import type { JobContext, JobEnd, JobHandler, JobRow, StepOutput } from "../jobs/index.ts";
import { requestAnyRestore } from "../application/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { getRegion } from "../inventory/index.ts";
import type { RecoverPorts } from "../recover/index.ts";
import { chooseBackup } from "./choose.ts";
import { checkConnections } from "./connections.ts";
import { awaitFunctional } from "./functional.ts";
import { APPLICATION_KIND } from "../sources/index.ts";
import { drillKind } from "./kinds.ts";
import { endRestoresIn } from "./leftovers.ts";
import { recordDrill, settleDrill } from "./record.ts";
import type { Measured } from "./record.ts";
import type { DrillRow } from "./row.ts";
import { DRILLS_DIR, removeSandbox } from "./sandbox.ts";
import { subjectOf } from "./subject.ts";
import type { ProofSubject } from "./subject.ts";
import { validateRestored } from "./validate.ts";

/** So long a drill keeps its worker while its restore runs; after that it gives it back between looks. */
const LOOK_MS = 2_000;
const LOOK_EVERY_MS = 100;
const PAUSE_MS = 1_000;
/** A canceled restore ends within its worker's lease; with some of that lost and retaken, well within this. */
const QUIET_MS_MAX = 600_000;

interface Chosen extends StepOutput {
  readonly started_at_ms: number;
  readonly backup_id: string | null;
  readonly region: string | null;
  readonly created_at_ms: number | null;
  readonly target_ms: number;
  readonly subject: ProofSubject | null;
  readonly deviations: readonly DrillFinding[];
  readonly finding: DrillFinding | null;
}
interface Asked extends StepOutput {
  /** Of the backup; null when nothing was asked for. */
  readonly kind: string | null;
  readonly deviations: readonly DrillFinding[];
  readonly restore_id: string | null;
  readonly restore_job_id: string | null;
  readonly finding: DrillFinding | null;
  readonly status_reason: string | null;
}
interface Restored extends StepOutput {
  readonly findings: readonly DrillFinding[];
  readonly status_reason: string | null;
  readonly attempts: number;
  /** Absent in the journals of older drills. */
  readonly ended_at_ms?: number;
}
interface Validated extends StepOutput {
  readonly validations: readonly DrillValidation[];
  readonly functional_at_ms: number | null;
}

/** The `drill` job: chooses, restores, validates, measures, cleans up, records. What it finds is its result. */
export function drillHandler(ports: RecoverPorts): JobHandler {
  const { db, clock } = ports;
  return {
    kind: "drill",
    steps: ["choose", "restore", "functional", "restored", "validate", "clean", "record"],
    async run(context) {
      const drill_id = String(context.job.input["drill_id"]);
      const drill = await db.selectFrom("drills").selectAll().where("id", "=", drill_id).executeTakeFirstOrThrow();
      const dir = join(ports.restore_dir, DRILLS_DIR, drill.id);
      const chosen = await context.step("choose", () => choose(drill, ports), keepChoice(drill.id, clock));
      const asked = await context.step("restore", () => restore(drill, dir, chosen, ports), keepRestore(drill.id));
      const up = await awaitFunctional(asked, dir, context, ports);
      const job = asked.restore_job_id === null ? undefined : await restoreEnded(asked.restore_job_id, context, ports);
      const restored: Restored = await context.step("restored", async () => ({
        ...(await outcomeOf(job, asked, db)),
        ended_at_ms: clock.now_ms(),
      }));
      const validated: Validated = await context.step("validate", async () => {
        if (restored.findings.some(({ code }) => code === "RESTORE_FAILED") || asked.restore_id === null)
          return { validations: [], functional_at_ms: null };
        const validations = await validateRestored(drill, asked.restore_id, dir, up, context.signal, ports);
        const { connections = [] } = drill.spec;
        if (connections.length > 0) validations.push(await checkConnections(connections, context.signal));
        const works = validations.every(({ passed }) => passed);
        return { validations, functional_at_ms: works ? (up.functional_at_ms ?? clock.now_ms()) : null };
      });
      await quiet(dir, restored.ended_at_ms ?? clock.now_ms(), context, ports);
      const cleaned = await context.step("clean", () => clean(drill.id, ports));
      const findings = [
        ...(chosen.finding === null ? [] : [chosen.finding]),
        ...(asked.finding === null ? [] : [asked.finding]),
        ...restored.findings,
      ];
      const measured: Measured = {
        ...chosen,
        findings,
        deviations: [
          ...chosen.deviations,
          ...asked.deviations,
          ...cleaned.deviations,
          ...again(context.job.attempt, restored.attempts),
        ],
        status_reason: asked.status_reason ?? restored.status_reason,
        restore_id: asked.restore_id,
        restore_job_id: asked.restore_job_id,
        ...validated,
      };
      const verdict = await context
        .step(
          "record",
          async () => ({ recorded_at_ms: clock.now_ms() }),
          (tx) => recordDrill(tx, drill, measured, ports).then(() => undefined),
        )
        .then(() => db.selectFrom("drills").selectAll().where("id", "=", drill.id).executeTakeFirstOrThrow());
      const { state, rto_seconds, rpo_seconds } = verdict;
      const result = { drill_id, verdict: state, rto_seconds, rpo_seconds };
      if (state === "PASSED") return { state: "SUCCEEDED", result };
      const [first] = verdict.findings;
      const status_reason = verdict.status_reason ?? undefined;
      return {
        state: "SUCCEEDED_WITH_WARNINGS",
        result,
        ...(status_reason === undefined ? {} : { status_reason }),
        reason: first?.message ?? "a target was missed",
      };
    },
    ended: (tx, job, end) => ended(tx, job, end, ports),
  };
}

async function choose(drill: DrillRow, ports: RecoverPorts): Promise<Chosen> {
  const started_at_ms = ports.clock.now_ms();
  const choice = await chooseBackup(ports.db, drill.workload_id, drill.spec.backup, ports);
  const late: DrillFinding[] = [];
  if (drill.due_at !== null && drill.requested_at.getTime() - drill.due_at.getTime() > 3_600_000) {
    late.push({ code: "MADE_UP", message: `it was due ${drill.due_at.toISOString()}, and made up later` });
  }
  if (choice === undefined) {
    const finding = { code: "NO_ELIGIBLE_BACKUP", message: "there is no good backup of this workload to restore" };
    const nothing = { backup_id: null, region: null, created_at_ms: null, subject: null };
    return { ...nothing, started_at_ms, target_ms: started_at_ms, deviations: late, finding };
  }
  const subject = await subjectOf(ports.db, choice.backup_id);
  return { ...choice, started_at_ms, subject, deviations: [...late, ...choice.deviations], finding: null };
}

/** From then on nobody deletes what was chosen. When somebody was quicker, another is chosen. @throws JOB_POSTPONED */
function keepChoice(drill_id: string, clock: Clock) {
  return async (tx: Tx, chosen: Chosen) => {
    if (chosen.backup_id !== null) {
      const there = await tx
        .selectFrom("backups")
        .select("id")
        .where("id", "=", chosen.backup_id)
        .where("state", "in", ["AVAILABLE", "DAMAGED"])
        .forUpdate()
        .executeTakeFirst();
      if (there === undefined) throw postponed(`${chosen.backup_id} is being deleted`, clock.now_ms());
    }
    await tx
      .updateTable("drills")
      .set({
        backup_id: chosen.backup_id,
        target_time: new Date(chosen.target_ms),
        started_at: new Date(chosen.started_at_ms),
        subject: JSON.stringify(chosen.subject ?? {}),
      })
      .where("id", "=", drill_id)
      .execute();
  };
}

/** Into the drill's own folder of a sandbox project; the folder's name finds the restore of an earlier attempt. */
async function restore(drill: DrillRow, dir: string, chosen: Chosen, ports: RecoverPorts): Promise<Asked> {
  const { backup_id, region, target_ms } = chosen;
  const none = { restore_id: null, restore_job_id: null, status_reason: null, kind: null, deviations: [] };
  if (backup_id === null || region === null) return { ...none, finding: null };
  try {
    const kind = await kindOf(drill.project_id, backup_id, region, ports);
    const how = drillKind(kind, `backup ${backup_id}`);
    const earlier = (
      await ports.db
        .selectFrom("restores")
        .select(["id", "job_id", "target"])
        .where("backup_id", "=", backup_id)
        .execute()
    ).find(({ target }) => target["path"] === dir);
    if (earlier !== undefined)
      return { ...none, kind, restore_id: earlier.id, restore_job_id: earlier.job_id, finding: null };
    const where = {
      backup_id,
      // Each part of an application is read where it is good.
      ...(kind === APPLICATION_KIND ? {} : { region }),
      target_path: dir,
      target_project: drill.sandbox_project_id,
    };
    const aim = { backup_id, target_ms, latest: drill.spec.backup.choose === "latest" };
    const asked = await how.ask(
      aim,
      (options) => requestAnyRestore({ ...where, ...(options === undefined ? {} : { options }) }, ports),
      ports,
    );
    const deviations = asked.deviations ?? [];
    return { ...none, kind, deviations, restore_id: asked.restore_id, restore_job_id: asked.job_id, finding: null };
  } catch (thrown) {
    const error = asHoldfastError(thrown);
    if (mayPass(error)) throw error;
    const finding = { code: error.code, message: error.message };
    return { ...none, finding, status_reason: error.status_reason };
  }
}

async function kindOf(project_id: string, backup_id: string, region: string, ports: RecoverPorts): Promise<string> {
  const { details } = await getBackupRow(ports.db, backup_id);
  // Of an application there are backups of its parts, and no manifest of its own.
  if (details["kind"] === APPLICATION_KIND) return APPLICATION_KIND;
  const { id } = await getRegion(ports.db, region);
  const row = await ports.repositories.find(project_id, id);
  return ports.repositories.use(row, async (repository) => (await repository.readManifest(backup_id)).kind);
}

/** Worth another try of the whole step; anything else is what the drill found. */
function mayPass(error: HoldfastError): boolean {
  return error.retry === "soon" || error.fault === "bug";
}

function keepRestore(drill_id: string) {
  return async (tx: Tx, asked: Asked) => {
    if (asked.restore_id === null) return;
    const restore = await tx
      .selectFrom("restores")
      .select("region_id")
      .where("id", "=", asked.restore_id)
      .executeTakeFirstOrThrow();
    await tx
      .updateTable("drills")
      .set({ restore_id: asked.restore_id, region_id: restore.region_id })
      .where("id", "=", drill_id)
      .execute();
  };
}

type EndedJob = Pick<JobRow, "id" | "state" | "status_reason" | "error" | "attempt">;

/** @throws JOB_POSTPONED while it runs */
async function restoreEnded(job_id: string, { signal }: JobContext, { db, clock }: RecoverPorts): Promise<EndedJob> {
  const until_ms = clock.monotonic_ms() + LOOK_MS;
  for (;;) {
    const job = await db
      .selectFrom("jobs")
      .select(["id", "state", "status_reason", "error", "attempt", "finished_at"])
      .where("id", "=", job_id)
      .executeTakeFirstOrThrow();
    if (job.finished_at !== null) return job;
    if (clock.monotonic_ms() >= until_ms) throw postponed(`restore ${job_id} runs`, clock.now_ms() + PAUSE_MS);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function outcomeOf(job: EndedJob | undefined, asked: Asked, db: Db): Promise<Restored> {
  if (job === undefined) return { findings: [], status_reason: null, attempts: 1 };
  const attempts = asked.kind === APPLICATION_KIND ? await partAttempts(asked.restore_id, db) : job.attempt;
  if (job.state !== "SUCCEEDED" && job.state !== "SUCCEEDED_WITH_WARNINGS") {
    const why = job.error === null ? `the restore ended ${job.state}` : `${job.error.code}: ${job.error.message}`;
    return { findings: [{ code: "RESTORE_FAILED", message: why }], status_reason: job.status_reason, attempts };
  }
  const restore = await db
    .selectFrom("restores")
    .select(["problem_count", "problems"])
    .where("id", "=", asked.restore_id ?? "")
    .executeTakeFirstOrThrow();
  if (restore.problem_count === 0) return { findings: [], status_reason: null, attempts };
  const [first] = restore.problems;
  const message = `${counted(restore.problem_count, "path")} could not be restored, first ${String(first?.["path"])}: ${String(first?.["message"])}`;
  return { findings: [{ code: "RESTORE_INCOMPLETE", message }], status_reason: job.status_reason, attempts };
}

/** An application's own restore is claimed again whenever it has waited for its parts: theirs count. */
async function partAttempts(restore_id: string | null, db: Db): Promise<number> {
  const row = await db
    .selectFrom("restores as whole")
    .innerJoin("restores as part", (join) =>
      join.on(sql<boolean>`starts_with(part.target ->> 'path', (whole.target ->> 'path') || '/')`),
    )
    .innerJoin("jobs", "jobs.id", "part.job_id")
    .select((eb) => eb.fn.max("jobs.attempt").as("attempts"))
    .where("whole.id", "=", restore_id ?? "")
    .executeTakeFirst();
  return row?.attempts ?? 1;
}

function again(drill_attempt: number, restore_attempts: number): DrillFinding[] {
  const found: DrillFinding[] = [];
  if (restore_attempts > 1) {
    found.push({ code: "RESTORE_REPEATED", message: `the restore took ${restore_attempts} attempts` });
  }
  // A drill that waited for its restore was claimed more than once, and that is no deviation.
  if (drill_attempt > 500) found.push({ code: "LONG_WAIT", message: "the restore was waited for very long" });
  return found;
}

/**
 * Restores of single parts may run on when one of them has failed: what they lay after the folder is gone would stay.
 * Those that do not end in time are taken away with what they left when they have. @throws JOB_POSTPONED
 */
async function quiet(dir: string, since_ms: number, { signal }: JobContext, ports: RecoverPorts): Promise<void> {
  const { clock } = ports;
  const until_ms = clock.monotonic_ms() + LOOK_MS;
  while (!(await endRestoresIn(ports.db, dir, ports))) {
    if (clock.now_ms() - since_ms > QUIET_MS_MAX) return;
    if (clock.monotonic_ms() >= until_ms) throw postponed("restores of parts end", clock.now_ms() + PAUSE_MS);
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Nothing of a drill stays: what was started is stopped, and its folder goes. */
async function clean(
  drill_id: string,
  { restore_dir, clock }: RecoverPorts,
): Promise<StepOutput & { deviations: DrillFinding[] }> {
  try {
    await removeSandbox(restore_dir, drill_id, clock);
    return { deviations: [] };
  } catch (error) {
    const message = `the sandbox of ${drill_id} could not be removed: ${(error as Error).message}`;
    return { deviations: [{ code: "CLEAN_UP_FAILED", message }] };
  }
}

/** A drill that could not be carried out to its end is one that failed, and leaves a task like any other. */
async function ended(tx: Tx, job: JobRow, end: JobEnd, ports: RecoverPorts): Promise<void> {
  if (end.state === "SUCCEEDED" || end.state === "SUCCEEDED_WITH_WARNINGS") return;
  await settleDrill(tx, String(job.input["drill_id"]), end, ports);
}

import * as z from "zod";
import type { DrillFinding, DrillState, DrillStep, DrillValidation } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Ports, Tx } from "../../platform/db/index.ts";
import type { JobEnd } from "../jobs/index.ts";
import type { DrillRow } from "./row.ts";
import { addTasks } from "./tasks.ts";

export interface Measured {
  readonly started_at_ms: number;
  readonly functional_at_ms: number | null;
  readonly created_at_ms: number | null;
  readonly target_ms: number;
  readonly findings: readonly DrillFinding[];
  readonly deviations: readonly DrillFinding[];
  readonly validations: readonly DrillValidation[];
  readonly status_reason: string | null;
  readonly restore_id: string | null;
  readonly restore_job_id: string | null;
}

/** Measures, compares with the class's targets, and writes it down, with the tasks that follow from it. */
export async function recordDrill(tx: Tx, drill: DrillRow, measured: Measured, ports: Ports): Promise<void> {
  const restore = await tx
    .selectFrom("restores")
    .select(["restored_bytes", "restored_files", "details"])
    .where("id", "=", measured.restore_id ?? "")
    .executeTakeFirst();
  const failed = measured.validations.filter(({ passed }) => !passed);
  const findings = [...measured.findings, ...failed.map(failedValidation)];
  const { functional_at_ms, created_at_ms, target_ms, started_at_ms } = measured;
  const restorable = findings.length === 0 && functional_at_ms !== null;
  const rto_seconds = restorable ? (functional_at_ms - started_at_ms) / 1000 : null;
  const restored_ms = restorable ? (recoveredTo(restore?.details) ?? created_at_ms) : null;
  const rpo_seconds = restored_ms === null ? null : Math.max(0, (target_ms - restored_ms) / 1000);
  if (rto_seconds !== null && rto_seconds > drill.rto_target_seconds) {
    const message = `it took ${span(rto_seconds)} until it worked; the target is ${span(drill.rto_target_seconds)}`;
    findings.push({ code: "RTO_MISSED", message });
  }
  if (rpo_seconds !== null && rpo_seconds > drill.rpo_target_seconds) {
    const message = `${span(rpo_seconds)} of data were missing; the target is ${span(drill.rpo_target_seconds)}`;
    findings.push({ code: "RPO_MISSED", message });
  }
  const state: DrillState = !restorable ? "FAILED" : findings.length > 0 ? "MISSED_TARGET" : "PASSED";
  findings.push(...measured.validations.filter(({ passed }) => passed).flatMap(attention));
  const steps = await stepsOf(tx, drill.job_id, measured.restore_job_id, restore?.details);
  const now = new Date(ports.clock.now_ms());
  await tx
    .updateTable("drills")
    .set({
      state,
      functional_at: functional_at_ms === null ? null : new Date(functional_at_ms),
      finished_at: now,
      restored_to: restored_ms === null ? null : new Date(restored_ms),
      rto_seconds,
      rpo_seconds,
      restored_bytes: restore?.restored_bytes ?? null,
      restored_files: restore?.restored_files ?? null,
      status_reason: state === "FAILED" ? (measured.status_reason ?? "RepositoryDamaged") : null,
      steps: JSON.stringify(steps),
      validations: JSON.stringify(measured.validations),
      findings: JSON.stringify(findings),
      deviations: JSON.stringify(measured.deviations),
    })
    .where("id", "=", drill.id)
    .execute();
  await addTasks(tx, drill, findings, ports);
  const data = {
    workload_id: drill.workload_id,
    backup_id: drill.backup_id,
    plan_id: drill.plan_id,
    class: drill.class,
    state,
    rto_seconds,
    rpo_seconds,
    rto_target_seconds: drill.rto_target_seconds,
    rpo_target_seconds: drill.rpo_target_seconds,
    validations: measured.validations.map(({ name, passed }) => ({ name, passed })),
    findings,
    deviations: measured.deviations,
  };
  const { project_id } = drill;
  await appendEvent(tx, { type: "holdfast.drill.completed", subject: drill.id, project_id, data }, ports);
}

/** A drill whose job did not come to its end. */
export async function settleDrill(tx: Tx, drill_id: string, end: JobEnd, ports: Ports): Promise<void> {
  const drill = await tx.selectFrom("drills").selectAll().where("id", "=", drill_id).executeTakeFirst();
  if (drill === undefined || drill.state !== "RUNNING") return;
  const canceled = end.state === "CANCELED";
  const message = end.error === null ? `the drill ended ${end.state}` : `${end.error.code}: ${end.error.message}`;
  const findings = canceled ? [] : [{ code: "DRILL_NOT_CARRIED_OUT", message }];
  const state: DrillState = canceled ? "CANCELED" : "FAILED";
  await tx
    .updateTable("drills")
    .set({
      state,
      finished_at: new Date(ports.clock.now_ms()),
      status_reason: end.status_reason,
      findings: JSON.stringify(findings),
      steps: JSON.stringify(await stepsOf(tx, drill.job_id, null, undefined)),
    })
    .where("id", "=", drill_id)
    .execute();
  await addTasks(tx, drill, findings, ports);
  const data = { workload_id: drill.workload_id, backup_id: drill.backup_id, state, findings };
  const { project_id } = drill;
  await appendEvent(tx, { type: "holdfast.drill.completed", subject: drill_id, project_id, data }, ports);
}

function failedValidation({ name, detail, problems }: DrillValidation): DrillFinding {
  return { code: "VALIDATION_FAILED", message: `${name}: ${problems[0] ?? detail}` };
}

/** What keeps nothing from working today, and has to be seen to. */
function attention({ name, problems }: DrillValidation): DrillFinding[] {
  return problems.length === 0
    ? []
    : [{ code: "ATTENTION", message: `${name}: ${problems.join("; ")}`.slice(0, 2000) }];
}

/**
 * Where a source's log was replayed to, as its driver tells; of an application, where the part was that came least far.
 */
function recoveredTo(details: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const parts = details?.["parts"];
  if (Array.isArray(parts) && parts.length > 0) {
    const reached = parts.map((part) => recoveredTo(part as Readonly<Record<string, unknown>>));
    return reached.includes(undefined) ? undefined : Math.min(...reached.map((at_ms) => at_ms ?? 0));
  }
  const text = details?.["recovered_to"];
  const at_ms = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at_ms) ? undefined : at_ms;
}

const partsSchema = z.array(z.object({ name: z.string(), restore_id: z.string() }));

/**
 * What took how long, the restore's own steps in their place, and those of its parts; from the journals of all jobs.
 */
async function stepsOf(
  tx: Tx,
  job_id: string,
  restore_job_id: string | null,
  details: Readonly<Record<string, unknown>> | undefined,
): Promise<DrillStep[]> {
  const whose = new Map([[job_id, ""]]);
  if (restore_job_id !== null) whose.set(restore_job_id, "restore: ");
  for (const { name, restore_id } of partsSchema.safeParse(details?.["parts"]).data ?? []) {
    const part = await tx.selectFrom("restores").select("job_id").where("id", "=", restore_id).executeTakeFirst();
    if (part !== undefined) whose.set(part.job_id, `restore ${name}: `);
  }
  const rows = await tx
    .selectFrom("job_steps")
    .selectAll()
    .where("job_id", "in", [...whose.keys()])
    .orderBy("started_at")
    .orderBy("seq")
    .execute();
  return rows.map((row) => ({
    name: `${whose.get(row.job_id) ?? ""}${row.name}`,
    started_at: row.started_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    seconds: row.finished_at === null ? null : (row.finished_at.getTime() - row.started_at.getTime()) / 1000,
  }));
}

/** `2 d 4 h`, `3 h 10 min`, `45 s`. */
export function span(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours === 0) return `${minutes} min`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

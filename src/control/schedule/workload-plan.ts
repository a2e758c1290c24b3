import { newId } from "../../base/index.ts";
import { duration_ms, finalJobStates } from "../../model/index.ts";
import type { JobSpec, Workload } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Ports, Tx } from "../../platform/db/index.ts";
import type { Resolution } from "../policy/index.ts";
import type { Cursor, OpenJob, Plan, PlannedSlot, PlanPolicy } from "./plan.ts";

/** Puts a job into the queue, in this transaction, and returns its id. */
export type Enqueue = (tx: Tx, spec: JobSpec) => Promise<string>;

const INSERT_ROWS_MAX = 1000;

/** The policies of a resolution in the order that decides. */
export function planPolicies(resolution: Resolution): PlanPolicy[] {
  const since = new Map(resolution.bindings.map((binding) => [binding.policy.id, binding.since_ms]));
  return (resolution.effective?.policies ?? []).map((policy) => ({
    policy_id: policy.id,
    version: policy.version,
    spec: policy.spec,
    since_ms: since.get(policy.id) ?? 0,
  }));
}

export async function loadCursors(tx: Tx, workload_id: string): Promise<Cursor[]> {
  const rows = await tx.selectFrom("schedule_cursors").selectAll().where("workload_id", "=", workload_id).execute();
  return rows.map((row) => ({ ...row, planned_until_ms: row.planned_until.getTime() }));
}

export async function loadOpenJobs(tx: Tx, workload_id: string): Promise<OpenJob[]> {
  const rows = await tx
    .selectFrom("jobs")
    .select(["id", "state", "started_at"])
    .where("workload_id", "=", workload_id)
    .where("kind", "=", "backup")
    .where("state", "not in", [...finalJobStates])
    .where("cancel_requested_at", "is", null)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    job_id: row.id,
    running: row.state === "RUNNING" || row.state === "VERIFYING",
    started_at_ms: row.started_at?.getTime() ?? null,
  }));
}

/** Writes a plan: cursors, the job, slots with what is decided of them. Returns the id of the job, if there is one. */
export async function applyPlan(
  tx: Tx,
  workload: Workload,
  plan: Plan,
  enqueue: Enqueue,
  ports: Ports,
): Promise<string | null> {
  if (plan.clock_stepped_back) await voidFutureSlots(tx, workload, ports);
  await writeCursors(tx, workload.id, plan);
  if (plan.slots.length === 0) return null;
  const ids = new Map(plan.slots.map((slot) => [slot, newId("slt", ports.clock, ports.random)]));
  const job_id = await enqueueJob(tx, workload, plan, ids, enqueue);
  const now = new Date(ports.clock.now_ms());
  const rows = plan.slots.map((slot) => {
    const { decision } = slot;
    const decided = decision.kind === "SKIPPED" || decision.kind === "EXPIRED";
    return {
      id: ids.get(slot) ?? "",
      workload_id: workload.id,
      policy_id: slot.policy_id,
      policy_version: slot.policy_version,
      rule: slot.rule,
      slot_at: new Date(slot.slot_at_ms),
      due_at: new Date(slot.due_at_ms),
      window_until: new Date(slot.window_until_ms),
      outcome: decided ? decision.kind : null,
      reason: decided ? decision.reason : null,
      job_id: decided ? null : decision.kind === "covered" && decision.job_id !== null ? decision.job_id : job_id,
      created_at: now,
      decided_at: decided ? now : null,
    };
  });
  for (let at = 0; at < rows.length; at += INSERT_ROWS_MAX) {
    // No "on conflict": a slot planned twice would be a defect, and must undo the whole plan rather than run a job for
    // nothing.
    await tx
      .insertInto("schedule_slots")
      .values(rows.slice(at, at + INSERT_ROWS_MAX))
      .execute();
  }
  const missed = plan.slots.filter((slot) => slot.decision.kind === "EXPIRED" || slot.decision.kind === "SKIPPED");
  if (missed.length > 0) {
    const data = { workload: workload.name, count: missed.length, reasons: reasonsOf(missed) };
    await appendEvent(
      tx,
      { type: "holdfast.schedule.missed", subject: workload.id, project_id: workload.project_id, data },
      ports,
    );
  }
  return job_id;
}

/**
 * Takes back what a clock that ran ahead had recorded for times still to come; its jobs and backups stay as they are.
 */
async function voidFutureSlots(tx: Tx, workload: Workload, ports: Ports): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  const { numDeletedRows } = await tx
    .deleteFrom("schedule_slots")
    .where("workload_id", "=", workload.id)
    .where("slot_at", ">", now)
    .executeTakeFirst();
  const data = { workload: workload.name, voided_slots: Number(numDeletedRows) };
  const type = "holdfast.schedule.clock_stepped_back";
  await appendEvent(tx, { type, subject: workload.id, project_id: workload.project_id, data }, ports);
}

export async function writeCursors(tx: Tx, workload_id: string, plan: Pick<Plan, "cursors" | "drop">): Promise<void> {
  for (const { policy_id, rule } of plan.drop) {
    await tx
      .deleteFrom("schedule_cursors")
      .where("workload_id", "=", workload_id)
      .where("policy_id", "=", policy_id)
      .where("rule", "=", rule)
      .execute();
  }
  for (const { policy_id, rule, rule_text, planned_until_ms } of plan.cursors) {
    const planned_until = new Date(planned_until_ms);
    await tx
      .insertInto("schedule_cursors")
      .values({ workload_id, policy_id, rule, rule_text, planned_until })
      .onConflict((conflict) =>
        conflict.columns(["workload_id", "policy_id", "rule"]).doUpdateSet({ rule_text, planned_until }),
      )
      .execute();
  }
}

async function enqueueJob(
  tx: Tx,
  workload: Workload,
  { job, slots }: Plan,
  ids: ReadonlyMap<PlannedSlot, string>,
  enqueue: Enqueue,
): Promise<string | null> {
  const slot = slots.find((it) => it.decision.kind === "run");
  const slot_id = slot === undefined ? undefined : ids.get(slot);
  if (job === null || slot === undefined || slot_id === undefined) return null;
  return enqueue(tx, {
    kind: "backup",
    project_id: workload.project_id,
    workload_id: workload.id,
    policy_id: job.policy_id,
    policy_version: job.policy_version,
    slot_id,
    input: {
      trigger: "schedule",
      rule: slot.rule,
      slot_at: new Date(slot.slot_at_ms).toISOString(),
      catch_up: job.catch_up,
      max_concurrent: job.spec.max_concurrent ?? null,
    },
    run_after: new Date(job.run_after_ms),
    window_until: new Date(job.window_until_ms),
    complete_until: new Date(job.complete_until_ms),
    max_attempts: job.spec.retry.max,
    retry_backoff_ms: duration_ms(job.spec.retry.backoff),
    idempotency_key: `slot:${slot_id}`,
  });
}

function reasonsOf(slots: readonly PlannedSlot[]): string[] {
  return [...new Set(slots.flatMap(({ decision }) => ("reason" in decision ? [decision.reason] : [])))];
}

import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import { dueTimes } from "./cadence.ts";
import type { DrillPlanRow } from "./plans.ts";
import { sandboxProject } from "./plans.ts";
import { enqueueDrill, specOf } from "./request.ts";
import { selectWorkloads } from "./select.ts";

/** A drill that starts later than this after its time was made up. */
const LATE_MS = 3_600_000;

/**
 * Starts the drills that are due. Each time of each plan gets exactly one outcome, in the transaction that enqueues its
 * drills; of several that were missed the newest is made up, and covers the others. @returns how many drills
 */
export async function planDrills(db: Db, ports: Ports): Promise<number> {
  const now = new Date(ports.clock.now_ms());
  const plans = await db
    .selectFrom("drill_plans")
    .select("id")
    .where("enabled", "=", true)
    .where("planned_until", "<", now)
    .execute();
  let started = 0;
  const failed: unknown[] = [];
  // A plan whose sandbox is gone does not keep the others from being drilled.
  for (const { id } of plans) {
    await withTransaction(db, (tx) => startDue(tx, id, now, ports)).then(
      (drills) => void (started += drills),
      (error: unknown) => void failed.push(error),
    );
  }
  if (failed.length > 0) throw failed[0];
  return started;
}

async function startDue(tx: Tx, plan_id: string, now: Date, ports: Ports): Promise<number> {
  const plan = await tx
    .selectFrom("drill_plans")
    .selectAll()
    .where("id", "=", plan_id)
    .where("enabled", "=", true)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (plan === undefined) return 0;
  const due = dueTimes(plan.spec.cadence, plan.planned_until.getTime(), now.getTime());
  const newest_ms = due.at(-1);
  if (newest_ms === undefined) return 0;
  for (const at_ms of due.slice(0, -1)) {
    await decide(tx, plan, at_ms, { outcome: "COVERED_BY", covered_by: new Date(newest_ms) }, ports);
  }
  const sandbox = await sandboxProject(tx, plan.spec.sandbox);
  const candidates = await selectWorkloads(tx, plan.spec, now.getTime());
  for (const { workload, drill_class } of candidates) {
    const spec = { ...specOf(plan.spec), workload, drill_class, sandbox_project_id: sandbox.id };
    await enqueueDrill(tx, { ...spec, plan: { id: plan.id, due_at: new Date(newest_ms) } }, ports);
  }
  const late = now.getTime() - newest_ms > LATE_MS;
  const outcome = candidates.length === 0 ? "NOTHING_TO_DRILL" : late ? "MADE_UP" : "STARTED";
  await decide(tx, plan, newest_ms, { outcome, workloads: candidates.length }, ports);
  await tx
    .updateTable("drill_plans")
    .set({ planned_until: new Date(newest_ms) })
    .where("id", "=", plan.id)
    .execute();
  return candidates.length;
}

interface Decision {
  readonly outcome: "STARTED" | "MADE_UP" | "COVERED_BY" | "NOTHING_TO_DRILL";
  readonly covered_by?: Date;
  readonly workloads?: number;
}

async function decide(tx: Tx, plan: DrillPlanRow, due_ms: number, decision: Decision, ports: Ports): Promise<void> {
  const due_at = new Date(due_ms);
  await tx
    .insertInto("drill_dues")
    .values({ plan_id: plan.id, due_at, decided_at: new Date(ports.clock.now_ms()), ...decision })
    .onConflict((conflict) => conflict.columns(["plan_id", "due_at"]).doNothing())
    .execute();
  const data = {
    plan: plan.name,
    due_at: due_at.toISOString(),
    outcome: decision.outcome,
    workloads: decision.workloads ?? 0,
  };
  const { project_id } = plan;
  await appendEvent(tx, { type: "holdfast.drill_plan.due", subject: plan.id, project_id, data }, ports);
}

import { asHoldfastError } from "../../base/index.ts";
import type { Workload } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { listWorkloads } from "../inventory/index.ts";
import { rulesOf } from "../policy/index.ts";
import type { Resolution, Selection } from "../policy/index.ts";
import { bindWorkloads, cursorsOf } from "./bind.ts";
import { createTickMemory, currentSelection, workloadsToLookAt } from "./memory.ts";
import type { Look, TickMemory } from "./memory.ts";
import { planSlots } from "./plan.ts";
import type { Cursor, PlanPolicy } from "./plan.ts";
import { nextRunOf_ms } from "./runs.ts";
import { settleSlots } from "./settle.ts";
import { applyPlan, loadCursors, loadOpenJobs, planPolicies } from "./workload-plan.ts";
import type { Enqueue } from "./workload-plan.ts";

export type { Enqueue } from "./workload-plan.ts";

export interface TickPorts extends Ports {
  readonly enqueue: Enqueue;
  readonly log: Logger;
  /** Of the process's earlier ticks; without it everything is looked at. */
  readonly memory?: TickMemory;
}

export interface TickResult {
  /** Looked at. */
  readonly workloads: number;
  /** Jobs put into the queue. */
  readonly job_ids: readonly string[];
  /** Slots whose job had ended. */
  readonly settled: number;
  /** Workloads that could not be planned; the log says why, the next tick tries again. */
  readonly failed: number;
}

/**
 * Looks at every workload that may have something to do: binds what was tagged, plans what is due, settles what has
 * ended. Safe to run on several servers at once and to be killed anywhere: each workload is planned in one transaction
 * that holds its row.
 */
export async function tick(db: Db, ports: TickPorts): Promise<TickResult> {
  const settled = await settleSlots(db, ports.clock.now_ms());
  const memory = ports.memory ?? createTickMemory();
  const selection = await currentSelection(db, memory, ports.clock.now_ms());
  await dropRemoved(db);
  const wanted = await workloadsToLookAt(db, memory, ports.clock.now_ms());
  const pass: Pass = { db, ports, memory, selection, job_ids: [], failed: 0 };
  for (let at = 0; at < wanted.length; at += PAGE) await lookAt(pass, wanted.slice(at, at + PAGE));
  return { workloads: wanted.length, job_ids: pass.job_ids, settled, failed: pass.failed };
}

const PAGE = 1000;

interface Pass {
  readonly db: Db;
  readonly ports: TickPorts;
  readonly memory: TickMemory;
  readonly selection: Selection;
  readonly job_ids: string[];
  failed: number;
}

/** Without locks first: for most workloads there is nothing to do. Bindings are written together, what is due alone. */
async function lookAt(pass: Pass, ids: readonly string[]): Promise<void> {
  const { db, ports, memory, selection } = pass;
  const cursors = await cursorsOf(db, ids);
  const unbound = new Map<string, Look>();
  const due: string[] = [];
  for (const workload of await listWorkloads(db, { ids, limit: PAGE })) {
    const now_ms = ports.clock.now_ms();
    const attempt = attemptPlan(workload, cursors.get(workload.id) ?? [], selection, now_ms);
    if ("error" in attempt) {
      tell(pass, workload.id, attempt.error);
      continue;
    }
    const { plan, policies } = attempt;
    const look = { revision: workload.revision, next_ms: nextLook_ms(workload, policies, now_ms) };
    if (plan.slots.length > 0 || plan.clock_stepped_back) due.push(workload.id);
    else if (plan.cursors.length + plan.drop.length > 0) unbound.set(workload.id, look);
    else memory.known.set(workload.id, look);
  }
  if (unbound.size > 0) {
    // One that cannot be bound must not keep the others from it.
    const left = await bindWorkloads(db, [...unbound.keys()], selection, ports).catch(() => [...unbound.keys()]);
    due.push(...left);
    for (const [id, look] of unbound) if (!left.includes(id)) memory.known.set(id, look);
  }
  for (const id of due) {
    try {
      const job_id = await planWorkload(db, id, selection, ports);
      if (job_id !== null) pass.job_ids.push(job_id);
    } catch (error) {
      tell(pass, id, error);
    }
  }
}

function tell(pass: Pass, workload_id: string, error: unknown): void {
  pass.failed++;
  pass.ports.log.error({ error: asHoldfastError(error), workload_id }, "a workload could not be planned");
}

function attemptPlan(workload: Workload, cursors: readonly Cursor[], selection: Selection, now_ms: number) {
  try {
    const policies = planPolicies(selection.resolve(workload, now_ms));
    return { policies, plan: planSlots({ workload_id: workload.id, policies, cursors, open_jobs: [] }, now_ms) };
  } catch (error) {
    return { error };
  }
}

/** When the next slot is due, or an exception ends. Unchanged until then, there is nothing to plan before. */
function nextLook_ms(workload: Workload, policies: readonly PlanPolicy[], now_ms: number): number {
  const expires_ms = workload.exception === null ? Number.NaN : Date.parse(workload.exception.expires_at);
  let next_ms = expires_ms > now_ms ? expires_ms : Number.POSITIVE_INFINITY;
  for (const { spec } of policies) {
    for (const rule of rulesOf(spec)) next_ms = Math.min(next_ms, nextRunOf_ms(rule, now_ms) ?? next_ms);
  }
  return next_ms;
}

async function planWorkload(db: Db, id: string, selection: Selection, ports: TickPorts): Promise<string | null> {
  return withTransaction(db, async (tx) => {
    const row = await tx
      .selectFrom("workloads")
      .selectAll()
      .where("id", "=", id)
      .where("removed_at", "is", null)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return null;
    const workload: Workload = {
      ...row,
      tags: { ...row.tags },
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
    };
    const now_ms = ports.clock.now_ms();
    const resolution: Resolution = selection.resolve(workload, now_ms);
    const plan = planSlots(
      {
        workload_id: id,
        policies: planPolicies(resolution),
        cursors: await loadCursors(tx, id),
        open_jobs: await loadOpenJobs(tx, id),
      },
      now_ms,
    );
    return applyPlan(tx, workload, plan, ports.enqueue, ports);
  });
}

async function dropRemoved(db: Db): Promise<void> {
  await db
    .deleteFrom("schedule_cursors")
    .where("workload_id", "in", (query) =>
      query.selectFrom("workloads").select("id").where("removed_at", "is not", null),
    )
    .execute();
}

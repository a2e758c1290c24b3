import { asHoldfastError } from "../../base/index.ts";
import type { Workload } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import { everyWorkload } from "../inventory/index.ts";
import { loadSelection } from "../policy/index.ts";
import type { Resolution, Selection } from "../policy/index.ts";
import { planSlots } from "./plan.ts";
import type { Cursor, Plan } from "./plan.ts";
import { settleSlots } from "./settle.ts";
import { applyPlan, loadCursors, loadOpenJobs, planPolicies } from "./workload-plan.ts";
import type { Enqueue } from "./workload-plan.ts";

export type { Enqueue } from "./workload-plan.ts";

export interface TickPorts extends Ports {
  readonly enqueue: Enqueue;
  readonly log: Logger;
}

export interface TickResult {
  readonly workloads: number;
  /** Jobs put into the queue. */
  readonly job_ids: readonly string[];
  /** Slots whose job had ended. */
  readonly settled: number;
  /** Workloads that could not be planned; the log says why, the next tick tries again. */
  readonly failed: number;
}

/**
 * Looks at every workload once: binds what was tagged, plans what is due, settles what has ended. Safe to run on
 * several servers at once and to be killed anywhere: each workload is planned in one transaction that holds its row.
 */
export async function tick(db: Db, ports: TickPorts): Promise<TickResult> {
  const settled = await settleSlots(db, ports.clock.now_ms());
  const selection = await loadSelection(db);
  const cursors = await allCursors(db);
  await dropRemoved(db);
  const job_ids: string[] = [];
  let workloads = 0;
  let failed = 0;
  for await (const workload of everyWorkload(db)) {
    workloads++;
    try {
      const now_ms = ports.clock.now_ms();
      const resolution = selection.resolve(workload, now_ms);
      // Without locks first: in most ticks there is nothing to do for most workloads.
      const state = {
        workload_id: workload.id,
        policies: planPolicies(resolution),
        cursors: cursors.get(workload.id) ?? [],
      };
      if (isEmpty(planSlots({ ...state, open_jobs: [] }, now_ms))) continue;
      const job_id = await planWorkload(db, workload, selection, ports);
      if (job_id !== null) job_ids.push(job_id);
    } catch (error) {
      failed++;
      ports.log.error({ error: asHoldfastError(error), workload_id: workload.id }, "a workload could not be planned");
    }
  }
  return { workloads, job_ids, settled, failed };
}

async function planWorkload(db: Db, { id }: Workload, selection: Selection, ports: TickPorts): Promise<string | null> {
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

async function allCursors(db: Db): Promise<Map<string, Cursor[]>> {
  const by_workload = new Map<string, Cursor[]>();
  for (const { workload_id, planned_until, ...row } of await db.selectFrom("schedule_cursors").selectAll().execute()) {
    const cursor = { ...row, planned_until_ms: planned_until.getTime() };
    const list = by_workload.get(workload_id);
    if (list === undefined) by_workload.set(workload_id, [cursor]);
    else list.push(cursor);
  }
  return by_workload;
}

async function dropRemoved(db: Db): Promise<void> {
  await db
    .deleteFrom("schedule_cursors")
    .where("workload_id", "in", (query) =>
      query.selectFrom("workloads").select("id").where("removed_at", "is not", null),
    )
    .execute();
}

function isEmpty(plan: Plan): boolean {
  return plan.cursors.length === 0 && plan.drop.length === 0 && plan.slots.length === 0;
}

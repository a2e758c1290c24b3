import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import type { DrillFinding } from "../../model/index.ts";
import { appendEvent } from "../../platform/db/index.ts";
import type { Db, Ports, TaskTable, Tx } from "../../platform/db/index.ts";
import { drillError } from "./errors.ts";
import type { DrillRow } from "./row.ts";

export type TaskRow = Selectable<TaskTable>;

const TITLES: Readonly<Record<string, string>> = {
  NO_ELIGIBLE_BACKUP: "Get a good backup made",
  RESTORE_FAILED: "Find out why the restore failed",
  RESTORE_INCOMPLETE: "Find out why the restore was incomplete",
  VALIDATION_FAILED: "Mend what the validation found",
  RTO_MISSED: "Make the restore faster, or agree on another RTO",
  RPO_MISSED: "Back up more often, or agree on another RPO",
  ATTENTION: "See to what would soon keep it from working",
  DRILL_NOT_CARRIED_OUT: "Find out why the drill did not come to its end",
};

/** One task for each finding, once, however often it is recorded; due when the class says. */
export async function addTasks(
  tx: Tx,
  drill: DrillRow,
  findings: readonly DrillFinding[],
  ports: Ports,
): Promise<void> {
  if (findings.length === 0) return;
  const now_ms = ports.clock.now_ms();
  const { remedy_seconds } = await tx
    .selectFrom("drill_classes")
    .select("remedy_seconds")
    .where("name", "=", drill.class)
    .executeTakeFirstOrThrow();
  const workload = await tx
    .selectFrom("workloads")
    .select("name")
    .where("id", "=", drill.workload_id)
    .executeTakeFirstOrThrow();
  for (const [i, { code, message }] of findings.entries()) {
    const row = {
      id: newId("tsk", ports.clock, ports.random),
      drill_id: drill.id,
      code: `${code}:${i}`,
      project_id: drill.project_id,
      workload_id: drill.workload_id,
      title: `${workload.name}: ${TITLES[code] ?? "Mend what kept the drill from restoring"}`,
      details: message,
      owner: drill.owner,
      due_at: new Date(now_ms + remedy_seconds * 1000),
      created_at: new Date(now_ms),
    };
    const made = await tx
      .insertInto("tasks")
      .values(row)
      .onConflict((conflict) => conflict.columns(["drill_id", "code"]).doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made === undefined) continue;
    const data = { drill_id: drill.id, title: row.title, owner: row.owner, due_at: row.due_at.toISOString() };
    const { project_id } = drill;
    await appendEvent(tx, { type: "holdfast.task.opened", subject: made.id, project_id, data }, ports);
  }
}

/** Done once; a second time changes nothing. @throws TASK_NOT_FOUND */
export async function completeTask(
  tx: Tx,
  task_id: string,
  by: { readonly who: string; readonly note?: string },
  ports: Ports,
): Promise<TaskRow> {
  const task = await getTask(tx, task_id);
  if (task.state === "DONE") return task;
  const row = await tx
    .updateTable("tasks")
    .set({ state: "DONE", done_at: new Date(ports.clock.now_ms()), done_by: by.who, note: by.note ?? null })
    .where("id", "=", task_id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const data = { by: by.who, note: by.note ?? null };
  const { project_id } = row;
  await appendEvent(tx, { type: "holdfast.task.done", subject: task_id, project_id, data }, ports);
  return row;
}

/** @throws TASK_NOT_FOUND */
export async function getTask(db: Db, task_id: string): Promise<TaskRow> {
  const row = await db.selectFrom("tasks").selectAll().where("id", "=", task_id).executeTakeFirst();
  if (row === undefined) throw drillError("TASK_NOT_FOUND", `there is no task ${task_id}`, { task_id });
  return row;
}

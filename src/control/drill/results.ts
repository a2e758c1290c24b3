import type { DrillState } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

export interface DrillResult {
  readonly drill_id: string;
  readonly workload_id: string;
  readonly workload: string;
  readonly project_id: string;
  readonly class: string;
  readonly state: DrillState;
  readonly messages: readonly string[];
  /** Promised and not kept, or already so: not something that only will be. */
  readonly urgent: boolean;
}

/** The newest ended drill of each workload, where it failed, or where what it found waits to be mended. */
export async function drillResults(db: Db): Promise<DrillResult[]> {
  const rows = await db
    .selectFrom("drills")
    .innerJoin("workloads", "workloads.id", "drills.workload_id")
    .distinctOn("drills.workload_id")
    .select(["drills.id", "drills.workload_id", "drills.project_id", "drills.class", "drills.state", "drills.findings"])
    .select("workloads.name as workload")
    .where("workloads.removed_at", "is", null)
    .where("drills.state", "in", ["PASSED", "MISSED_TARGET", "FAILED"])
    .orderBy("drills.workload_id")
    .orderBy("drills.finished_at", "desc")
    .execute();
  const found = rows.filter(({ state, findings }) => state === "FAILED" || findings.length > 0);
  if (found.length === 0) return [];
  const ids = found.map(({ id }) => id);
  const open = await db
    .selectFrom("tasks")
    .select(["drill_id", "code"])
    .where("drill_id", "in", ids)
    .where("state", "=", "OPEN")
    .execute();
  return found.flatMap((row) => {
    const codes = open.filter(({ drill_id }) => drill_id === row.id).map(({ code }) => code);
    if (row.state !== "FAILED" && codes.length === 0) return [];
    const messages = row.findings.map(({ message }) => message);
    const urgent = row.state !== "PASSED" || messages.some((message) => / ran out on /.test(message));
    const { id: drill_id, workload_id, workload, project_id, state } = row;
    return [{ drill_id, workload_id, workload, project_id, class: row.class, state, messages, urgent }];
  });
}

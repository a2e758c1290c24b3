import type { Db } from "../../platform/db/index.ts";
import { selectable } from "./select.ts";

export interface OverduePlan {
  readonly plan_id: string;
  readonly plan: string;
  readonly project_id: string | null;
  readonly workloads: readonly { readonly name: string; readonly age_days: number }[];
}

const DAY_MS = 86_400_000;

/**
 * Workloads that a plan is there for, and whose last drill that restored is longer ago than their class allows; one
 * that never was drilled has as long from the moment it and the plan were there.
 */
export async function overdueDrills(db: Db, now_ms: number): Promise<OverduePlan[]> {
  const plans = await db.selectFrom("drill_plans").selectAll().where("enabled", "=", true).execute();
  if (plans.length === 0) return [];
  const good = await db
    .selectFrom("drills")
    .select((eb) => ["workload_id", eb.fn.max("functional_at").as("at")])
    .where("state", "in", ["PASSED", "MISSED_TARGET"])
    .groupBy("workload_id")
    .execute();
  const last = new Map(good.map((row) => [row.workload_id, row.at?.getTime() ?? 0]));
  const overdue: OverduePlan[] = [];
  for (const plan of plans) {
    const workloads: { name: string; age_days: number }[] = [];
    for (const { workload, drill_class } of await selectable(db, plan.spec, now_ms)) {
      const since_ms = Math.max(
        last.get(workload.id) ?? 0,
        last.has(workload.id) ? 0 : Math.max(Date.parse(workload.created_at), plan.created_at.getTime()),
      );
      if (now_ms - since_ms <= drill_class.proof_seconds * 1000) continue;
      workloads.push({ name: workload.name, age_days: Math.floor((now_ms - since_ms) / DAY_MS) });
    }
    if (workloads.length > 0)
      overdue.push({ plan_id: plan.id, plan: plan.name, project_id: plan.project_id, workloads });
  }
  return overdue;
}

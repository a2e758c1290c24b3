import { counted } from "../../../base/index.ts";
import { overdueDrills } from "../../drill/index.ts";
import type { FactSource } from "../fact.ts";

const EVERY_MS = 600_000;

/** Workloads whose last drill that restored is longer ago than their class allows. */
export const drills: FactSource = {
  name: "drills",
  rules: ["drill_overdue"],
  every_ms: EVERY_MS,
  async load({ db, clock }) {
    return (await overdueDrills(db, clock.now_ms())).map(({ plan_id, plan, project_id, workloads }) => {
      const [first] = workloads;
      const more = workloads.length > 1 ? ` and ${workloads.length - 1} more` : "";
      return {
        rule: "drill_overdue" as const,
        cause: plan_id,
        project_id,
        subject: plan_id,
        summary: `drill plan ${plan}: ${first?.name ?? ""}${more} not drilled well for ${counted(first?.age_days ?? 0, "day")}`,
        members: workloads.map(({ name }) => name),
        details: { last_test_age_days: Math.max(...workloads.map(({ age_days }) => age_days)) },
      };
    });
  },
};

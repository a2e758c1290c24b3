import { drillResults as newest } from "../../drill/index.ts";
import type { Fact, FactSource } from "../fact.ts";

const LINES_MAX = 5;

/**
 * What the newest drill of each workload says: that it does not restore, or what has to be mended. A newer drill that
 * passes clears both; of findings, so does the last of their tasks.
 */
export const drillResults: FactSource = {
  name: "drill-results",
  rules: ["drill_failed", "drill_finding"],
  async load({ db }) {
    return (await newest(db)).map((it): Fact => {
      const failed = it.state === "FAILED";
      const said = it.messages.slice(0, LINES_MAX).join("; ").slice(0, 500);
      return {
        rule: failed ? "drill_failed" : "drill_finding",
        cause: it.workload_id,
        severity: failed && it.class === "tier-1" ? 1 : it.urgent ? 2 : 3,
        project_id: it.project_id,
        subject: it.drill_id,
        summary: `${it.workload} ${failed ? "did not restore" : "restored, with findings"} in its drill: ${said}`,
        members: [it.workload],
        details: { drill_id: it.drill_id, class: it.class, state: it.state },
      };
    });
  },
};

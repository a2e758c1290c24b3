import type { Fact, FactSource } from "../fact.ts";

export const anomalies: FactSource = {
  name: "anomalies",
  rules: ["anomaly"],
  async load({ db }) {
    const rows = await db
      .selectFrom("anomalies")
      .innerJoin("workloads", "workloads.id", "anomalies.workload_id")
      .selectAll("anomalies")
      .select("workloads.name as workload")
      .where("anomalies.state", "=", "OPEN")
      .execute();
    return rows.map((row): Fact => {
      const what = row.kind === "encryption" ? "encryption" : "mass deletion";
      const clean = row.clean_backup_id === null ? "" : `; ${row.clean_backup_id}, the last clean one, is protected`;
      return {
        rule: "anomaly",
        cause: row.workload_id,
        project_id: row.project_id,
        subject: row.id,
        summary: `backup ${row.backup_id} of ${row.workload} looks like ${what}${clean}`,
        members: [row.id],
      };
    });
  },
};

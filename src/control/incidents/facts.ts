import type { Fact, FactSource } from "../alerting/index.ts";

/** `2026-05-11 02:00 UTC`. */
function utcMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Whoever asks for help reaches the one on call: until somebody responds, and louder when it is late. */
export const incidentFacts: FactSource = {
  name: "incidents",
  rules: ["incident_open"],
  async load({ db }) {
    const rows = await db.selectFrom("incidents").selectAll().where("responded_at", "is", null).execute();
    return rows.map((row): Fact => {
      const late = row.breached_at !== null;
      const due = `response due ${utcMinute(row.response_due_at)}${late ? ", LATE" : ""}`;
      return {
        rule: "incident_open",
        cause: row.id,
        severity: late && row.severity === 3 ? 2 : row.severity,
        project_id: row.project_id,
        subject: row.id,
        summary: `somebody asks for help with a restore: ${row.title} (${due})`,
        members: late ? [row.id, "late"] : [row.id],
      };
    });
  },
};

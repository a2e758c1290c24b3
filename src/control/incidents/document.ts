import type { IncidentRow } from "./incidents.ts";
import type { TimelineEntry } from "./timeline.ts";

/** An incident as a document for the customer's own record, in Markdown. */
export function incidentDocument(incident: IncidentRow, project: string, timeline: readonly TimelineEntry[]): string {
  const time = (at: Date | null) => (at === null ? "not yet" : at.toISOString());
  const late = incident.breached_at === null ? "in time" : "LATE";
  const met = { true: "met", false: "NOT met", null: "not looked at yet" } as const;
  const lines = [
    `# Incident ${incident.id}: ${line(incident.title)}`,
    "",
    "| | |",
    "|---|---|",
    `| project | ${cell(project)} |`,
    `| severity | ${incident.severity} |`,
    `| state | ${incident.state} |`,
    `| opened | ${time(incident.opened_at)} by ${cell(incident.opened_by)} |`,
    `| response due | ${time(incident.response_due_at)} |`,
    `| responded | ${time(incident.responded_at)}${incident.responded_at === null ? "" : ` (${late})`} |`,
    `| closed | ${time(incident.closed_at)} |`,
    `| subscription | ${incident.allowance_year}, ${incident.within_allowance ? "included" : "beyond the yearly allowance"} |`,
    "",
    "## Scope",
    "",
    incident.scope,
    "",
    "## Success criteria",
    "",
    ...(incident.criteria.length === 0 ? ["None were written."] : []),
    ...incident.criteria.map(
      ({ text, met: is_met, evidence }, i) =>
        `${i + 1}. ${line(text)}: **${met[`${is_met}`]}**${evidence === null ? "" : ` (${line(evidence)})`}`,
    ),
    "",
    "## Restores and alerts",
    "",
    ...[...incident.restore_ids, ...incident.alert_ids].map((id) => `- ${id}`),
    ...(incident.restore_ids.length + incident.alert_ids.length === 0 ? ["None are linked."] : []),
    "",
    "## Timeline",
    "",
    "| when (UTC) | what | about | evidence |",
    "|---|---|---|---|",
    ...timeline.map(
      ({ at, what, subject, evidence_index }) =>
        `| ${at} | ${cell(what)} | ${subject} | ${evidence_index === null ? "" : `#${evidence_index}`} |`,
    ),
    "",
    "## Debrief",
    "",
    ...(incident.debrief === null
      ? ["The incident is not closed."]
      : [`What worked: ${incident.debrief.worked}`, "", `What needs to be better: ${incident.debrief.improve}`]),
    "",
  ];
  return lines.join("\n");
}

function line(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

function cell(text: string): string {
  return line(text).replaceAll("|", "\\|");
}

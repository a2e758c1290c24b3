import type { Db } from "../../platform/db/index.ts";
import type { IncidentRow } from "./incidents.ts";

export interface TimelineEntry {
  readonly at: string;
  readonly what: string;
  readonly subject: string;
  /** Place in the evidence log, where it has one already. */
  readonly evidence_index: number | null;
}

const ENTRIES_MAX = 2000;

/**
 * What happened, by itself: everything the evidence log and the events hold of the incident and of what is linked to
 * it, and what people noted. Oldest first.
 */
export async function timelineOf(db: Db, incident: IncidentRow): Promise<TimelineEntry[]> {
  const restores = await db
    .selectFrom("restores")
    .select(["id", "job_id", "backup_id", "created_at"])
    .where("id", "in", [...incident.restore_ids, ""])
    .execute();
  const subjects = [incident.id, ...incident.alert_ids, ...restores.map(({ id }) => id)];
  const leaves = await db
    .selectFrom("evidence_leaves")
    .select(["leaf_index", "kind", "subject", "time", "record"])
    .where("subject", "in", subjects)
    .orderBy("leaf_index")
    .limit(ENTRIES_MAX)
    .execute();
  const waiting = await db
    .selectFrom("evidence_pending")
    .select(["kind", "subject", "time", "data"])
    .where("subject", "in", subjects)
    .orderBy("id")
    .limit(ENTRIES_MAX)
    .execute();
  const jobs = await db
    .selectFrom("jobs")
    .select(["id", "kind", "state", "started_at", "finished_at", "status_reason"])
    .where("id", "in", [...restores.map(({ job_id }) => job_id), ""])
    .execute();
  const notes = await db.selectFrom("incident_notes").selectAll().where("incident_id", "=", incident.id).execute();
  const entries: TimelineEntry[] = [
    ...leaves.map((leaf) => ({
      at: leaf.time.toISOString(),
      what: phrase(leaf.kind, (JSON.parse(leaf.record) as { data: Readonly<Record<string, unknown>> }).data),
      subject: leaf.subject,
      evidence_index: leaf.leaf_index,
    })),
    ...waiting.map((fact) => ({
      at: fact.time.toISOString(),
      what: phrase(fact.kind, fact.data),
      subject: fact.subject,
      evidence_index: null,
    })),
    ...jobs.flatMap(({ id, kind, state, started_at, finished_at, status_reason }) => [
      ...(started_at === null ? [] : [entry(started_at, `${kind} job started`, id)]),
      ...(finished_at === null ? [] : [entry(finished_at, `${kind} job ${state} ${status_reason ?? ""}`.trim(), id)]),
    ]),
    ...notes.map(({ at, who, what }) => entry(at, `${who}: ${what}`, incident.id)),
  ];
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function entry(at: Date, what: string, subject: string): TimelineEntry {
  return { at: at.toISOString(), what, subject, evidence_index: null };
}

const SHOWN = ["summary", "step", "by", "note", "scope", "restore_id", "alert_id", "severity", "within_allowance"];

/** `holdfast.alert.opened` → `alert opened`, with what matters of its data. */
function phrase(kind: string, data: Readonly<Record<string, unknown>>): string {
  const words = kind.replace(/^holdfast\./, "").replaceAll(/[._]/g, " ");
  const more = SHOWN.flatMap((name) =>
    data[name] === undefined || data[name] === null ? [] : [`${name}: ${String(data[name])}`],
  );
  return more.length === 0 ? words : `${words} (${more.join(", ")})`;
}

import type { Selectable } from "kysely";
import { newId } from "../../base/index.ts";
import { zonedTime } from "../../model/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, IncidentCriterion, IncidentTable, Ports, Tx } from "../../platform/db/index.ts";
import { addBusinessDays, isOperating, loadCalendar } from "../alerting/index.ts";
import type { Calendar } from "../alerting/index.ts";
import { getProject } from "../inventory/index.ts";
import { incidentError } from "./errors.ts";

export type IncidentRow = Selectable<IncidentTable>;

export interface NewIncident {
  /** Id or name. */
  readonly project: string;
  readonly severity: 1 | 2 | 3;
  readonly title: string;
  /** What is to be restored, where to, and what is not part of it. */
  readonly scope: string;
  /** When it has succeeded: written before anybody begins. */
  readonly criteria: readonly string[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/**
 * Of the standard subscription, a calendar year. The setting `incidents.allowance.PROJECT_ID`, or without id, replaces
 * it.
 */
const ALLOWANCE = 2;

/** The published response clocks: for severity 1 in and outside operating hours, or the same at any hour. */
export function responseDue(
  severity: 1 | 2 | 3,
  opened_ms: number,
  calendar: Calendar,
  round_the_clock = false,
): number {
  if (severity === 1) {
    return opened_ms + (round_the_clock || isOperating(opened_ms, calendar) ? 30 * MINUTE_MS : 2 * HOUR_MS);
  }
  return severity === 2 ? opened_ms + 4 * HOUR_MS : addBusinessDays(opened_ms, 1, calendar);
}

/** Does somebody answer at any hour? The setting `incidents.round_the_clock.PROJECT_ID`, which the tier sets. */
export async function isRoundTheClock(db: Db, project_id: string): Promise<boolean> {
  const row = await db
    .selectFrom("settings")
    .select("value")
    .where("key", "=", `incidents.round_the_clock.${project_id}`)
    .executeTakeFirst();
  return row?.value === true;
}

/** How many incidents a project's subscription includes in a year; null is any number. */
export async function allowanceOf(db: Db, project_id: string): Promise<number | null> {
  const rows = await db
    .selectFrom("settings")
    .selectAll()
    .where("key", "in", ["incidents.allowance", `incidents.allowance.${project_id}`])
    .execute();
  const own = rows.find((row) => row.key.endsWith(project_id)) ?? rows[0];
  if (own === undefined) return ALLOWANCE;
  return typeof own.value === "number" ? own.value : null;
}

/** @throws PROJECT_NOT_FOUND */
export async function openIncident(db: Db, input: NewIncident, who: string, ports: Ports): Promise<IncidentRow> {
  return withTransaction(db, async (tx) => {
    const project = await getProject(tx, input.project);
    // Two at once must not both be the last one included.
    await tx.selectFrom("projects").select("id").where("id", "=", project.id).forUpdate().execute();
    const now_ms = ports.clock.now_ms();
    const calendar = await loadCalendar(tx, project.id);
    const round_the_clock = await isRoundTheClock(tx, project.id);
    const allowance_year = zonedTime(now_ms, calendar.timezone).year;
    const { used } = await tx
      .selectFrom("incidents")
      .select((eb) => eb.fn.countAll<number>().as("used"))
      .where("project_id", "=", project.id)
      .where("allowance_year", "=", allowance_year)
      .executeTakeFirstOrThrow();
    const allowance = await allowanceOf(tx, project.id);
    const criteria = input.criteria.map((text): IncidentCriterion => ({ text, met: null, evidence: null }));
    const row = await tx
      .insertInto("incidents")
      .values({
        id: newId("inc", ports.clock, ports.random),
        project_id: project.id,
        severity: input.severity,
        title: input.title,
        scope: input.scope,
        state: "OPEN",
        criteria: JSON.stringify(criteria),
        opened_by: who,
        opened_at: new Date(now_ms),
        response_due_at: new Date(responseDue(input.severity, now_ms, calendar, round_the_clock)),
        allowance_year,
        within_allowance: allowance === null || Number(used) < allowance,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const { id: subject, project_id, severity, title, within_allowance, response_due_at } = row;
    const data = { severity, title, by: who, within_allowance, response_due_at: response_due_at.toISOString() };
    await appendEvent(tx, { type: "holdfast.incident.opened", subject, project_id, data }, ports);
    return row;
  });
}

export interface IncidentUpdate {
  /** Somebody answers: ends the response clock. */
  readonly respond?: boolean | undefined;
  readonly note?: string | undefined;
  readonly scope?: string | undefined;
  readonly restore_id?: string | undefined;
  readonly alert_id?: string | undefined;
  readonly criterion?: { readonly index: number; readonly met: boolean; readonly evidence: string } | undefined;
}

/** @throws INCIDENT_NOT_FOUND, INCIDENT_CLOSED, INCIDENT_LINK_UNKNOWN */
export async function updateIncident(
  db: Db,
  id: string,
  update: IncidentUpdate,
  who: string,
  ports: Ports,
): Promise<IncidentRow> {
  return withTransaction(db, async (tx) => {
    const row = await lockOpen(tx, id);
    const now = new Date(ports.clock.now_ms());
    const responds = update.respond === true && row.responded_at === null;
    await requireLinks(tx, row, update);
    const { criterion } = update;
    if (criterion !== undefined && row.criteria[criterion.index] === undefined) {
      const message = `incident ${id} has ${row.criteria.length} success criteria`;
      throw incidentError("INCIDENT_LINK_UNKNOWN", message, { incident: id });
    }
    const criteria = row.criteria.map((each, i) =>
      i === criterion?.index ? { ...each, met: criterion.met, evidence: criterion.evidence } : each,
    );
    const join = (ids: readonly string[], more: string | undefined) =>
      JSON.stringify(more === undefined ? ids : [...new Set([...ids, more])]);
    await tx
      .updateTable("incidents")
      .set({
        ...(responds ? { responded_at: now, responded_by: who, state: "RESPONDED" as const } : {}),
        ...(update.scope === undefined ? {} : { scope: update.scope }),
        restore_ids: join(row.restore_ids, update.restore_id),
        alert_ids: join(row.alert_ids, update.alert_id),
        criteria: JSON.stringify(criteria),
      })
      .where("id", "=", id)
      .execute();
    if (update.note !== undefined) {
      const note = { id: newId("evt", ports.clock, ports.random), incident_id: id, at: now, who, what: update.note };
      await tx.insertInto("incident_notes").values(note).execute();
    }
    const data = { by: who, ...Object.fromEntries(Object.entries(update).filter(([, value]) => value !== undefined)) };
    const type = responds ? "holdfast.incident.responded" : "holdfast.incident.updated";
    await appendEvent(tx, { type, subject: id, project_id: row.project_id, data }, ports);
    return getIncident(tx, id);
  });
}

async function requireLinks(tx: Tx, row: IncidentRow, update: IncidentUpdate): Promise<void> {
  for (const [table, link] of [
    ["restores", update.restore_id],
    ["alerts", update.alert_id],
  ] as const) {
    if (link === undefined) continue;
    const found = await tx.selectFrom(table).select(["id", "project_id"]).where("id", "=", link).executeTakeFirst();
    if (found !== undefined && (found.project_id === null || found.project_id === row.project_id)) continue;
    throw incidentError("INCIDENT_LINK_UNKNOWN", `there is no ${link} in the incident's project`, { link });
  }
}

/**
 * Closes an incident: every success criterion has been looked at, and what worked and what needs to be better is said.
 * @throws INCIDENT_NOT_FOUND, INCIDENT_CLOSED, INCIDENT_NOT_VALIDATED
 */
export async function closeIncident(
  db: Db,
  id: string,
  debrief: { readonly worked: string; readonly improve: string },
  who: string,
  ports: Ports,
): Promise<IncidentRow> {
  return withTransaction(db, async (tx) => {
    const row = await lockOpen(tx, id);
    const open = row.criteria.filter(({ met }) => met === null).map(({ text }) => text);
    if (open.length > 0) {
      const message = `nobody has looked whether incident ${id} meets: ${open.join("; ")}`;
      throw incidentError("INCIDENT_NOT_VALIDATED", message, { incident: id, open });
    }
    const now = new Date(ports.clock.now_ms());
    await tx
      .updateTable("incidents")
      .set({
        state: "CLOSED",
        closed_at: now,
        closed_by: who,
        debrief: JSON.stringify(debrief),
        ...(row.responded_at === null ? { responded_at: now, responded_by: who } : {}),
      })
      .where("id", "=", id)
      .execute();
    const data = { by: who, ...debrief, criteria_met: row.criteria.every(({ met }) => met === true) };
    const { project_id } = row;
    await appendEvent(tx, { type: "holdfast.incident.closed", subject: id, project_id, data }, ports);
    return getIncident(tx, id);
  });
}

/** Notes each response clock that ran out, once. @returns the incidents */
export async function noteLateResponses(db: Db, ports: Ports): Promise<string[]> {
  return withTransaction(db, async (tx) => {
    const now = new Date(ports.clock.now_ms());
    const late = await tx
      .updateTable("incidents")
      .set({ breached_at: now })
      .where("response_due_at", "<", now)
      .where("responded_at", "is", null)
      .where("breached_at", "is", null)
      .returningAll()
      .execute();
    for (const { id: subject, project_id, severity, response_due_at } of late) {
      const data = { severity, response_due_at: response_due_at.toISOString() };
      await appendEvent(tx, { type: "holdfast.incident.breached", subject, project_id, data }, ports);
    }
    return late.map(({ id }) => id);
  });
}

/** @throws INCIDENT_NOT_FOUND */
export async function getIncident(db: Db, id: string): Promise<IncidentRow> {
  const row = await db.selectFrom("incidents").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw incidentError("INCIDENT_NOT_FOUND", `there is no incident ${id}`, { incident: id });
  return row;
}

async function lockOpen(tx: Tx, id: string): Promise<IncidentRow> {
  await getIncident(tx, id);
  const row = await tx.selectFrom("incidents").selectAll().where("id", "=", id).forUpdate().executeTakeFirstOrThrow();
  if (row.state === "CLOSED") throw incidentError("INCIDENT_CLOSED", `incident ${id} is closed`, { incident: id });
  return row;
}

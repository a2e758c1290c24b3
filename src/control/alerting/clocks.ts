import * as z from "zod";
import { duration_ms } from "../../model/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import { addBusinessDays, loadCalendar, nextQuarterlyReview } from "./calendar.ts";
import type { Calendar } from "./calendar.ts";
import { alertingError } from "./errors.ts";
import type { Severity } from "./rules.ts";

export const timerSteps = ["alert", "investigation", "customer", "root_cause", "remedy", "review"] as const;
export type TimerStep = (typeof timerSteps)[number];

/** A span (`4h`), business days (`5bd`), or the next quarterly review (`review`). */
const spanSchema = z.string().regex(/^((\d{1,9}[smhdwy])+|\d{1,3}bd|review)$/, "a span such as 4h, 5bd or review");
const clocksSchema = z.record(z.enum(["1", "2", "3"]), z.partialRecord(z.enum(timerSteps), spanSchema));
type Clocks = z.output<typeof clocksSchema>;

/**
 * The published clocks, counted from the moment the alert opens. "At once" for an investigation of severity 1 is
 * measured as a quarter of an hour. The setting `alerting.clocks` replaces them.
 */
const published: Clocks = {
  "1": { alert: "1h", investigation: "15m", customer: "4h", root_cause: "24h", remedy: "48h" },
  "2": { alert: "4h", investigation: "8h", customer: "24h", remedy: "5bd" },
  "3": { review: "review" },
};

async function loadClocks(db: Db): Promise<Clocks> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", "alerting.clocks").executeTakeFirst();
  return row === undefined ? published : clocksSchema.parse(row.value);
}

export function dueAt(from_ms: number, span: string, calendar: Calendar): number {
  if (span === "review") return nextQuarterlyReview(from_ms, calendar);
  if (span.endsWith("bd")) return addBusinessDays(from_ms, Number.parseInt(span, 10), calendar);
  return from_ms + duration_ms(span);
}

/** Starts the clocks of a severity; those that run already keep the earlier date. */
export async function startTimers(
  tx: Tx,
  alert: { readonly id: string; readonly project_id: string | null; readonly severity: Severity },
  from_ms: number,
): Promise<void> {
  const [clocks, calendar] = [await loadClocks(tx), await loadCalendar(tx, alert.project_id)];
  for (const [step, span] of Object.entries(clocks[`${alert.severity}`] ?? {})) {
    const due_at = new Date(dueAt(from_ms, span, calendar));
    await tx
      .insertInto("alert_timers")
      .values({ alert_id: alert.id, step: step as TimerStep, due_at })
      .onConflict((conflict) =>
        conflict
          .columns(["alert_id", "step"])
          .doUpdateSet({ due_at })
          .where("alert_timers.met_at", "is", null)
          .where("alert_timers.due_at", ">", due_at),
      )
      .execute();
  }
}

/** What a step of the clock says has been done. Steps that do not run for this alert are passed over. */
export async function meetTimers(
  db: Db,
  alert_id: string,
  steps: readonly TimerStep[],
  by: { readonly who: string; readonly note?: string },
  now: Date,
): Promise<number> {
  const result = await db
    .updateTable("alert_timers")
    .set({ met_at: now, met_by: by.who, note: by.note ?? null })
    .where("alert_id", "=", alert_id)
    .where("step", "in", steps)
    .where("met_at", "is", null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/**
 * Says of one clock, with a note, that it is met: the customer was told, the root cause found.
 * @throws ALERT_STEP_UNKNOWN
 */
export async function markStep(
  db: Db,
  alert_id: string,
  step: TimerStep,
  by: { readonly who: string; readonly note?: string },
  ports: Ports,
): Promise<void> {
  await withTransaction(db, async (tx) => {
    const met = await meetTimers(tx, alert_id, [step], by, new Date(ports.clock.now_ms()));
    if (met === 0) {
      const message = `alert ${alert_id} has no open clock for ${step.replace("_", " ")}`;
      throw alertingError("ALERT_STEP_UNKNOWN", message, { alert_id, step });
    }
    const data = { step, by: by.who, note: by.note ?? null };
    await appendEvent(tx, { type: "holdfast.alert.step_met", subject: alert_id, data }, ports);
  });
}

const BREACHES_MAX = 500;

/** Notes each clock that ran out, once. @returns the alerts, for whoever is to be told */
export async function noteBreaches(db: Db, ports: Ports): Promise<{ alert_id: string; step: TimerStep }[]> {
  return withTransaction(db, async (tx) => {
    const now = new Date(ports.clock.now_ms());
    const late = await tx
      .selectFrom("alert_timers as timer")
      .innerJoin("alerts", "alerts.id", "timer.alert_id")
      .select(["timer.alert_id", "timer.step", "timer.due_at", "alerts.project_id", "alerts.severity"])
      .where("timer.due_at", "<=", now)
      .where("timer.met_at", "is", null)
      .where("timer.breached_at", "is", null)
      .where("alerts.state", "<>", "RESOLVED")
      .orderBy("timer.due_at")
      .limit(BREACHES_MAX)
      .forUpdate("timer")
      .skipLocked()
      .execute();
    for (const { alert_id, step, due_at, project_id, severity } of late) {
      await tx
        .updateTable("alert_timers")
        .set({ breached_at: now })
        .where("alert_id", "=", alert_id)
        .where("step", "=", step)
        .execute();
      const data = { step, due_at: due_at.toISOString(), severity };
      await appendEvent(tx, { type: "holdfast.alert.breached", subject: alert_id, project_id, data }, ports);
    }
    return late.map(({ alert_id, step }) => ({ alert_id, step }));
  });
}

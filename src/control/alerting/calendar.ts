import * as z from "zod";
import { addUnits, instantOf, timeZoneSchema, zonedTime } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 09:00");

/** When somebody works: what business days and operating hours mean for a project. */
export const calendarSchema = z.strictObject({
  timezone: timeZoneSchema.default("UTC"),
  /** 1 is Monday, 7 Sunday. */
  workdays: z.array(z.number().int().min(1).max(7)).min(1).default([1, 2, 3, 4, 5]),
  opens: timeOfDay.default("09:00"),
  closes: timeOfDay.default("18:00"),
  /** Days in the calendar's zone, `2026-12-25`. */
  holidays: z.array(z.iso.date()).max(1000).default([]),
});
export type Calendar = z.output<typeof calendarSchema>;

/** The calendar of projects that have none of their own. */
export const EVERY_PROJECT = "*";

export const defaultCalendar: Calendar = calendarSchema.parse({});

export async function loadCalendar(db: Db, project_id: string | null): Promise<Calendar> {
  const rows = await db
    .selectFrom("calendars")
    .selectAll()
    .where("scope", "in", [EVERY_PROJECT, project_id ?? EVERY_PROJECT])
    .execute();
  const own = rows.find((row) => row.scope === project_id) ?? rows[0];
  return own === undefined ? defaultCalendar : calendarSchema.parse(own.spec);
}

export async function saveCalendar(db: Db, scope: string, calendar: Calendar, now: Date): Promise<void> {
  const values = { scope, spec: JSON.stringify(calendar), updated_at: now };
  await db
    .insertInto("calendars")
    .values(values)
    .onConflict((conflict) => conflict.column("scope").doUpdateSet({ spec: values.spec, updated_at: now }))
    .execute();
}

export function isBusinessDay(instant_ms: number, calendar: Calendar): boolean {
  const { year, month, day } = zonedTime(instant_ms, calendar.timezone);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
  const date = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  return calendar.workdays.includes(weekday) && !calendar.holidays.includes(date);
}

/** Within the hours of a business day. */
export function isOperating(instant_ms: number, calendar: Calendar): boolean {
  const { hour, minute } = zonedTime(instant_ms, calendar.timezone);
  const now = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  return isBusinessDay(instant_ms, calendar) && now >= calendar.opens && now < calendar.closes;
}

/** More days in a row than any calendar has off. */
const DAYS_MAX = 4000;

/** The same time of day, so many business days later: from a Saturday one later is Monday. */
export function addBusinessDays(instant_ms: number, count: number, calendar: Calendar): number {
  let [at_ms, left] = [instant_ms, count];
  for (let day = 1; day <= DAYS_MAX; day++) {
    at_ms = addUnits(instant_ms, day, "day", calendar.timezone);
    if (isBusinessDay(at_ms, calendar)) left--;
    if (left <= 0) return at_ms;
  }
  return at_ms;
}

/** Close of business on the first business day of the next quarter: when this quarter is reviewed. */
export function nextQuarterlyReview(instant_ms: number, calendar: Calendar): number {
  const { year, month } = zonedTime(instant_ms, calendar.timezone);
  const first_month = Math.floor((month - 1) / 3) * 3 + 4;
  const [hour = 18, minute = 0] = calendar.closes.split(":").map(Number);
  const closes = {
    year: first_month > 12 ? year + 1 : year,
    month: first_month > 12 ? first_month - 12 : first_month,
    day: 1,
    hour,
    minute,
    second: 0,
    millisecond: 0,
  };
  const first_ms = instantOf(closes, calendar.timezone);
  return isBusinessDay(first_ms, calendar) ? first_ms : addBusinessDays(first_ms, 1, calendar);
}

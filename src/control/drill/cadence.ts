import { addUnits, instantOf, weekdays, zonedTime } from "../../model/index.ts";
import type { Cadence } from "../../model/index.ts";

const DAY_MS = 86_400_000;
/** More than one time a week for ten years: nobody plans further. */
const TIMES_MAX = 600;
/** A Monday: even weeks are counted from here, so that two plans agree on which they are. */
const FIRST_MONDAY_MS = Date.UTC(1970, 0, 5);

/** Every time the cadence is due after `after_ms`, up to and with `until_ms`, oldest first. */
export function dueTimes(cadence: Cadence, after_ms: number, until_ms: number): number[] {
  const due: number[] = [];
  for (let at = next(cadence, after_ms); at <= until_ms && due.length < TIMES_MAX; at = next(cadence, at)) due.push(at);
  return due;
}

/** The first time it is due after `after_ms`. */
export function nextDue(cadence: Cadence, after_ms: number): number {
  return next(cadence, after_ms);
}

function next(cadence: Cadence, after_ms: number): number {
  return cadence.every === "weekly" || cadence.every === "biweekly"
    ? nextWeek(cadence, after_ms)
    : nextMonth(cadence, after_ms);
}

function nextWeek({ every, weekday, at, timezone }: Cadence, after_ms: number): number {
  const local = zonedTime(after_ms, timezone);
  const today_ms = Date.UTC(local.year, local.month - 1, local.day);
  // At most two weeks and a day away; the days are those of the calendar, whatever the clocks do.
  for (let ahead = 0; ahead <= 15; ahead++) {
    const day_ms = today_ms + ahead * DAY_MS;
    const days = Math.round((day_ms - FIRST_MONDAY_MS) / DAY_MS);
    if (weekdays[((days % 7) + 7) % 7] !== weekday) continue;
    if (every === "biweekly" && Math.floor(days / 7) % 2 !== 0) continue;
    const due_ms = onDay(day_ms, at, timezone);
    if (due_ms > after_ms) return due_ms;
  }
  return nextWeek({ every, weekday, at, timezone, week: 1 }, addUnits(after_ms, 1, "week", timezone));
}

function nextMonth({ every, week, weekday, at, timezone }: Cadence, after_ms: number): number {
  const local = zonedTime(after_ms, timezone);
  for (let month = local.month - 1; ; month++) {
    if (every === "quarterly" && month % 3 !== 0) continue;
    const first_ms = Date.UTC(local.year, month, 1);
    const first = (new Date(first_ms).getUTCDay() + 6) % 7;
    const offset = (weekdays.indexOf(weekday) - first + 7) % 7;
    const due_ms = onDay(first_ms + (offset + (week - 1) * 7) * DAY_MS, at, timezone);
    if (due_ms > after_ms) return due_ms;
  }
}

function onDay(day_ms: number, at: string, timezone: string): number {
  const date = new Date(day_ms);
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  return instantOf(
    {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour,
      minute,
      second: 0,
      millisecond: 0,
    },
    timezone,
  );
}

/** `monthly, week 3, tue 09:00 Asia/Dhaka`. */
export function cadenceText({ every, week, weekday, at, timezone }: Cadence): string {
  const which = every === "monthly" || every === "quarterly" ? `, week ${week}` : "";
  return `${every}${which}, ${weekday} ${at} ${timezone}`;
}

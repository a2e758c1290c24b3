/** Calendar arithmetic in an IANA zone, on top of Intl: what a policy's days, weeks and months are. */

/** A moment as a wall clock in some zone shows it. `month` is 1 to 12. */
export interface ZonedTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  /** East of UTC is positive. */
  readonly offset_ms: number;
}

export type CalendarUnit = "hour" | "day" | "week" | "month" | "year";

const FORMATS_MAX = 1000; // There are about 600 zones.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    if (formats.size >= FORMATS_MAX) formats.clear();
    formats.set(zone, format);
  }
  return format;
}

/** What the wall clock in `zone` shows at this instant (years 1 to 9999). */
export function zonedTime(instant_ms: number, zone: string): ZonedTime {
  const fields: Record<string, number> = {};
  for (const { type, value } of formatFor(zone).formatToParts(instant_ms)) fields[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = fields;
  const millisecond = ((instant_ms % 1000) + 1000) % 1000;
  const offset_ms = Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - instant_ms;
  return { year, month, day, hour, minute, second, millisecond, offset_ms };
}

/**
 * The instant at which the wall clock in `zone` shows this time. A time that occurs twice is its first occurrence; one
 * that a clock change leaves out is read with the offset before the change, so it falls after the gap.
 */
export function instantOf(local: Omit<ZonedTime, "offset_ms">, zone: string): number {
  const { year, month, day, hour, minute, second, millisecond } = local;
  const as_utc_ms = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  // The offsets a day before and after bracket any single change; the earlier one, tried first, gives the first
  // occurrence.
  const before_ms = zonedTime(as_utc_ms - DAY_MS, zone).offset_ms;
  const after_ms = zonedTime(as_utc_ms + DAY_MS, zone).offset_ms;
  for (const offset_ms of [before_ms, after_ms]) {
    const candidate_ms = as_utc_ms - offset_ms;
    if (zonedTime(candidate_ms, zone).offset_ms === offset_ms) return candidate_ms;
  }
  return as_utc_ms - before_ms;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * `count` units later by the calendar of `zone`: a day later is the same time of day, whatever the clocks did in
 * between; a month after 31 January is the last of February. Hours are hours that pass.
 */
export function addUnits(instant_ms: number, count: number, unit: CalendarUnit, zone: string): number {
  if (unit === "hour") return instant_ms + count * HOUR_MS;
  const local = zonedTime(instant_ms, zone);
  if (unit === "day" || unit === "week") {
    const date = new Date(Date.UTC(local.year, local.month - 1, local.day + count * (unit === "week" ? 7 : 1)));
    return instantOf({ ...local, ...ymd(date) }, zone);
  }
  const months = local.year * 12 + (local.month - 1) + count * (unit === "year" ? 12 : 1);
  const year = Math.floor(months / 12);
  const month = (months % 12) + 1;
  const day = Math.min(local.day, new Date(Date.UTC(year, month, 0)).getUTCDate());
  return instantOf({ ...local, year, month, day }, zone);
}

/**
 * Names the hour, day, ISO week, month or year that holds the instant: `2026-05-11T02+06:00`, `2026-05-11`, `2026-W20`,
 * `2026-05`, `2026`. An hour carries its offset, since one is shown twice when clocks go back.
 */
export function periodOf(instant_ms: number, unit: CalendarUnit, zone: string): string {
  const local = zonedTime(instant_ms, zone);
  const year = pad(local.year, 4);
  const month = `${year}-${pad(local.month, 2)}`;
  const day = `${month}-${pad(local.day, 2)}`;
  switch (unit) {
    case "year":
      return year;
    case "month":
      return month;
    case "day":
      return day;
    case "hour":
      return `${day}T${pad(local.hour, 2)}${offsetText(local.offset_ms)}`;
    case "week":
      return isoWeek(local);
  }
}

function isoWeek({ year, month, day }: ZonedTime): string {
  // The week belongs to the year that holds its Thursday (ISO 8601).
  const date = new Date(Date.UTC(year, month - 1, day));
  const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
  date.setUTCDate(date.getUTCDate() + 4 - weekday);
  const first_ms = Date.UTC(date.getUTCFullYear(), 0, 1);
  const week = Math.floor((date.getTime() - first_ms) / DAY_MS / 7) + 1;
  return `${pad(date.getUTCFullYear(), 4)}-W${pad(week, 2)}`;
}

function ymd(date: Date): { year: number; month: number; day: number } {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function offsetText(offset_ms: number): string {
  const minutes = Math.round(Math.abs(offset_ms) / 60_000);
  return `${offset_ms < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

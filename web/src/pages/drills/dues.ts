import type { ItemOf } from "../../api/types.ts";

type Cadence = ItemOf<"/v1/drill-plans">["spec"]["cadence"];

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MS = 86_400_000;
/** A Monday: even weeks are counted from here, as the server counts. */
const FIRST_MONDAY_MS = Date.UTC(1970, 0, 5);

/** Is a plan due on this day of the calendar? Month from 0. */
export function isDue({ every, week, weekday }: Cadence, year: number, month: number, day: number): boolean {
  const days = Math.round((Date.UTC(year, month, day) - FIRST_MONDAY_MS) / DAY_MS);
  if (WEEKDAYS[((days % 7) + 7) % 7] !== weekday) return false;
  if (every === "weekly") return true;
  if (every === "biweekly") return Math.floor(days / 7) % 2 === 0;
  if (every === "quarterly" && month % 3 !== 0) return false;
  return Math.ceil(day / 7) === (week ?? 1);
}

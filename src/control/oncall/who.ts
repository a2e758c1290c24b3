import type { Selectable } from "kysely";
import { instantOf, zonedTime } from "../../model/index.ts";
import type { OncallOverrideTable } from "../../platform/db/index.ts";
import type { Rotation } from "./config.ts";

export type Override = Pick<Selectable<OncallOverrideTable>, "rotation" | "person" | "from_at" | "until_at">;

export interface OnCall {
  readonly rotation: string;
  /** Null when no layer's hours hold now. */
  readonly person: string | null;
  /** By what: a layer of the rotation, or an override. */
  readonly because: string;
  readonly until_ms: number;
  /** Who takes over, in the same layer. */
  readonly next: string | null;
}

const DAY_MS = 86_400_000;

/** Who is on call at this instant, until when at the latest, and who comes next. Pure. */
export function onCallAt(rotation: Rotation, overrides: readonly Override[], instant_ms: number): OnCall {
  const regular = regularAt(rotation, instant_ms);
  const override = overrideAt(
    overrides.filter((each) => each.rotation === rotation.name),
    instant_ms,
  );
  if (override === undefined) {
    const begins = overrides
      .filter((each) => each.rotation === rotation.name && each.from_at.getTime() > instant_ms)
      .map((each) => each.from_at.getTime());
    return { ...regular, until_ms: Math.min(regular.until_ms, ...begins) };
  }
  const { person, until_at } = override;
  // Who would be on call anyway comes next, unless that is the one who is.
  const next = regular.person === person ? regular.next : regular.person;
  return { rotation: rotation.name, person, because: "override", until_ms: until_at.getTime(), next };
}

/** Of those of one rotation, in the order in which they were made: the newest that holds counts. */
export function overrideAt<O extends Pick<Override, "from_at" | "until_at">>(
  overrides: readonly O[],
  instant_ms: number,
): O | undefined {
  return overrides.findLast((each) => each.from_at.getTime() <= instant_ms && instant_ms < each.until_at.getTime());
}

function regularAt(rotation: Rotation, instant_ms: number): OnCall {
  for (const [i, layer] of [...rotation.layers.entries()].reverse()) {
    if (layer.hours !== undefined && !holds(layer.hours, rotation.timezone, instant_ms)) continue;
    const shift = Math.floor(dayOfRotation(rotation, instant_ms) / layer.every_days);
    const member = (offset: number) => {
      const count = layer.members.length;
      return layer.members[(((shift + offset) % count) + count) % count] ?? null;
    };
    const until_ms = handoverAt(rotation, (shift + 1) * layer.every_days);
    const next = layer.members.length > 1 ? member(1) : null;
    return { rotation: rotation.name, person: member(0), because: `layer ${i + 1}`, until_ms, next };
  }
  const until_ms = handoverAt(rotation, dayOfRotation(rotation, instant_ms) + 1);
  return { rotation: rotation.name, person: null, because: "no layer's hours", until_ms, next: null };
}

function holds(
  hours: { readonly days: readonly number[]; readonly from: string; readonly to: string },
  zone: string,
  instant_ms: number,
): boolean {
  const { year, month, day, hour, minute } = zonedTime(instant_ms, zone);
  const now = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  const weekday = (shift_days: number) => new Date(Date.UTC(year, month - 1, day - shift_days)).getUTCDay() || 7;
  if (hours.from <= hours.to) return hours.days.includes(weekday(0)) && now >= hours.from && now < hours.to;
  // Over midnight: what began yesterday belongs to yesterday.
  return (now >= hours.from && hours.days.includes(weekday(0))) || (now < hours.to && hours.days.includes(weekday(1)));
}

/** Whole days from the first hand-over, each beginning at the hand-over's time by the rotation's own clock. */
export function dayOfRotation(rotation: Rotation, instant_ms: number): number {
  const { year, month, day, hour, minute } = zonedTime(instant_ms, rotation.timezone);
  const [at_hour = 0, at_minute = 0] = rotation.handover.split(":").map(Number);
  const before = hour * 60 + minute < at_hour * 60 + at_minute ? 1 : 0;
  const today = Date.UTC(year, month - 1, day) / DAY_MS - before;
  return today - Date.parse(`${rotation.start}T00:00:00Z`) / DAY_MS;
}

/** The instant of the hand-over so many days after the first. */
export function handoverAt(rotation: Rotation, days: number): number {
  const date = new Date(Date.parse(`${rotation.start}T00:00:00Z`) + days * DAY_MS);
  const [hour = 0, minute = 0] = rotation.handover.split(":").map(Number);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  return instantOf({ year, month, day, hour, minute, second: 0, millisecond: 0 }, rotation.timezone);
}

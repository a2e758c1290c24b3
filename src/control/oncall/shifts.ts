import { instantOf, zonedTime } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { OverrideRow } from "./overrides.ts";
import { loadOncall, type Rotation } from "./config.ts";
import { dayOfRotation, handoverAt, onCallAt, overrideAt } from "./who.ts";

/** A span of time in which one person is on call, for one reason. */
export interface Shift {
  readonly rotation: string;
  /** Null: nobody's hours. */
  readonly person: string | null;
  /** By what: a layer of the rotation, or an override. */
  readonly because: string;
  readonly override_id: string | null;
  readonly from_ms: number;
  readonly until_ms: number;
}

type Span = Pick<OverrideRow, "id" | "rotation" | "person" | "from_at" | "until_at">;

const DAY_MS = 86_400_000;
/** A day is longer than this in no zone; one more on either side finds what began before. */
const SLACK_DAYS = 2;

/** Who is on call when, from one instant until another, without a gap. Pure. */
export function shiftsOf(rotation: Rotation, overrides: readonly Span[], from_ms: number, until_ms: number): Shift[] {
  const own = overrides.filter((each) => each.rotation === rotation.name);
  const changes = new Set([from_ms]);
  const add = (instant_ms: number) => {
    if (instant_ms > from_ms && instant_ms < until_ms) changes.add(instant_ms);
  };
  const first = dayOfRotation(rotation, from_ms) - SLACK_DAYS;
  const last = dayOfRotation(rotation, until_ms) + SLACK_DAYS;
  for (let day = first; day <= last; day++) {
    const handover_ms = handoverAt(rotation, day);
    add(handover_ms);
    const { year, month, day: of_month } = zonedTime(handover_ms, rotation.timezone);
    for (const { hours } of rotation.layers) {
      if (hours === undefined) continue;
      for (const time of [hours.from, hours.to]) {
        const [hour = 0, minute = 0] = time.split(":").map(Number);
        add(instantOf({ year, month, day: of_month, hour, minute, second: 0, millisecond: 0 }, rotation.timezone));
      }
    }
  }
  for (const { from_at, until_at } of own) {
    add(from_at.getTime());
    add(until_at.getTime());
  }
  const shifts: Shift[] = [];
  const starts = [...changes].sort((a, b) => a - b);
  for (const [index, start_ms] of starts.entries()) {
    const { person, because } = onCallAt(rotation, own, start_ms);
    const override_id = overrideAt(own, start_ms)?.id ?? null;
    const end_ms = starts[index + 1] ?? until_ms;
    const before = shifts.at(-1);
    const goes_on = before?.person === person && before.because === because && before.override_id === override_id;
    if (before !== undefined && goes_on) shifts[shifts.length - 1] = { ...before, until_ms: end_ms };
    else shifts.push({ rotation: rotation.name, person, because, override_id, from_ms: start_ms, until_ms: end_ms });
  }
  return shifts;
}

/** Of every rotation. At most 62 days, which is for the caller to see to. */
export async function shiftsBetween(db: Db, from_ms: number, until_ms: number): Promise<Shift[]> {
  const { rotations } = await loadOncall(db);
  const overrides = await db
    .selectFrom("oncall_overrides")
    .selectAll()
    .where("until_at", ">", new Date(from_ms - DAY_MS))
    .where("from_at", "<", new Date(until_ms + DAY_MS))
    .orderBy("created_at")
    .execute();
  return rotations.flatMap((rotation) => shiftsOf(rotation, overrides, from_ms, until_ms));
}

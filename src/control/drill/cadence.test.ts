import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { cadenceSchema, zonedTime } from "../../model/index.ts";
import { dueTimes, nextDue } from "./cadence.ts";

const iso = (times: readonly number[]) => times.map((at) => new Date(at).toISOString());

test("the third week of the month, every second week, and the quarter's first month, by the zone's own clock", () => {
  const dhaka = cadenceSchema.parse({ every: "monthly", week: 3, weekday: "wed", at: "09:00", timezone: "Asia/Dhaka" });
  const [from, until] = [Date.parse("2026-01-01T00:00:00Z"), Date.parse("2026-05-01T00:00:00Z")];
  assert.deepEqual(iso(dueTimes(dhaka, from, until)), [
    "2026-01-21T03:00:00.000Z",
    "2026-02-18T03:00:00.000Z",
    "2026-03-18T03:00:00.000Z",
    "2026-04-15T03:00:00.000Z",
  ]);
  const quarterly = cadenceSchema.parse({ every: "quarterly", weekday: "mon", at: "10:00" });
  assert.deepEqual(iso(dueTimes(quarterly, from, Date.parse("2026-12-31T00:00:00Z"))), [
    "2026-01-05T10:00:00.000Z",
    "2026-04-06T10:00:00.000Z",
    "2026-07-06T10:00:00.000Z",
    "2026-10-05T10:00:00.000Z",
  ]);
  const london = cadenceSchema.parse({ every: "biweekly", weekday: "sun", at: "02:30", timezone: "Europe/London" });
  const times = dueTimes(london, from, until);
  const gaps = new Set(times.slice(1).map((at, i) => at - (times[i] ?? 0)));
  // Two weeks, but for the one in which the clocks go forward.
  assert.deepEqual([...gaps].sort(), [14 * 86_400_000 - 3_600_000, 14 * 86_400_000].sort());
});

test("every cadence is due again and again, each time later, at its time of day", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("weekly", "biweekly", "monthly", "quarterly"),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("UTC", "Asia/Dhaka", "America/New_York"),
      fc.integer({ min: 1_700_000_000_000, max: 2_000_000_000_000 }),
      (every, week, timezone, after_ms) => {
        const cadence = cadenceSchema.parse({ every, week, timezone, weekday: "thu", at: "12:15" });
        const first = nextDue(cadence, after_ms);
        const second = nextDue(cadence, first);
        assert.ok(after_ms < first && first < second && second - first < 100 * 86_400_000);
        const { hour, minute, day } = zonedTime(second, timezone);
        assert.deepEqual([hour, minute], [12, 15]);
        if (every === "monthly") assert.equal(Math.ceil(day / 7), week);
        assert.deepEqual(dueTimes(cadence, after_ms, second), [first, second]);
      },
    ),
    { numRuns: 60 },
  );
});

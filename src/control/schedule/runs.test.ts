import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { zonedTime } from "../../model/index.ts";
import { parsePolicy } from "../policy/index.ts";
import { jitterShare_ms } from "./jitter.ts";
import { nextRuns, runsBetween } from "./runs.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const zones = [
  "Asia/Dhaka",
  "Europe/Berlin",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "Africa/Casablanca",
  "America/St_Johns",
  "UTC",
];

const utc = (text: string) => Date.parse(text);
const iso = (times: readonly number[]) => times.map((time) => new Date(time).toISOString().replace(":00.000Z", "Z"));

test("the gap: a time that does not exist runs right after it; the overlap: a time shown twice runs the first time", () => {
  const daily = { pattern: "30 2 * * *", zone: "Europe/Berlin" };
  assert.deepEqual(iso(runsBetween(daily, utc("2026-03-28T12:00Z"), utc("2026-03-30T12:00Z"), 9)), [
    "2026-03-29T01:00Z",
    "2026-03-30T00:30Z",
  ]);
  assert.deepEqual(iso(runsBetween(daily, utc("2026-10-24T12:00Z"), utc("2026-10-26T12:00Z"), 9)), [
    "2026-10-25T00:30Z",
    "2026-10-26T01:30Z",
  ]);
});

test("leap day, last day, and several rules in one order", () => {
  const spec = parsePolicy({
    name: "p",
    timezone: "Asia/Dhaka",
    schedule: { daily: "02:00", monthly: "last 04:00" },
    retention: { daily: 7 },
  });
  const runs = nextRuns(spec, utc("2028-02-28T12:00Z"), 3);
  assert.deepEqual(
    runs.map((run) => run.rule),
    ["daily", "monthly", "daily"],
  );
  assert.deepEqual(iso(runs.map((run) => run.at_ms)), ["2028-02-28T20:00Z", "2028-02-28T22:00Z", "2028-02-29T20:00Z"]);
});

test("daily times agree with a walk over every minute, in any zone at any date", () => {
  // Half the dates lie at the end of March, October, or April, where clocks change.
  const near_change = fc.constantFrom(
    ...[2024, 2026, 2031].flatMap((year) => [Date.UTC(year, 2, 29), Date.UTC(year, 9, 25), Date.UTC(year, 3, 4)]),
  );
  const start = fc.oneof(near_change, fc.integer({ min: utc("2015-01-01"), max: utc("2036-01-01") }));
  fc.assert(
    fc.property(start, fc.constantFrom(...zones), fc.nat(23), fc.nat(59), (start, zone, hour, minute) => {
      const from_ms = Math.floor(start / MINUTE_MS) * MINUTE_MS;
      const until_ms = from_ms + 3 * DAY_MS;
      const expected: number[] = [];
      let done = ""; // The day whose run has been seen; the days before the first are not in the answer.
      for (let at_ms = from_ms - DAY_MS; at_ms <= until_ms; at_ms += MINUTE_MS) {
        const local = zonedTime(at_ms, zone);
        const day = `${local.month}-${local.day}`;
        if (day !== done && local.hour * 60 + local.minute >= hour * 60 + minute) {
          if (at_ms > from_ms) expected.push(at_ms);
          done = day;
        }
      }
      const actual = runsBetween({ pattern: `${minute} ${hour} * * *`, zone }, from_ms, until_ms, 99);
      assert.deepEqual(iso(actual), iso(expected));
    }),
    { numRuns: 40 },
  );
});

test("an hourly rule runs in every hour that passes, both of a doubled one", () => {
  const times = runsBetween(
    { pattern: "15 * * * *", zone: "Europe/Berlin" },
    utc("2026-10-24T22:00Z"),
    utc("2026-10-25T04:00Z"),
    99,
  );
  assert.deepEqual(
    times.map((time) => (time - utc("2026-10-24T22:15Z")) / 3_600_000),
    [0, 1, 2, 3, 4, 5],
  );
});

test("jitter is stable per workload and spread over all of them", () => {
  const shares = Array.from({ length: 1000 }, (_, i) => jitterShare_ms(`wkl_${i}`, "pol_1", 1000));
  assert.deepEqual(
    shares,
    Array.from({ length: 1000 }, (_, i) => jitterShare_ms(`wkl_${i}`, "pol_1", 1000)),
  );
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = shares.filter((share) => Math.floor(share / 100) === tenth).length;
    assert.ok(count > 60 && count < 140, `${count} of 1000 in tenth ${tenth}`);
  }
  assert.equal(jitterShare_ms("wkl_1", "pol_1", 0), 0);
});

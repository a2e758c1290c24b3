import assert from "node:assert/strict";
import test from "node:test";
import { onCallAt, rotationSchema, shiftsOf } from "./index.ts";

const weekly = rotationSchema.parse({
  name: "primary",
  timezone: "Europe/Berlin",
  start: "2026-10-05",
  handover: "09:00",
  layers: [{ members: ["ada", "bob", "cyd"] }],
});
const at = (text: string, overrides: Parameters<typeof onCallAt>[1] = []) =>
  onCallAt(weekly, overrides, Date.parse(text));
const iso = (ms: number) => new Date(ms).toISOString();

test("hands over each week at nine by the wall clock, also when clocks change", () => {
  assert.equal(at("2026-10-05T06:59:59Z").person, "cyd");
  assert.deepEqual([at("2026-10-05T07:00:00Z").person, at("2026-10-05T07:00:00Z").next], ["ada", "bob"]);
  assert.equal(iso(at("2026-10-05T07:00:00Z").until_ms), "2026-10-12T07:00:00.000Z");
  // Clocks go back on 25 October: the next hand-over is at eight UTC.
  assert.equal(iso(at("2026-10-20T12:00:00Z").until_ms), "2026-10-26T08:00:00.000Z");
  assert.equal(at("2026-10-26T07:59:00Z").person, "cyd");
  assert.equal(at("2026-10-26T08:00:00Z").person, "ada");
});

test("an override counts while it lasts, and its beginning ends a shift", () => {
  const override = {
    rotation: "primary",
    person: "bob",
    from_at: new Date("2026-10-06T10:00:00Z"),
    until_at: new Date("2026-10-06T20:00:00Z"),
  };
  const before = at("2026-10-06T09:00:00Z", [override]);
  assert.deepEqual([before.person, iso(before.until_ms)], ["ada", "2026-10-06T10:00:00.000Z"]);
  const during = at("2026-10-06T15:00:00Z", [override]);
  assert.deepEqual(
    [during.person, during.because, during.next, iso(during.until_ms)],
    ["bob", "override", "ada", "2026-10-06T20:00:00.000Z"],
  );
  assert.equal(at("2026-10-06T20:00:00Z", [override]).person, "ada");
  assert.equal(at("2026-10-06T15:00:00Z", [{ ...override, rotation: "other" }]).person, "ada");
});

test("a later layer counts in its hours, over midnight too", () => {
  const layered = rotationSchema.parse({
    name: "night",
    timezone: "Asia/Dhaka",
    start: "2026-10-05",
    layers: [
      { members: ["ada"] },
      { members: ["bob"], every_days: 1, hours: { days: [1, 2, 3, 4, 5], from: "22:00", to: "06:00" } },
    ],
  });
  const who = (text: string) => onCallAt(layered, [], Date.parse(text)).person;
  assert.equal(who("2026-10-05T15:59:00Z"), "ada", "21:59 on Monday");
  assert.equal(who("2026-10-05T16:00:00Z"), "bob");
  assert.equal(who("2026-10-09T23:00:00Z"), "bob", "five on Saturday morning belongs to Friday");
  assert.equal(who("2026-10-10T17:00:00Z"), "ada", "Saturday night");
});

test("shifts follow each other without a gap: hand-overs, hours of a layer, and an override in the middle", () => {
  const layered = rotationSchema.parse({
    name: "days",
    timezone: "Europe/Berlin",
    start: "2026-10-05",
    handover: "09:00",
    layers: [{ members: ["ada", "bob"] }, { members: ["cyd"], hours: { days: [2], from: "22:00", to: "06:30" } }],
  });
  const override = {
    id: "ovr_1",
    rotation: "days",
    person: "bob",
    from_at: new Date("2026-10-08T10:00:00Z"),
    until_at: new Date("2026-10-08T20:00:00Z"),
  };
  const [from_ms, until_ms] = [Date.parse("2026-10-05T12:00:00Z"), Date.parse("2026-10-13T12:00:00Z")];
  const shifts = shiftsOf(layered, [override, { ...override, id: "ovr_2", rotation: "other" }], from_ms, until_ms);
  assert.deepEqual(
    shifts.map((it) => [it.person, iso(it.from_ms).slice(5, 16), it.override_id]),
    [
      ["ada", "10-05T12:00", null],
      ["cyd", "10-06T20:00", null],
      ["ada", "10-07T04:30", null],
      ["bob", "10-08T10:00", "ovr_1"],
      ["ada", "10-08T20:00", null],
      ["bob", "10-12T07:00", null],
    ],
  );
  for (const [index, shift] of shifts.entries()) assert.equal(shift.until_ms, shifts[index + 1]?.from_ms ?? until_ms);
  // Whoever a shift names is who is reached at any moment of it.
  for (const { person, from_ms: begin, until_ms: end } of shifts) {
    for (const at_ms of [begin, (begin + end) / 2, end - 1]) {
      assert.equal(onCallAt(layered, [override], at_ms).person, person);
    }
  }
});

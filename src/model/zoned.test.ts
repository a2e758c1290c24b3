import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { addUnits, instantOf, periodOf, zonedTime } from "./zoned.ts";

const zones = [
  "Asia/Dhaka",
  "Europe/Berlin",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "UTC",
  "America/New_York",
];
const zone = fc.constantFrom(...zones);
const instant = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) });

test("an instant goes to the wall clock and back, or to the first of two that show the same", () => {
  fc.assert(
    fc.property(instant, zone, (instant_ms, zone) => {
      const local = zonedTime(instant_ms, zone);
      const back_ms = instantOf(local, zone);
      const again = zonedTime(back_ms, zone);
      assert.deepEqual({ ...again, offset_ms: 0 }, { ...local, offset_ms: 0 });
      assert.ok(back_ms <= instant_ms);
    }),
  );
});

test("known clock changes", () => {
  const berlin = (text: string, count: number, unit: "day" | "month" | "year" | "hour") =>
    new Date(addUnits(Date.parse(text), count, unit, "Europe/Berlin")).toISOString();
  assert.equal(berlin("2026-03-28T01:30:00Z", 1, "day"), "2026-03-29T01:30:00.000Z"); // 02:30 does not exist: 03:30
  assert.equal(berlin("2026-10-24T00:30:00Z", 1, "day"), "2026-10-25T00:30:00.000Z"); // 02:30 twice: the first
  assert.equal(berlin("2026-10-24T10:00:00Z", 1, "day"), "2026-10-25T11:00:00.000Z"); // same time of day, 25 h later
  assert.equal(berlin("2027-01-31T11:00:00Z", 1, "month"), "2027-02-28T11:00:00.000Z");
  assert.equal(berlin("2028-02-29T11:00:00Z", 7, "year"), "2035-02-28T11:00:00.000Z");
});

test("periods: ISO weeks across new year, the doubled hour, zones far from UTC", () => {
  assert.equal(periodOf(Date.parse("2027-01-01T12:00:00Z"), "week", "UTC"), "2026-W53");
  assert.equal(periodOf(Date.parse("2024-12-30T12:00:00Z"), "week", "UTC"), "2025-W01");
  assert.equal(periodOf(Date.parse("2026-10-25T00:30:00Z"), "hour", "Europe/Berlin"), "2026-10-25T02+02:00");
  assert.equal(periodOf(Date.parse("2026-10-25T01:30:00Z"), "hour", "Europe/Berlin"), "2026-10-25T02+01:00");
  assert.equal(periodOf(Date.parse("2026-05-10T20:00:00Z"), "day", "Asia/Dhaka"), "2026-05-11");
});

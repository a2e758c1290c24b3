import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { addBusinessDays, calendarSchema, isOperating, nextQuarterlyReview, rules } from "./index.ts";

const dhaka = calendarSchema.parse({ timezone: "Asia/Dhaka", workdays: [7, 1, 2, 3, 4], holidays: ["2026-12-16"] });
const berlin = calendarSchema.parse({ timezone: "Europe/Berlin" });
const iso = (ms: number) => new Date(ms).toISOString();
const at = (text: string) => Date.parse(text);

test("business days pass over weekends and holidays of the place, at the same time of day", () => {
  assert.equal(iso(addBusinessDays(at("2026-12-13T10:00:00Z"), 5, dhaka)), "2026-12-21T10:00:00.000Z");
  // Clocks in Berlin go back on 25 October: nine in the morning stays nine in the morning.
  assert.equal(iso(addBusinessDays(at("2026-10-23T07:00:00Z"), 1, berlin)), "2026-10-26T08:00:00.000Z");
  assert.equal(iso(addBusinessDays(at("2026-10-24T07:00:00Z"), 1, berlin)), "2026-10-26T08:00:00.000Z");
});

test("operating hours are those of the place", () => {
  assert.ok(isOperating(at("2026-12-13T03:00:00Z"), dhaka), "Sunday, nine in Dhaka");
  assert.ok(!isOperating(at("2026-12-16T03:00:00Z"), dhaka), "Victory Day");
  assert.ok(!isOperating(at("2026-12-11T05:00:00Z"), dhaka), "Friday");
  assert.ok(!isOperating(at("2026-12-14T12:00:00Z"), dhaka), "six in the evening");
});

test("the quarterly review is on the first business day after the quarter", () => {
  assert.equal(iso(nextQuarterlyReview(at("2026-05-11T00:00:00Z"), berlin)), "2026-07-01T16:00:00.000Z");
  assert.equal(iso(nextQuarterlyReview(at("2026-11-26T00:00:00Z"), berlin)), "2027-01-01T17:00:00.000Z");
  assert.equal(iso(nextQuarterlyReview(at("2027-06-30T00:00:00Z"), berlin)), "2027-07-01T16:00:00.000Z");
});

test("every rule has its page", () => {
  const folder = join(import.meta.dirname, "../../../docs/runbooks");
  for (const rule of Object.keys(rules)) assert.ok(existsSync(join(folder, `${rule}.md`)), rule);
});

import assert from "node:assert/strict";
import test from "node:test";
import { pays } from "./regroup.ts";

const DAY_MS = 86_400_000;

test("both ways are held against each other by what they keep, and for how long", () => {
  const dates = (locked_days: number, until_days: number) => ({
    now_ms: 0,
    locked_until_ms: locked_days * DAY_MS,
    until_ms: until_days * DAY_MS,
  });
  assert.equal(pays(0.8, dates(4, 28)), false, "25 days of a fifth against 4 days of twice four fifths");
  assert.equal(pays(0.7, dates(4, 28)), true);
  assert.equal(pays(0.9, dates(20, 28)), false);
  assert.equal(pays(0.97, dates(0, 180)), false, "a rest so small is not worth the reading");
  assert.equal(pays(0.9, dates(0, 180)), true, "nothing stands twice for long when the old pack has no lock");
  assert.equal(pays(0, dates(0, 180)), false);
  // A backup each day that extends by a day: when little of a pack is needed, it has to end some time.
  assert.equal(pays(0.5, dates(6, 7)), false);
  assert.equal(pays(0.25, dates(6, 7)), false);
  assert.equal(pays(0.15, dates(6, 7)), true);
});

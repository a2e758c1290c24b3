import assert from "node:assert/strict";
import test from "node:test";
import pg from "pg";
import { systemRandom } from "../../base/index.ts";
import { readInstant } from "./instants.ts";

const OID_TIMESTAMPTZ = 1184;
const theirs = pg.types.getTypeParser(OID_TIMESTAMPTZ) as (text: string) => Date;

test("an instant is read as pg reads it, and what has another shape is left to pg", () => {
  const random = () => systemRandom.bytes(6).readUIntBE(0, 6);
  for (let n = 0; n < 20_000; n++) {
    const at = new Date(random() % 4_102_444_800_000).toISOString().replace("T", " ");
    const fraction = String(random() % 1_000_000).slice(0, n % 7);
    const text = `${at.slice(0, 19)}${fraction === "" ? "" : `.${fraction}`}+00`;
    assert.equal(readInstant(text)?.getTime(), theirs(text).getTime(), text);
  }
  for (const text of [
    "infinity",
    "-infinity",
    "2026-11-25 05:16:30.828+06",
    "2026-11-25 05:16:30-03:30",
    "12026-11-25 05:16:30+00",
    "0044-03-15 12:00:00+00 BC",
    "0044-03-15 12:00:00+00",
    "",
  ])
    assert.equal(readInstant(text), undefined, text);
});

/**
 * Stops every operation of the engine at every call it makes to its store: killed, refused, or without power.
 * Settings: CRASH_SEED, CRASH_SAMPLE=N (only N points), CRASH_POINT=NAME[,NAME…] (only these, e.g. to replay a
 * failure), CRASH_OPERATION=NAME[,NAME…]; or run this file with `--sample N`, `--point NAME`, `--seed N`. See
 * docs/testing.md.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { parseArgs } from "node:util";
import { systemRandom } from "../../src/base/index.ts";
import { runMatrix } from "./crash/matrix.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    sample: { type: "string" },
    point: { type: "string", multiple: true },
    minutes: { type: "string" },
  },
  allowPositionals: true,
});
const { CRASH_SEED, CRASH_SAMPLE, CRASH_POINT, CRASH_MINUTES, CRASH_OPERATION } = process.env;
const seed = Number(values.seed ?? CRASH_SEED ?? systemRandom.bytes(4).readUInt32LE());
const sample = values.sample ?? CRASH_SAMPLE;
const points = values.point ?? CRASH_POINT?.split(",");
const minutes = Number(values.minutes ?? CRASH_MINUTES ?? 25);
const POINTS_MIN = 1000;

test("whatever call an operation is stopped at, nothing acknowledged is lost", {
  timeout: (minutes + 4) * 60_000,
}, async () => {
  const report = await runMatrix({
    seed,
    lanes: 2,
    limit_ms: minutes * 60_000,
    ...(sample === undefined ? {} : { sample: Number(sample) }),
    ...(points === undefined ? {} : { points }),
    ...(CRASH_OPERATION === undefined ? {} : { operations: CRASH_OPERATION.split(",") }),
    print: (line) => process.stdout.write(`${line}\n`),
  });
  const failed = report.failures.map(({ point, failure }) => `${point}\n${failure}`);
  assert.equal(report.failures.length, 0, `seed ${seed}\n${failed.join("\n\n")}`);
  if (sample === undefined && points === undefined && CRASH_OPERATION === undefined)
    assert.ok(report.struck >= POINTS_MIN, `only ${report.struck} points`);
});

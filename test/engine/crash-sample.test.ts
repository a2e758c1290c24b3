/** A few of the points that test/long/crash-matrix.long.ts tries all; others each time. CRASH_SEED replays a run. */
import assert from "node:assert/strict";
import test from "node:test";
import { systemRandom } from "../../src/base/index.ts";
import { runMatrix } from "../long/crash/matrix.ts";

const POINTS = 40;
const LIMIT_MS = 40_000;
const POINTS_MIN = 8;
const seed = Number(process.env["CRASH_SEED"] ?? systemRandom.bytes(4).readUInt32LE());

test("operations stopped at calls to the store lose nothing", { timeout: 140_000 }, async () => {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const report = await runMatrix({ seed, lanes: 2, sample: POINTS, limit_ms: LIMIT_MS, print });
  const failed = report.failures.map(({ point, failure }) => `${point}\n${failure}`);
  assert.equal(report.failures.length, 0, `seed ${seed}\n${failed.join("\n\n")}`);
  assert.ok(report.points >= POINTS_MIN, `there was time for ${report.points} points only`);
});

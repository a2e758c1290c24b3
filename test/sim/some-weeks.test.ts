/**
 * Five weeks of an immutable policy on a clock that runs ahead, as test/long/three-years.long.ts lives three years of
 * one: GFS, locks, tiers, a second region, sweeps, a rotation of the key; a restore from a random region each week, and
 * what stands in each region held against what its backups need.
 * `SIM_SEED=N node test/sim/some-weeks.test.ts` replays one.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";

test("five weeks of a policy: backups restore, and storage stays within its bound", { timeout: 600_000 }, (t) => {
  const here = join(import.meta.dirname, "../long/three-years");
  // A test that runs by itself, and not as a part of this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ["--import", join(here, "ahead.ts"), join(here, "main.ts")];
  const ran = spawnSync(process.execPath, args, {
    env: { ...env, SHORT: "yes", WEEKS: "5", ROTATE: "monthly" },
    encoding: "utf8",
    timeout: 590_000,
  });
  assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`);
  for (const line of ran.stdout.split("\n")) if (/^seed|week 5|SUCCEEDED/.test(line)) t.diagnostic(line);
});

/**
 * Three simulated years, in a process whose clock runs ahead (see `three-years/main.ts`). WEEKS=N for fewer weeks,
 * SIM_SEED=N for the same again.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";

const LIMIT_MS = 59 * 60_000;

test("three years of a policy: backups of any week restore, and storage stays within its bound", {
  timeout: LIMIT_MS + 30_000,
}, () => {
  const here = join(import.meta.dirname, "three-years");
  // A test that runs by itself, and not as a part of this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ["--import", join(here, "ahead.ts"), join(here, "main.ts")];
  const ran = spawnSync(process.execPath, args, { env, stdio: ["ignore", "inherit", "inherit"], timeout: LIMIT_MS });
  assert.equal(ran.status, 0, "the seed is in the lines above");
});

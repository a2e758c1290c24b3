/** A store that does not answer for a while: that is no damage, and nothing may be concluded from it. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { hasCode, newId } from "../../src/base/index.ts";
import { checkRepository, verifyBackup } from "../../src/engine/check/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { type FaultConfig, faultMachine } from "../../src/engine/store/index.ts";
import { createAt, openAt } from "../long/crash/open.ts";
import { backUp, scratchFolder } from "../long/crash/states.ts";
import { noise, treeLines } from "../long/crash/tree.ts";
import { clock, random } from "./world.ts";

const ATTEMPTS = 5;
const folder = scratchFolder("holdfast-trouble-");
const [repo, source] = [join(folder, "repo"), join(folder, "source")];
const backup_id = newId("bkp", clock, random);

before(async () => {
  // Enough entries for a listing of several pages in several frames.
  for (let i = 0; i < 30; i++) {
    mkdirSync(join(source, `folder-${i}`), { recursive: true });
    for (let j = 0; j < 100; j++)
      writeFileSync(join(source, `folder-${i}/${"n".repeat(150)}-${j}`), noise(20, `${i} ${j}`));
  }
  await createAt(repo);
  await backUp(repo, source, backup_id);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** The store fails `times` gets of keys with `where`, from the n-th on. */
function silentFrom(nth: number, times: number, where: string): FaultConfig {
  const rules = [{ on: "get", where, nth, times, action: { kind: "error", errno: "ETIMEDOUT" } }] as const;
  return { rules, machine: faultMachine(`silent-${where}-${nth}-${random.bytes(8).toString("hex")}`, rules) };
}

const calls = (fault: FaultConfig) => new Int32Array(fault.machine?.calls ?? new SharedArrayBuffer(4))[0] as number;

for (const where of ["config", "keys/", "manifests/", "packs/"]) {
  test(`verify and check give no verdict when ${where} does not answer`, async () => {
    for (let nth = 1; ; nth++) {
      const fault = silentFrom(nth, 2 ** 30, where);
      for (const prove of ["verify", "check"] as const) {
        try {
          await using opened = await openAt(repo, { fault });
          const { repository } = opened;
          const { damaged } = await (prove === "verify"
            ? verifyBackup({ repository, backup_id, read_data: false, threads: 1 })
            : checkRepository({ repository, read_data: false, threads: 1 }));
          assert.deepEqual(damaged, [], `${prove}: get ${nth} of ${where} failed`);
        } catch (error) {
          if (!hasCode(error, "STORE_TIMEOUT")) throw error;
        }
      }
      if (calls(fault) < nth) break;
    }
  });
}

test("a listing that could not be read while planning deletes nothing", async () => {
  const expected = treeLines(source);
  let plans = 0;
  for (let nth = 1; ; nth++) {
    const fault = silentFrom(nth, ATTEMPTS, "packs/");
    try {
      await using opened = await openAt(repo, { fault });
      const target = { kind: "in_place" } as const;
      const options = { existing: "replace", delete_extra: true, clock, threads: 1 } as const;
      const plan = await planRestore({ repository: opened.repository, backup_id, target, ...options });
      plans++;
      assert.equal(plan.deletes_total, 0, `get ${nth} of the plan failed`);
      const { failed_total } = await runRestore(plan);
      if (failed_total === 0) assert.deepEqual(treeLines(source), expected);
    } catch (error) {
      if (!hasCode(error, "STORE_TIMEOUT")) throw error;
    }
    if (calls(fault) < nth || nth > 12) break;
  }
  assert.ok(plans > 0);
  assert.deepEqual(treeLines(source), expected);
});

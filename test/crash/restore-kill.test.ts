/** The server is killed at every step of a restore, and at every step of a verification. */
import assert from "node:assert/strict";
import test from "node:test";
import { assertSameTree } from "../e2e/installation.ts";
import { march } from "./march.ts";
import { pointsOf, Victim } from "./victim.ts";

async function protectedVictim(t: test.TestContext, name: string): Promise<{ victim: Victim; backup_id: string }> {
  const victim = new Victim(t, name);
  await victim.setUp();
  await victim.askBackup();
  const [backup_id = ""] = await victim.assertWhole();
  await victim.stop();
  return { victim, backup_id };
}

test("a restore whose server is killed at each of its steps gives the source, bit for bit", {
  timeout: 140_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-restore");
  let target = "";
  await march(t, victim, pointsOf("restore"), async () => {
    target = await victim.askRestore(backup_id);
  });
  await victim.assertWhole();
  assertSameTree(victim.source, target);
  await victim.assertTidy();
  await victim.stop();
});

test("a verification whose server is killed at each of its steps gives one verdict", {
  timeout: 140_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-verify");
  await march(t, victim, pointsOf("verify"), () => victim.askVerification(backup_id));
  await victim.assertWhole();
  assert.equal((await victim.backup(backup_id)).verified_state, "VALID");
  await victim.stop();
});

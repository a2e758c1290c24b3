/** The server is killed at every step of a verification. */
import assert from "node:assert/strict";
import test from "node:test";
import { distinctPointsOf, march } from "./march.ts";
import { protectedVictim } from "./victim.ts";

test("a verification whose server is killed at each of its steps gives one verdict", {
  timeout: 400_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-verify");
  await march(t, victim, distinctPointsOf("verify"), () => victim.askVerification(backup_id));
  await victim.assertWhole();
  assert.equal((await victim.backup(backup_id)).verified_state, "VALID");
  await victim.stop();
});

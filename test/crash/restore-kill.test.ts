/** The server is killed at every step of a restore. */
import test from "node:test";
import { assertSameTree } from "../e2e/installation.ts";
import { distinctPointsOf, march } from "./march.ts";
import { protectedVictim } from "./victim.ts";

test("a restore whose server is killed at each of its steps gives the source, bit for bit", {
  timeout: 400_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-restore");
  let target = "";
  await march(t, victim, distinctPointsOf("restore"), async () => {
    target = await victim.askRestore(backup_id);
  });
  await victim.assertWhole();
  assertSameTree(victim.source, target);
  await victim.assertTidy();
  await victim.stop();
});

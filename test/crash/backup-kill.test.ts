/** The server is killed at every step of a backup and of its copy, and of the work in between. */
import test from "node:test";
import { distinctPointsOf, march } from "./march.ts";
import { Victim } from "./victim.ts";

test("a backup whose server is killed at each of its steps is made once, and whole", {
  timeout: 400_000,
}, async (t) => {
  const victim = new Victim(t, "kill-backup");
  await victim.setUp();
  await victim.stop();
  await march(t, victim, distinctPointsOf("backup"), () => victim.askBackup());
  await victim.assertRestorable(await victim.assertWhole());
  await victim.assertTidy();
  await victim.stop();
});

/** The server is killed at every step of a copy to the other region. */
import test from "node:test";
import { distinctPointsOf, march } from "./march.ts";
import { Victim } from "./victim.ts";

test("a copy whose server is killed at each of its steps is made once, and whole", { timeout: 400_000 }, async (t) => {
  const victim = new Victim(t, "kill-copy");
  await victim.setUp();
  await victim.stop();
  await march(t, victim, distinctPointsOf("copy"), () => victim.askBackup());
  await victim.assertRestorable(await victim.assertWhole());
  await victim.assertTidy();
  await victim.stop();
});

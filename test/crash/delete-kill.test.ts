/** The server is killed at every step of a deletion, of its undoing, and of a sweep. */
import assert from "node:assert/strict";
import test from "node:test";
import { HOME } from "../e2e/installation.ts";
import { distinctPointsOf, march } from "./march.ts";
import { protectedVictim } from "./victim.ts";

/** They are over before they have any progress to tell. */
const points = (kind: "delete" | "undelete" | "sweep") =>
  distinctPointsOf(kind).filter((name) => !name.endsWith(".progress"));

test("a backup is deleted, brought back and swept around by servers that are killed at each step", {
  timeout: 400_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-delete");
  await march(t, victim, points("delete"), () => victim.askFor("delete", "backup", "delete", backup_id));
  await victim.settled();
  const deleted = await victim.backup(backup_id);
  assert.deepEqual([deleted.state, deleted.copies.map((copy) => copy.state)], ["DELETED", ["DELETED"]]);
  await victim.stop();

  const undelete = () => victim.askFor("undelete", "backup", "undelete", backup_id);
  await march(t, victim, points("undelete"), undelete);
  await victim.assertWhole();
  await victim.stop();

  await march(t, victim, points("sweep"), () => victim.askFor("sweep", "sweep", "--region", HOME));
  await victim.assertRestorable(await victim.assertWhole());
  await victim.stop();
});

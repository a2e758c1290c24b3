/**
 * The server is killed (SIGKILL) at each step of a rotation. What it leads to, sealing anew, is stopped at every write
 * and deletion in test/engine/reseal.test.ts.
 */
import assert from "node:assert/strict";
import test from "node:test";
import type { RotationView } from "../../src/protocol/index.ts";
import { march } from "../crash/march.ts";
import { pointsOf, protectedVictim } from "../crash/victim.ts";

/**
 * It may be over before it has any progress to tell; `before` of a step follows `after` of the last one at once. A job
 * that has died 20 times is given up.
 */
const points = pointsOf("rotate", "plan").filter((name) => !/\.(progress|before)$/.test(name));
/** All phases at once: what is sealed anew follows the rotation's last step at once. */
const ROTATE = ["key", "rotate", "--project", "default", "--emergency"];

test("a rotation killed at each step goes on, and no backup loses a byte", { timeout: 28 * 60_000 }, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-rotation");
  await march(t, victim, points, () => victim.askFor("rotate", ...ROTATE));
  const newest = async () => {
    const { items } = await victim.ok("key", "rotation", "status", "--project", "default");
    return (items as unknown as RotationView[])[0] as RotationView;
  };
  await victim.until("the rotation is over", async () => (await newest()).state === "DONE");
  await victim.settled();
  const { new_version, epoch, phases } = await newest();
  assert.deepEqual([new_version, epoch], [2, 2], "one version and one epoch, however often it died");
  assert.ok(phases.every(({ packs_left }) => packs_left === 0));
  await victim.assertRestorable([backup_id]);
  await victim.assertTidy();
  await victim.stop();
});

/** The server is killed (SIGKILL) at each step of a rotation, of sealing anew, and of retiring the old version. */
import assert from "node:assert/strict";
import test from "node:test";
import type { RotationView } from "../../src/protocol/index.ts";
import { march } from "../crash/march.ts";
import { pointsOf, protectedVictim, type Victim } from "../crash/victim.ts";

/**
 * They may be over before they have any progress to tell; `before` of a step follows `after` of the last one at once. A
 * job that has died 20 times is given up.
 */
const points = (kind: "rotate" | "reseal" | "retire_key", step: string) =>
  pointsOf(kind, step).filter((name) => !/\.(progress|before)$/.test(name));
/** All phases at once: what is sealed anew follows the rotation's last step at once. */
const ROTATE = ["key", "rotate", "--project", "default", "--emergency"];
const RETIRE = ["key", "retire", "--project", "default", "--key-version", "1"];

/** A rotation whose last job had nothing left to do is ended by the scheduler's next look. */
const SOON = { BAAS_SCHEDULE_TICK_SECONDS: "5" };

/** The newest one, when nothing is left of it. */
async function rotated(victim: Victim): Promise<RotationView> {
  const newest = async () => {
    const { items } = await victim.ok("key", "rotation", "status", "--project", "default");
    return (items as unknown as RotationView[])[0] as RotationView;
  };
  await victim.until("the rotation is over", async () => (await newest()).state === "DONE");
  await victim.settled();
  const done = await newest();
  assert.ok(done.phases.every(({ packs_left }) => packs_left === 0));
  return done;
}

test("a rotation killed at each step goes on, and no backup loses a byte", { timeout: 28 * 60_000 }, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-rotation");
  await march(t, victim, points("rotate", "plan"), () => victim.askFor("rotate", ...ROTATE));
  const { new_version, epoch } = await rotated(victim);
  assert.deepEqual([new_version, epoch], [2, 2], "one version and one epoch, however often it died");
  await victim.assertRestorable([backup_id]);
  await victim.assertTidy();

  for (const [at, point] of points("reseal", "run").entries()) {
    await victim.stop();
    await victim.start({ ...SOON, BAAS_FAILPOINT: point });
    await victim.askFor("rotate", ...ROTATE);
    await victim.died();
    await victim.start(SOON);
    assert.equal((await rotated(victim)).new_version, at + 3, point);
    assert.equal((await victim.ok("verify", "--backup-id", backup_id)).verdict, "VALID", point);
  }
  await victim.assertRestorable([backup_id]);
  await victim.assertTidy();

  // The old version is asked about: a manifest of its time lives, so it stays, however often the server dies over it.
  for (const point of points("retire_key", "check").slice(0, 2)) {
    await victim.stop();
    await victim.start({ BAAS_FAILPOINT: point });
    await victim.askFor("retire_key", ...RETIRE);
    await victim.died();
    await victim.start();
    const [job] = (await victim.settled()).filter(({ kind }) => kind === "retire_key");
    assert.deepEqual([job?.state, job?.error?.code], ["FAILED", "KEY_VERSION_NEEDED"], point);
  }
  await victim.assertRestorable([backup_id]);
  await victim.stop();
});

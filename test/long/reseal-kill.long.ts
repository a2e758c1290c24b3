/**
 * The server is killed (SIGKILL) inside the jobs a rotation leads to: sealing anew, at its steps and in the middle of
 * its writes and deletions, and the retirement of the old version of the key.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { systemClock as clock } from "../../src/base/index.ts";
import { runSweep } from "../../src/engine/sweep/index.ts";
import type { RotationView } from "../../src/protocol/index.ts";
import { march } from "../crash/march.ts";
import { pointsOf, protectedVictim, type Victim } from "../crash/victim.ts";
import { HOME, PEER } from "../e2e/installation.ts";

/** All phases at once: what is sealed anew follows the rotation's last step at once. */
const ROTATE = ["key", "rotate", "--project", "default", "--emergency"];
/** As few bytes as there are here are through before there is progress to tell; `before` follows the last `after`. */
const worthIt = (name: string) => !/\.(progress|before)$/.test(name);

async function newest(victim: Victim): Promise<RotationView> {
  const { items } = await victim.ok("key", "rotation", "status", "--project", "default");
  return (items as unknown as RotationView[])[0] as RotationView;
}

async function assertRotated(victim: Victim, version: number, backup_ids: readonly string[]): Promise<void> {
  await victim.until("the rotation is over", async () => (await newest(victim)).state === "DONE");
  await victim.settled();
  const { new_version, epoch, phases } = await newest(victim);
  assert.deepEqual([new_version, epoch], [version, version], "one version and one epoch, however often it died");
  assert.ok(phases.every(({ packs_left }) => packs_left === 0));
  await victim.assertRestorable(backup_ids);
}

/** Names of packs in a region, those that are being written too. */
function packs(victim: Victim, region: string): Set<string> {
  try {
    const files = readdirSync(join(victim.repository(region), "packs"), { recursive: true, withFileTypes: true });
    return new Set(files.filter((entry) => entry.isFile()).map(({ name }) => name));
  } catch {
    return new Set();
  }
}

test("sealing anew killed at each step and between its writes goes on, and no backup loses a byte", {
  timeout: 28 * 60_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-reseal");
  await march(t, victim, pointsOf("reseal").filter(worthIt), () => victim.askFor("rotate", ...ROTATE));
  await assertRotated(victim, 2, [backup_id]);

  let version = 2;
  for (const region of [HOME, PEER]) {
    const isNew = (before: ReadonlySet<string>) => [...packs(victim, region)].some((name) => !before.has(name));
    const isGone = (before: ReadonlySet<string>) => [...before].some((name) => !packs(victim, region).has(name));
    for (const [what, happened] of [
      ["a new pack in", isNew],
      ["a pack gone from", isGone],
    ] as const) {
      const before = packs(victim, region);
      await victim.askFor("rotate", ...ROTATE);
      await victim.killWhen(`${what} ${region}`, () => happened(before));
      await victim.start();
      await assertRotated(victim, ++version, [backup_id]);
      t.diagnostic(`killed with ${what} ${region}`);
    }
  }
  // New packs that nobody had named yet when the server died are a sweep's, once they are a day old.
  for (const region of [HOME, PEER])
    await victim.withRepository(region, (repository) => runSweep({ repository, fresh_ms: 0 }));
  await victim.assertTidy();
  await victim.assertRestorable([backup_id]);
  await victim.stop();
});

test("a retirement killed at each step destroys the old version once, and only it", {
  timeout: 28 * 60_000,
}, async (t) => {
  const { victim, backup_id } = await protectedVictim(t, "kill-retire");
  await victim.start();
  await victim.askFor("rotate", "key", "rotate", "--project", "default");
  await assertRotated(victim, 2, [backup_id]);
  await victim.askBackup();
  await victim.settled();
  // What the old version opened goes for good: then nothing depends on it.
  const { db, close } = await victim.database();
  await db.updateTable("backups").set({ state: "DELETED" }).where("id", "=", backup_id).execute();
  await close();
  for (const region of [HOME, PEER])
    await victim.withRepository(region, async (repository) => {
      await repository.forget(backup_id, clock.now_ms() - 1);
      await runSweep({ repository, fresh_ms: 0 });
    });
  const rest = (await victim.backups()).map(({ id }) => id).filter((id) => id !== backup_id);
  await victim.stop();

  const points = pointsOf("retire_key", "sample").filter(worthIt);
  const retire = ["key", "retire", "--project", "default", "--key-version", "1"];
  await march(t, victim, points, () => victim.askFor("retire_key", ...retire));
  await victim.settled();
  const jobs = (await victim.jobs()).filter(({ kind, result }) => kind === "retire_key" && result?.["destroy_at"]);
  assert.ok(jobs.length >= 1, "it was carried through");
  const key = (await victim.ok("key", "show", "default")) as unknown as { versions: { state: string }[] };
  assert.deepEqual(
    key.versions.map(({ state }) => state),
    ["PENDING_DESTRUCTION", "ENABLED"],
  );
  const log = await victim.ok("key", "events", "--key", "default", "--action", "key.schedule_destruction");
  assert.equal(log.items.filter((entry) => (entry as unknown as { outcome: string }).outcome === "OK").length, 1);
  await victim.assertRestorable(rest);
  await victim.assertTidy();
  await victim.stop();
});

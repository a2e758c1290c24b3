/**
 * The server is killed at every failpoint, one installation each time at rest before and after, and at random moments.
 * The suites in test/crash pass the same points one after the other in one job.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { systemClock as clock, systemRandom as random } from "../../src/base/index.ts";
import type { JobKind } from "../../src/model/index.ts";
import { assertSameTree } from "../e2e/installation.ts";
import { killAtMoments, moments } from "../crash/moments.ts";
import { pointsOf, Victim } from "../crash/victim.ts";

const LIMIT_MS = 14 * 60_000;
const RANDOM_KILLS = 25;
/** About as long as a backup and its copy take. */
const RANDOM_DELAY_MS_MAX = 1500;

/** Asks for work of this kind on the newest backup; resolves to what is to be proved of it later. */
async function ask(victim: Victim, kind: JobKind, backup_id: string): Promise<() => void> {
  if (kind === "verify") await victim.askVerification(backup_id);
  else if (kind === "restore") {
    const target = await victim.askRestore(backup_id);
    return () => assertSameTree(victim.source, target);
  } else await victim.askBackup();
  return () => undefined;
}

async function protectedVictim(t: test.TestContext, name: string): Promise<Victim> {
  const victim = new Victim(t, name);
  await victim.setUp();
  await victim.askBackup();
  await victim.assertWhole();
  return victim;
}

for (const kind of ["backup", "copy", "restore", "verify"] as const) {
  test(`a server killed at any point of a ${kind} makes it good after its restart`, {
    timeout: LIMIT_MS,
  }, async (t) => {
    const victim = await protectedVictim(t, `long-${kind}`);
    for (const point of pointsOf(kind)) {
      const [newest = ""] = await victim.assertWhole();
      await victim.kill();
      await victim.start({ BAAS_FAILPOINT: point });
      const prove = await ask(victim, kind, newest);
      await victim.died();
      await victim.start();
      const ids = await victim.assertWhole();
      prove();
      await victim.assertRestorable(ids.slice(0, 1));
    }
    await victim.askBackup();
    await victim.assertRestorable(await victim.assertWhole());
    await victim.assertTidy();
    await victim.stop();
  });
}

test("a server killed at each of these moments makes it good", { timeout: LIMIT_MS }, (t) => killAtMoments(t, moments));

test("a server killed at random moments loses nothing it has acknowledged", { timeout: LIMIT_MS }, async (t) => {
  const victim = await protectedVictim(t, "long-random");
  const delays: number[] = [];
  for (let round = 0; round < RANDOM_KILLS; round++) {
    const [newest = ""] = await victim.assertWhole();
    const prove = await ask(
      victim,
      (["backup", "restore", "backup", "verify"] as const)[round % 4] ?? "backup",
      newest,
    );
    const delay_ms = random.bytes(4).readUInt32LE() % RANDOM_DELAY_MS_MAX;
    delays.push(delay_ms);
    await clock.sleep(delay_ms);
    await victim.kill();
    await victim.start();
    await victim.assertWhole();
    prove();
  }
  t.diagnostic(`killed after ${delays.join(", ")} ms`);
  await victim.askBackup();
  const ids = await victim.assertWhole();
  assert.ok(ids.length > RANDOM_KILLS / 2);
  await victim.assertRestorable(ids);
  await victim.assertTidy();
  await victim.stop();
});

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import type { TestContext } from "node:test";
import { assertSameTree, HOME, PEER } from "../e2e/installation.ts";
import { Victim } from "./victim.ts";

/** A moment that is seen from outside: what has just come to lie in a region or in a restore's target. */
export interface Moment {
  readonly name: string;
  readonly job: "backup" | "restore";
  /** Called before the job is asked for; the result says when to strike. */
  arm(victim: Victim, target: string): () => boolean;
}

const more = (region: string, folder: string) => (victim: Victim) => {
  const before = victim.count(region, folder);
  return () => victim.count(region, folder) > before;
};

const files = (count: number) => (_: Victim, target: string) => () =>
  existsSync(target) && readdirSync(target, { recursive: true }).length >= count;

/** In the order in which they come. */
export const moments: readonly Moment[] = [
  { name: "the writer announces itself", job: "backup", arm: more(HOME, "leases") },
  { name: "the first pack lies in its region", job: "backup", arm: more(HOME, "packs") },
  { name: "the index names the packs", job: "backup", arm: more(HOME, "index") },
  { name: "the manifest lies there", job: "backup", arm: more(HOME, "manifests") },
  { name: "the first pack lies in the other region", job: "backup", arm: more(PEER, "packs") },
  { name: "the copy's index lies there", job: "backup", arm: more(PEER, "index") },
  { name: "the copy's manifest lies there", job: "backup", arm: more(PEER, "manifests") },
  { name: "the restore's target exists", job: "restore", arm: files(0) },
  { name: "some files are there", job: "restore", arm: files(60) },
  { name: "most files are there", job: "restore", arm: files(300) },
];

/** Strikes at each of the moments; after each, the next server makes all of it good. */
export async function killAtMoments(t: TestContext, chosen: readonly Moment[]): Promise<void> {
  assert.ok(chosen.length > 0);
  const victim = new Victim(t, "kill-moment");
  await victim.setUp();
  await victim.askBackup();
  let ids = await victim.assertWhole();
  for (const moment of chosen) {
    let target: string | undefined;
    let strike = moment.arm(victim, "");
    if (moment.job === "backup") await victim.askBackup();
    else {
      target = await victim.askRestore(ids[0] ?? "");
      strike = moment.arm(victim, target);
    }
    await victim.killWhen(moment.name, strike);
    await victim.start();
    ids = await victim.assertWhole();
    if (target !== undefined) assertSameTree(victim.source, target);
  }
  // A copier that died behind its manifest left its lease to the next one.
  await victim.askBackup();
  await victim.assertRestorable(await victim.assertWhole());
  await victim.assertTidy();
  await victim.stop();
}

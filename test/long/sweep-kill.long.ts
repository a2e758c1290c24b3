/**
 * A sweep with four backups beside it, killed at each call it makes to its store, before and after: nothing live is
 * lost, and the next sweep ends what it began. `SWEEP_KILLS=N` strikes at N of these points, spread evenly.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { runSweep } from "../../src/engine/sweep/index.ts";
import type { SweepChildTask } from "../engine/sweep-child.ts";
import { assertSameTree, clock, SMALL_SIZES, World } from "../engine/world.ts";
import { openAt } from "./crash/open.ts";
import { type Call, CALLS, countedCalls, countingFault } from "./crash/points.ts";
import { noise } from "./crash/tree.ts";

const CHILD = join(import.meta.dirname, "../engine/sweep-child.ts");
const KILLS = Number(process.env["SWEEP_KILLS"] ?? 150);
const BESIDE = 4;
const SWEEP = { fresh_ms: 0, unused_share_max: 0 } as const;

interface Ended {
  readonly code: number | null;
  readonly report: { readonly failed?: string; readonly backup_id?: string };
}

function run(task: SweepChildTask): Promise<Ended> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout?.on("data", (data) => (output += data));
  return new Promise((resolve) =>
    child.once("close", (code) => resolve({ code, report: output === "" ? {} : JSON.parse(output) })),
  );
}

/** One backup that is deleted, half of which a living one needs: dead and half-dead packs. */
async function scene(): Promise<{ world: World; kept: { tree: string; backup_id: string }; trees: string[] }> {
  const world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 24; i++) writeFileSync(join(world.source, `f${i}`), noise(60_000, `f${i}`));
  const dead = (await world.backup({ threads: 1 })).backup_id;
  for (let i = 0; i < 24; i += 2) rmSync(join(world.source, `f${i}`));
  const { backup_id } = await world.backup({ threads: 1 });
  await using opened = await openAt(world.repo);
  await opened.repository.forget(dead, clock.now_ms() - 1);
  const trees = Array.from({ length: BESIDE }, (_, number) => {
    const tree = join(world.folder, `tree-${number}`);
    mkdirSync(tree);
    // Most of it was in the deleted backup: those that run beside the sweep rely on what it takes away.
    for (let i = number; i < 24; i += 3) writeFileSync(join(tree, `f${i}`), noise(60_000, `f${i}`));
    writeFileSync(join(tree, "own"), noise(90_000, `own ${number}`));
    return tree;
  });
  return { world, kept: { tree: world.source, backup_id }, trees };
}

/** Every call of a sweep that nothing disturbs. */
async function callsOfSweep(): Promise<Record<Call, number>> {
  using world = (await scene()).world;
  const fault = countingFault();
  await using opened = await openAt(world.repo, { fault });
  await runSweep({ repository: opened.repository, ...SWEEP });
  return countedCalls(fault);
}

test("a sweep with four backups beside it, killed at every step: nothing live is lost", {
  timeout: 55 * 60_000,
}, async (t) => {
  const calls = await callsOfSweep();
  const all = CALLS.flatMap((on) =>
    Array.from({ length: calls[on] }, (_, i) => i + 1).flatMap((nth) => [
      { on, nth, when: "before" as const },
      { on, nth, when: "after" as const },
    ]),
  );
  const step = Math.max(1, all.length / KILLS);
  const points = Array.from({ length: Math.min(KILLS, all.length) }, (_, i) => all[Math.floor(i * step)]);
  let killed = 0;
  for (const point of points) {
    if (point === undefined) continue;
    const { world, kept, trees } = await scene();
    using _ = world;
    const name = `${point.on} ${point.nth} ${point.when}`;
    const rules = [{ ...point, action: { kind: "kill" } as const }];
    const backups = trees.map((path) => run({ operation: "backup", repo: world.repo, path }));
    const swept = await run({ operation: "sweep", repo: world.repo, rules });
    if (swept.code === null) killed++;
    // One more beside the same backups, which may end what the first began, or wait for them.
    const second = await run({ operation: "sweep", repo: world.repo });
    assert.ok([0, 1].includes(second.code ?? -1), name);
    if (second.code === 1) assert.equal(second.report.failed, "SWEEP_SUPERSEDED", name);
    const made = [kept];
    for (const [i, ended] of (await Promise.all(backups)).entries()) {
      assert.equal(ended.code, 0, `${name}: ${ended.report.failed}`);
      made.push({ tree: trees[i] ?? "", backup_id: ended.report.backup_id ?? "" });
    }
    const prove = async () => {
      for (const { tree, backup_id } of made) {
        const back = (await world.restore(backup_id)).target;
        assertSameTree(tree, back);
        rmSync(back, { recursive: true });
      }
    };
    await prove();
    {
      await using opened = await openAt(world.repo);
      assert.equal((await runSweep({ repository: opened.repository, ...SWEEP })).status, "done", name);
    }
    await prove();
    const { damaged, orphan_packs, stale_leases, backups: count } = await world.check();
    assert.deepEqual([damaged, orphan_packs, stale_leases, count], [[], [], [], made.length], name);
    process.stdout.write(`${name}: ${swept.code === null ? "killed" : "not come to"}, all well\n`);
  }
  t.diagnostic(`${points.length} of ${all.length} points; killed at ${killed}, the others were not come to`);
  assert.ok(killed >= points.length / 2, `only ${killed} of ${points.length}`);
});

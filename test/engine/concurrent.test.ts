/** Many writers and readers of one repository at once, each in a process of its own; none waits for another. */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import type { BackupReport } from "../../src/engine/backup/index.ts";
import { start } from "./crash-suite.ts";
import { assertSameTree, clock, random, sh, SMALL_SIZES, World } from "./world.ts";

const bytes = (count: number) => randomFillSync(Buffer.alloc(count));

test("three processes back up into one repository, with a copy and a check beside them", async () => {
  using world = await World.create(SMALL_SIZES);
  const common = bytes(2_000_000);
  const trees = [0, 1, 2].map((number) => {
    const tree = join(world.source, `tree-${number}`);
    mkdirSync(tree);
    writeFileSync(join(tree, "common"), common);
    for (let i = 0; i < 5; i++) writeFileSync(join(tree, `own-${i}`), bytes(500_000));
    return tree;
  });
  const { backup_id } = await world.backup({ source: { kind: "files", paths: [trees[0] as string] } });
  const backups = trees.map((tree) => start({ operation: "backup", repo: world.repo, paths: [tree] }));
  const replica = world.path("replica");
  const others = [
    start({ operation: "copy", repo: world.repo, backup_id, replica }),
    start({ operation: "check", repo: world.repo }),
  ];
  const ended = await Promise.all([...backups, ...others].map(({ done }) => done));
  for (const { code, output } of ended) assert.equal(code, 0, output);
  assert.deepEqual((JSON.parse((ended[4] as { output: string }).output) as { damaged: unknown[] }).damaged, []);
  for (const [i, tree] of trees.entries()) {
    const report = JSON.parse((ended[i] as { output: string }).output) as BackupReport;
    assertSameTree(tree, (await world.restore(report.backup_id)).target);
  }
  assertSameTree(trees[0] as string, (await world.restore(backup_id, { repo: replica })).target);
  const check = await world.check();
  assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases, check.backups], [[], [], [], 4]);
});

test("two backups under one id: one of them exists, whole", async () => {
  using world = await World.create(SMALL_SIZES);
  writeFileSync(join(world.source, "file"), bytes(500_000));
  const backup_id = newId("bkp", clock, random);
  const task = { operation: "backup", repo: world.repo, paths: [world.source], backup_id } as const;
  const ended = await Promise.all([start(task), start(task)].map(({ done }) => done));
  assert.ok(
    ended.some(({ code }) => code === 0),
    ended.map(({ output }) => output).join("\n"),
  );
  assertSameTree(world.source, (await world.restore(backup_id)).target);
  // Asked for again, it is not made again.
  const kept = join(world.folder, "kept");
  sh(`cp -a ${world.source} ${kept}`);
  writeFileSync(join(world.source, "file"), "changed since");
  await world.backup({ backup_id });
  assertSameTree(kept, (await world.restore(backup_id)).target);
  assert.deepEqual((await world.check()).damaged, []);
});

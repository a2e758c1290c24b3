/** No space left, and no patience: clear errors, nothing lost, and the next run goes on. */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HoldfastError } from "../../src/base/index.ts";
import { planCopy, runCopy } from "../../src/engine/copy/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { openStore } from "../../src/engine/store/index.ts";
import { assertSameTree, clock, needsRoot, openAt, random, sh, SMALL_SIZES, World } from "./world.ts";

const bytes = (count: number) => randomFillSync(Buffer.alloc(count));

function fill(world: World, files: number, size: number): void {
  for (let i = 0; i < files; i++) writeFileSync(join(world.source, `file-${i}`), bytes(size));
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return "done";
  } catch (error) {
    assert.ok(error instanceof HoldfastError, String(error));
    return error.code;
  }
}

test("the restore's target is full: told, and gone on with once there is room", { skip: needsRoot }, async () => {
  using world = await World.create(SMALL_SIZES);
  fill(world, 20, 500_000);
  const { backup_id } = await world.backup();
  const disk = world.path("disk");
  mkdirSync(disk);
  sh(`mount -t tmpfs -o size=4m tmpfs ${disk}`);
  try {
    const to = join(disk, "target");
    assert.equal(await codeOf(world.restore(backup_id, { to })), "FILE_SYSTEM_FULL");
    sh(`mount -o remount,size=64m ${disk}`);
    const report = await world.restore(backup_id, { to });
    assert.deepEqual([report.failed, report.resumed], [[], true]);
    assertSameTree(world.source, to);
    assert.ok(!readdirSync(to).some((name) => name.startsWith(".holdfast")));
  } finally {
    sh(`umount ${disk}`);
  }
});

test("the store is full: no backup is acknowledged, earlier ones stay whole, the next one succeeds", {
  skip: needsRoot,
}, async () => {
  using world = await World.create(SMALL_SIZES);
  fill(world, 4, 500_000);
  const disk = world.path("disk");
  mkdirSync(disk);
  sh(`mount -t tmpfs -o size=8m tmpfs ${disk} && cp -a ${world.repo} ${disk}/repo`);
  try {
    const repo = join(disk, "repo");
    const first = await world.backup({}, repo);
    const target = (await world.restore(first.backup_id, { repo })).target;
    fill(world, 30, 500_000);
    const code = await codeOf(world.backup({}, repo));
    assert.match(code, /^STORE_/);
    sh(`mount -o remount,size=128m ${disk}`);
    const next = await world.backup({}, repo);
    assertSameTree(world.source, (await world.restore(next.backup_id, { repo })).target);
    assertSameTree(target, (await world.restore(first.backup_id, { repo })).target);
    const check = await world.check(repo);
    assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases], [[], [], []]);
  } finally {
    sh(`umount ${disk}`);
  }
});

test("called off at any moment: a usable state, no temporary files", async () => {
  using world = await World.create(SMALL_SIZES);
  fill(world, 12, 1_000_000);
  const temporary = (folder: string) =>
    sh(`find . -type f -regextype posix-extended -regex '.*/[0-9]+-[0-9a-f]{24}'`, folder).trim();
  for (const [round, delay_ms] of [0, 150, 500].entries()) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), delay_ms);
    fill(world, 3 + round, 1_000_000);
    assert.match(await codeOf(world.backup({ signal: controller.signal })), /^(done|BACKUP_CANCELED)$/);
    assert.equal(temporary(world.repo), "");
  }
  const { backup_id } = await world.backup();
  await using opened = await openAt(world.repo);
  for (const delay_ms of [0, 200]) {
    const path = world.path("target");
    const plan = await planRestore({
      repository: opened.repository,
      backup_id,
      target: { kind: "folder", path },
      clock,
      threads: 2,
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), delay_ms);
    const code = await codeOf(runRestore(plan, { signal: controller.signal }));
    assert.match(code, /^(done|RESTORE_CANCELED)$/);
    if (code !== "done") assert.deepEqual((await world.restore(backup_id, { to: path })).failed, []);
    assertSameTree(world.source, path);
  }
  for (const delay_ms of [0, 60]) {
    const replica = world.path("replica");
    const target_store = await openStore({ kind: "fs", path: replica }, { clock, random });
    const request = { source: opened.repository, backup_id, target_store, clock, random };
    const controller = new AbortController();
    setTimeout(() => controller.abort(), delay_ms);
    assert.match(
      await codeOf(runCopy(await planCopy(request), { signal: controller.signal })),
      /^(done|COPY_CANCELED)$/,
    );
    await runCopy(await planCopy(request));
    await target_store.close();
    assert.equal(temporary(replica), "");
    const check = await world.check(replica);
    assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases], [[], [], []]);
  }
  const last = await world.check();
  assert.deepEqual([last.damaged, last.orphan_packs, last.stale_leases], [[], [], []]);
});

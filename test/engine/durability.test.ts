/** What a backup leaves in the store when it fails, and what it does about objects that others lost. */
import assert from "node:assert/strict";
import { randomFillSync } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { assertSameTree, objectsOf, SMALL_SIZES, World } from "./world.ts";

const bytes = (count: number) => randomFillSync(Buffer.alloc(count));
const below = (repo: string, prefix: string) => objectsOf(repo).filter((key) => key.startsWith(prefix));

test("a backup whose source is missing leaves no lease behind", async () => {
  using world = await World.create();
  const missing = join(world.source, "missing");
  await assert.rejects(world.backup({ source: { kind: "files", paths: [missing] } }), { code: "SOURCE_UNREACHABLE" });
  assert.deepEqual(below(world.repo, "leases/"), []);
});

test("what a canceled backup stored is not stored again", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 120; i++) writeFileSync(join(world.source, `file-${i}`), bytes(1_000_000));
  const controller = new AbortController();
  const canceling = world.backup({
    signal: controller.signal,
    onProgress: ({ bytes_done }) => {
      if (bytes_done > 12_000_000) controller.abort();
    },
  });
  await assert.rejects(canceling, { code: "BACKUP_CANCELED" });
  const stored = below(world.repo, "packs/").length;
  assert.ok(stored > 3, `only ${stored} packs were stored before it was canceled`);
  const check = await world.check();
  assert.deepEqual(check.damaged, []);
  assert.equal(check.orphan_packs.length, stored);
  assert.equal(check.stale_leases.length, 1);
  const { backup_id, stats } = await world.backup();
  assert.ok(stats.new_bytes < 120_000_000 - (stored - 2) * 950_000, `${stats.new_bytes} bytes were stored again`);
  assertSameTree(world.source, (await world.restore(backup_id)).target);
  const after = await world.check();
  assert.deepEqual([after.damaged, after.orphan_packs, after.stale_leases], [[], [], []]);
});

test("all index segments lost: backups restore from the packs, check tells, the next backup heals", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 5; i++) writeFileSync(join(world.source, `file-${i}`), bytes(700_000));
  const first = await world.backup();
  rmSync(join(world.repo, "index"), { recursive: true });
  mkdirSync(join(world.repo, "index"));
  assertSameTree(world.source, (await world.restore(first.backup_id)).target);
  const verified = await world.verify(first.backup_id);
  assert.deepEqual(
    verified.damaged.map(({ object, code }) => [object, code]),
    [["index/", "INDEX_DAMAGED"]],
  );
  const check = await world.check();
  assert.deepEqual(
    check.damaged.map(({ object, code }) => [object, code]),
    [["index/", "INDEX_DAMAGED"]],
  );
  assert.deepEqual(check.orphan_packs, []);
  const second = await world.backup();
  assert.ok(second.stats.new_bytes < 10_000);
  assert.deepEqual((await world.check()).damaged, []);
});

test("a chunk that stands in two packs is read from the backup's own", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 5; i++) writeFileSync(join(world.source, `file-${i}`), bytes(700_000));
  // Two writers that did not see each other: the second finds a repository without the first one's objects.
  const hidden = join(world.folder, "hidden");
  mkdirSync(hidden);
  const first = await world.backup();
  for (const name of ["packs", "index", "manifests"]) {
    renameSync(join(world.repo, name), join(hidden, name));
    mkdirSync(join(world.repo, name));
  }
  const second = await world.backup();
  const of_second = below(world.repo, "packs/");
  for (const key of objectsOf(hidden)) {
    mkdirSync(join(world.repo, key, ".."), { recursive: true });
    renameSync(join(hidden, key), join(world.repo, key));
  }
  for (const { backup_id } of [first, second]) assert.equal((await world.verify(backup_id)).verdict, "valid");
  for (const key of of_second) rmSync(join(world.repo, key));
  assert.equal((await world.verify(first.backup_id)).verdict, "valid");
  assertSameTree(world.source, (await world.restore(first.backup_id)).target);
  const verified = await world.verify(second.backup_id);
  assert.equal(verified.verdict, "invalid");
  assert.deepEqual(verified.damaged.map(({ object }) => object).sort(), of_second);
  // Its chunks are elsewhere still: what a verification rightly calls damaged can be restored all the same.
  assertSameTree(world.source, (await world.restore(second.backup_id)).target);
});

test("a pack that is gone is made up for by the next backup", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 5; i++) writeFileSync(join(world.source, `file-${i}`), bytes(700_000));
  const first = await world.backup();
  for (const key of below(world.repo, "packs/").slice(0, 2)) rmSync(join(world.repo, key));
  const second = await world.backup();
  assert.equal((await world.verify(second.backup_id)).verdict, "valid");
  for (const { backup_id } of [first, second]) {
    assertSameTree(world.source, (await world.restore(backup_id)).target);
  }
});

/** Sweeps of a repository: what goes, what stays, and that every live backup restores bit for bit afterwards. */
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createHash } from "node:crypto";
import { runBackup } from "../../src/engine/backup/index.ts";
import { planCopy, runCopy } from "../../src/engine/copy/index.ts";
import { planSweep, runSweep, type SweepOptions } from "../../src/engine/sweep/index.ts";
import { openStore } from "../../src/engine/store/index.ts";
import { newId } from "../../src/base/index.ts";
import { assertSameTree, clock, objectsOf, openAt, random, sh, SMALL_SIZES, World } from "./world.ts";

const NOW = { fresh_ms: 0 } as const;

function noise(bytes: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i * 32 < bytes; i++) parts.push(createHash("sha256").update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, bytes);
}

async function sweep(repo: string, options: Partial<SweepOptions> = {}) {
  await using opened = await openAt(repo);
  return await runSweep({ repository: opened.repository, ...NOW, ...options });
}

async function plan(repo: string, options: Partial<SweepOptions> = {}) {
  await using opened = await openAt(repo);
  return await planSweep({ repository: opened.repository, ...NOW, ...options });
}

/** Deletes a backup whose time to be brought back is over at once. */
async function forget(repo: string, backup_id: string, recoverable_until_ms = clock.now_ms() - 1): Promise<void> {
  await using opened = await openAt(repo);
  await opened.repository.forget(backup_id, recoverable_until_ms);
}

function packBytes(repo: string): number {
  return objectsOf(repo)
    .filter((key) => key.startsWith("packs/"))
    .reduce((sum, key) => sum + statSync(join(repo, key)).size, 0);
}

async function assertWhole(world: World, repo = world.repo): Promise<void> {
  const { damaged, orphan_packs, stale_leases } = await world.check(repo);
  assert.deepEqual({ damaged, orphan_packs, stale_leases }, { damaged: [], orphan_packs: [], stale_leases: [] });
}

/** Keeps what the source is like now. */
function keep(world: World): string {
  const kept = world.path("kept");
  sh(`cp -a '${world.source}' '${kept}'`);
  return kept;
}

test("a sweep of what is all needed plans nothing and touches nothing", async () => {
  using world = await World.create(SMALL_SIZES);
  writeFileSync(join(world.source, "a"), noise(600_000, "a"));
  await world.backup();
  const before = objectsOf(world.repo);
  const found = await plan(world.repo);
  assert.deepEqual([found.packs_deleted, found.packs_rewritten, found.bytes_freed], [0, 0, 0]);
  assert.equal((await sweep(world.repo)).status, "done");
  assert.deepEqual(objectsOf(world.repo), before);
});

test("a deleted backup stays, comes back, and goes for good when its time is over", async () => {
  using world = await World.create(SMALL_SIZES);
  writeFileSync(join(world.source, "kept"), noise(2_000_000, "kept"));
  const first = await world.backup();
  writeFileSync(join(world.source, "gone"), noise(3_000_000, "gone"));
  const second = await world.backup();
  const tree = keep(world);
  await forget(world.repo, second.backup_id, clock.now_ms() + 60_000);
  assert.equal((await plan(world.repo)).backups_recoverable, 1);
  assert.equal((await sweep(world.repo)).bytes_deleted, 0);
  {
    await using opened = await openAt(world.repo);
    await opened.repository.undelete(second.backup_id);
    await assert.rejects(opened.repository.undelete(second.backup_id), { code: "BACKUP_NOT_FORGOTTEN" });
  }
  assertSameTree(tree, (await world.restore(second.backup_id)).target);

  await forget(world.repo, second.backup_id);
  const held = await sweep(world.repo, { held: new Set([second.backup_id]) });
  assert.equal(held.bytes_deleted, 0, "a legal hold keeps a deleted backup");
  const dry = await plan(world.repo);
  assert.deepEqual(dry.backups_removed, [second.backup_id]);
  const before = packBytes(world.repo);
  const report = await sweep(world.repo);
  assert.equal(report.status, "done");
  assert.ok(report.bytes_deleted > 2_900_000, `${report.bytes_deleted}`);
  assert.ok(Math.abs(before - packBytes(world.repo) - dry.bytes_freed) < 0.05 * before, "the plan told what is freed");
  await assertWhole(world);
  rmSync(join(world.source, "gone"));
  const restored = await world.restore(first.backup_id);
  assert.equal(restored.failed.length, 0);
  await using opened = await openAt(world.repo);
  assert.deepEqual(await opened.repository.listBackupIds(), [first.backup_id]);
  await assert.rejects(opened.repository.undelete(second.backup_id), { code: "BACKUP_NOT_FORGOTTEN" });
});

test("packs with much dead in them are stored anew, and manifests lead to where their chunks are now", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 40; i++) writeFileSync(join(world.source, `f${i}`), noise(100_000, `f${i}`));
  const first = await world.backup({ threads: 1 });
  for (let i = 0; i < 40; i += 2) rmSync(join(world.source, `f${i}`));
  const second = await world.backup({ threads: 1 });
  const tree = keep(world);
  await forget(world.repo, first.backup_id);
  const before = packBytes(world.repo);
  const report = await sweep(world.repo);
  assert.ok(report.packs_rewritten >= 3, `${report.packs_rewritten} packs rewritten`);
  assert.ok(packBytes(world.repo) < 0.6 * before, `${packBytes(world.repo)} of ${before} bytes left`);
  await assertWhole(world);
  assertSameTree(tree, (await world.restore(second.backup_id)).target);
  {
    await using opened = await openAt(world.repo);
    const manifest = await opened.repository.readManifest(second.backup_id);
    assert.notDeepEqual(manifest.packs, manifest.packs_at_birth);
    for (const id of manifest.packs) assert.ok(objectsOf(world.repo).includes(`packs/${id.slice(0, 2)}/${id}`));
  }
  // Moved again: the ways join.
  const third = await world.backup({ threads: 1 });
  for (let i = 1; i < 40; i += 4) rmSync(join(world.source, `f${i}`));
  const fourth = await world.backup({ threads: 1 });
  await forget(world.repo, second.backup_id);
  await forget(world.repo, third.backup_id);
  await sweep(world.repo, { unused_share_max: 0 });
  await assertWhole(world);
  assertSameTree(world.source, (await world.restore(fourth.backup_id)).target);
  await forget(world.repo, fourth.backup_id);
  const last = await sweep(world.repo);
  assert.deepEqual(last.backups_removed, [fourth.backup_id]);
  assert.deepEqual(
    objectsOf(world.repo).filter((key) => /^(packs|index|manifests|forgotten|commits|leases)\//.test(key)),
    [],
    "nothing is left when no backup is",
  );
});

test("a copy of a backup whose packs moved, and a pack that comes back to a region that deleted it", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 30; i++) writeFileSync(join(world.source, `f${i}`), noise(100_000, `f${i}`));
  const first = await world.backup({ threads: 1 });
  const replica = world.path("replica");
  const copy = async (backup_id: string) => {
    await using opened = await openAt(world.repo);
    const target_store = await openStore({ kind: "fs", path: replica }, { clock, random });
    try {
      return await runCopy(await planCopy({ source: opened.repository, backup_id, target_store, clock, random }));
    } finally {
      await target_store.close();
    }
  };
  await copy(first.backup_id);
  for (let i = 0; i < 20; i++) rmSync(join(world.source, `f${i}`));
  const second = await world.backup({ threads: 1 });
  await forget(replica, first.backup_id);
  assert.ok((await sweep(replica)).packs_deleted > 0);
  // Deleted there for good, it may be sent there anew.
  await copy(first.backup_id);
  await assertWhole(world, replica);
  await forget(replica, first.backup_id);
  await sweep(replica);
  // The source still uses the packs that the replica has deleted.
  await copy(second.backup_id);
  await assertWhole(world, replica);
  assertSameTree(world.source, (await world.restore(second.backup_id, { repo: replica })).target);
  await forget(world.repo, first.backup_id);
  await sweep(world.repo, { unused_share_max: 0 });
  writeFileSync(join(world.source, "more"), noise(300_000, "more"));
  const third = await world.backup({ threads: 1 });
  await copy(third.backup_id);
  await sweep(replica, { unused_share_max: 0 });
  for (const [id, repo] of [
    [third.backup_id, replica],
    [third.backup_id, world.repo],
  ] as const)
    assertSameTree(world.source, (await world.restore(id, { repo })).target);
  await assertWhole(world, replica);
});

test("damage: what cannot be walked keeps all it names; an unreadable manifest stops the sweep", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 30; i++) writeFileSync(join(world.source, `f${i}`), noise(100_000, `f${i}`));
  const first = await world.backup({ threads: 1 });
  const packs_first = objectsOf(world.repo).filter((key) => key.startsWith("packs/"));
  for (let i = 0; i < 30; i++) appendFileSync(join(world.source, `f${i}`), noise(50_000, `g${i}`));
  const second = await world.backup({ threads: 1 });
  await forget(world.repo, first.backup_id);
  await using opened = await openAt(world.repo);
  const needed = new Set((await opened.repository.readManifest(second.backup_id)).packs);
  const only_second = [...needed].find((id) => !packs_first.some((key) => key.endsWith(id))) as string;
  const lost = join(world.repo, `packs/${only_second.slice(0, 2)}/${only_second}`);
  rmSync(lost);
  const report = await sweep(world.repo, { unused_share_max: 0 });
  assert.ok(report.plan.damage.length > 0);
  assert.equal(report.packs_rewritten, 0);
  const left = objectsOf(world.repo);
  for (const id of needed) if (id !== only_second) assert.ok(left.includes(`packs/${id.slice(0, 2)}/${id}`));

  const manifest = join(world.repo, "manifests", second.backup_id);
  const bytes = Buffer.from(await opened.store.get(`manifests/${second.backup_id}`));
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  writeFileSync(manifest, bytes);
  await assert.rejects(sweep(world.repo), { code: "SWEEP_MANIFEST_UNREADABLE" });
  assert.deepEqual(objectsOf(world.repo), left);
});

test("locked objects stay and are told; an immutable backup is not deleted", async () => {
  using world = await World.create(SMALL_SIZES);
  writeFileSync(join(world.source, "a"), noise(500_000, "a"));
  const first = await world.backup({ threads: 1 });
  await using opened = await openAt(world.repo);
  const { repository, store } = opened;
  const lock = { mode: "COMPLIANCE", retain_until_ms: clock.now_ms() + 3_600_000 } as const;
  await store.lock(`manifests/${first.backup_id}`, lock);
  await assert.rejects(repository.forget(first.backup_id, 0), {
    code: "BACKUP_IMMUTABLE",
    message: /immutable \(COMPLIANCE\)/,
  });
  writeFileSync(join(world.source, "a"), noise(500_000, "b"));
  const second = await world.backup({ threads: 1 });
  const locked = (await repository.readManifest(second.backup_id)).packs;
  for (const id of locked) await store.lock(`packs/${id.slice(0, 2)}/${id}`, lock);
  await forget(world.repo, second.backup_id);
  const report = await sweep(world.repo);
  assert.deepEqual(report.backups_removed, [second.backup_id]);
  assert.equal(report.bytes_deleted, 0);
  assert.deepEqual(report.locked.map(({ object }) => object.slice(-64)).sort(), [...locked].sort());
  assert.equal((await world.verify(first.backup_id)).verdict, "valid");
});

test("a chunk of a file that is the very bytes of a tree page does not hide what the page needs", async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 5; i++) writeFileSync(join(world.source, `f${i}`), noise(50_000, `f${i}`));
  const first = await world.backup({ threads: 1 });
  const page = world.path("page");
  {
    await using opened = await openAt(world.repo);
    const { tree } = await opened.repository.readManifest(first.backup_id);
    const loaded = await opened.repository.loadIndex({ new_chunks: 0, new_frames: 0, new_packs: 0 });
    const { ChunkReader } = await import("../../src/engine/repository/index.ts");
    const { epoch_keys, hasher, store } = opened.repository;
    const bytes = await new ChunkReader(store, epoch_keys, loaded.index, hasher).read(tree as Buffer);
    mkdirSync(page);
    // Sorts before everything else that is marked, in a backup made before the one whose page it is is walked.
    writeFileSync(join(page, "a"), bytes);
    await runBackup({
      repository: opened.repository,
      backup_id: `bkp_${"0".repeat(26)}`,
      source: { kind: "files", paths: [page] },
      labels: {},
      clock,
      threads: 1,
    });
  }
  rmSync(join(world.source, "f0"));
  const third = await world.backup({ threads: 1, backup_id: newId("bkp", clock, random) });
  await forget(world.repo, third.backup_id);
  await sweep(world.repo, { unused_share_max: 0 });
  assert.equal((await world.verify(first.backup_id)).verdict, "valid");
});

/** A backup that is locked for long does not lock for long what it does not need. */
import assert from "node:assert/strict";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { type BackupReport, type LockAhead, runBackup } from "../../src/engine/backup/index.ts";
import { packKey } from "../../src/engine/pack/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { runSweep } from "../../src/engine/sweep/index.ts";
import { clockAhead, openAt } from "../long/crash/open.ts";
import { noise } from "../long/crash/tree.ts";
import { assertSameTree, clock, random, SMALL_SIZES, World } from "./world.ts";

const DAY_MS = 86_400_000;

/** Backs up, and locks every pack the backup names until then, as a server does. @returns the packs */
async function lockedBackup(
  world: World,
  days: number,
  { ahead_ms = 0, covered = new Set<string>() }: { ahead_ms?: number; covered?: LockAhead["covered"] } = {},
): Promise<BackupReport & { packs: readonly string[] }> {
  const until_ms = clock.now_ms() + days * DAY_MS;
  await using opened = await openAt(world.repo, { clock: clockAhead(ahead_ms) });
  const { repository } = opened;
  const report = await runBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    source: { kind: "files", paths: [world.source] },
    labels: {},
    clock: repository.clock,
    threads: 1,
    expires_at_ms: until_ms,
    lock: { until_ms, covered },
  });
  const { packs } = await repository.readManifest(report.backup_id);
  for (const pack of packs) {
    const lock = (await repository.store.stat(packKey(pack)))?.lock;
    if ((lock?.retain_until_ms ?? 0) < until_ms)
      await repository.store.lock(packKey(pack), { mode: "COMPLIANCE", retain_until_ms: until_ms });
  }
  return { ...report, packs };
}

function writeFiles(world: World, from: number, to: number, of: string): void {
  for (let i = from; i < to; i++) writeFileSync(join(world.source, `f${i}`), noise(60_000, `${of} ${i}`));
}

test("what a long lock needs of a pack with a short one is stored in packs of its own, and the old pack goes", {
  timeout: 60_000,
}, async () => {
  using world = await World.create(SMALL_SIZES);
  writeFiles(world, 0, 12, "first");
  const short = await lockedBackup(world, 7);
  writeFiles(world, 0, 8, "second");
  const long = await lockedBackup(world, 180);
  const shared = long.packs.filter((pack) => short.packs.includes(pack));
  const kept = shared
    .map((pack) => statSync(join(world.repo, packKey(pack))).size)
    .reduce((sum, size) => sum + size, 0);
  assert.ok(kept < 4 * 60_000 * 1.1, `of the short one's packs, those that hold nothing else: ${kept} bytes`);
  assert.ok(shared.length < short.packs.length, "the others are needed no more");
  assert.ok(long.stats.new_bytes < 9 * 60_000 * 1.1, "what was stored before counts as nothing new");

  const again = await lockedBackup(world, 180, { covered: new Set(long.packs) });
  assert.ok(
    again.packs.every((pack) => long.packs.includes(pack) || !short.packs.includes(pack)),
    "the next one relies on what is locked for long",
  );

  const ahead_ms = 10 * DAY_MS;
  await using later = await openAt(world.repo, { clock: clockAhead(ahead_ms) });
  await later.repository.forget(short.backup_id, later.repository.clock.now_ms() - 1);
  const swept = await runSweep({ repository: later.repository, fresh_ms: 0, unused_share_max: 0 });
  assert.equal(swept.status, "done");
  assert.deepEqual(swept.backups_removed, [short.backup_id]);
  for (const pack of short.packs.filter((id) => !shared.includes(id)))
    assert.equal(await later.store.stat(packKey(pack)), undefined, "the old pack went");
  const target = world.path("target");
  const request = { repository: later.repository, backup_id: long.backup_id, clock, threads: 1 } as const;
  await runRestore(await planRestore({ ...request, target: { kind: "folder", path: target } }));
  assertSameTree(world.source, target);
  let bytes = 0;
  for await (const { size_bytes } of later.store.list("packs/")) bytes += size_bytes;
  assert.ok(bytes < 12 * 60_000 * 1.1, `${bytes} bytes for contents of 720000`);
});

test("a pack that is locked nearly as long, or needed nearly whole, is locked as it is", {
  timeout: 60_000,
}, async () => {
  using world = await World.create(SMALL_SIZES);
  writeFiles(world, 0, 12, "first");
  const first = await lockedBackup(world, 7);
  rmSync(join(world.source, "f0"));
  const next = await lockedBackup(world, 8);
  assert.ok(first.packs.some((pack) => next.packs.includes(pack)));
});

/** Tiers through the engine's doors: what moves, what stays, what a cold backup needs before it restores. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checkRepository } from "../../src/engine/check/index.ts";
import { planSweep, runSweep } from "../../src/engine/sweep/index.ts";
import {
  type BackupTier,
  coldPacks,
  planTiers,
  runTiers,
  thawPacks,
  type TierRules,
} from "../../src/engine/tier/index.ts";
import { openAt, random, SMALL_SIZES, World } from "./world.ts";

const RULES: TierRules = {
  price_gib_month: { hot: 0.023, warm: 0.0125, cold: 0.004 },
  min_days: { hot: 0, warm: 0, cold: 0 },
};
const tier = (name: BackupTier["tier"]): BackupTier => ({ tier: name, expires_at_ms: null });

test("a pack stands in the hottest tier that any backup needs, trees stay hot, and cold is thawed first", async () => {
  using world = await World.create(SMALL_SIZES);
  mkdirSync(world.source, { recursive: true });
  const write = (name: string) => writeFileSync(join(world.source, name), random.bytes(2_000_000));
  write("shared");
  write("gone");
  const old = (await world.backup()).backup_id;
  writeFileSync(join(world.source, "gone"), "short");
  write("new");
  const young = (await world.backup()).backup_id;
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const backups = new Map([
    [old, tier("cold")],
    [young, tier("hot")],
  ]);
  const plan = await planTiers({ repository, rules: RULES, backups });
  assert.deepEqual(plan.backups, { hot: 1, warm: 0, cold: 1 });
  const needed = new Set((await repository.readManifest(young)).packs);
  assert.ok(plan.moves.length > 0);
  for (const { pack, from, to } of plan.moves) {
    assert.deepEqual([from, to, needed.has(pack)], ["hot", "cold", false]);
  }
  const bytes = plan.moves.reduce((sum, move) => sum + move.size_bytes, 0);
  assert.ok(Math.abs((plan.saves_month ?? 0) - (bytes / 1024 ** 3) * 0.019) < 1e-9);

  const strict = { ...RULES, min_days: { hot: 0, warm: 0, cold: 90 } };
  const soon = new Map([
    [old, { tier: "cold" as const, expires_at_ms: Date.now() + 86_400_000 }],
    [young, tier("hot")],
  ]);
  const deferred = await planTiers({ repository, rules: strict, backups: soon });
  assert.deepEqual([deferred.moves.length, deferred.deferred.expires.packs], [0, plan.moves.length]);

  const report = await runTiers({ repository, rules: RULES, backups });
  assert.equal(report.packs_moved, plan.moves.length);
  assert.deepEqual(
    (await planTiers({ repository, rules: RULES, backups })).moves,
    [],
    "a second run has nothing to do",
  );
  const cold = await coldPacks(repository, old);
  assert.deepEqual([cold.packs.length, cold.bytes], [plan.moves.length, bytes]);
  assert.equal((await coldPacks(repository, young)).packs.length, 0);
  assert.equal((await thawPacks(repository, cold.packs, 86_400_000)).packs_ready, cold.packs.length);
  await world.restore(old);
  const swept = await runSweep({ repository, fresh_ms: 0 });
  assert.deepEqual([swept.status, swept.packs_deleted, swept.damage], ["done", 0, []]);

  await repository.forget(old, Date.now() - 1);
  const gone = await runSweep({ repository, fresh_ms: 0 });
  assert.deepEqual(gone.backups_removed, [old]);
  assert.ok(gone.packs_deleted > 0, "a pack that nobody needs is deleted from the cold, too");
  for await (const stat of repository.store.list("packs/")) assert.equal(stat.tier, undefined);
  await world.verify(young);
  // Listed before a sweep beside removed it, read after: it is gone, and nothing is wrong.
  Object.assign(repository, { listBackupIds: async () => [old, young] });
  assert.deepEqual((await planTiers({ repository, rules: RULES, backups })).backups, { hot: 1, warm: 0, cold: 0 });
  assert.deepEqual((await checkRepository({ repository, read_data: false, threads: 1 })).damaged, []);
});

test("what has died in cold packs is given back beyond a share of what lives", async () => {
  using world = await World.create(SMALL_SIZES);
  const write = (name: string) => writeFileSync(join(world.source, name), random.bytes(90_000));
  for (let i = 0; i < 10; i++) write(`f${i}`);
  const old = (await world.backup({ threads: 1 })).backup_id;
  for (let i = 1; i < 10; i++) write(`f${i}`);
  const young = (await world.backup({ threads: 1 })).backup_id;
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const backups = new Map([
    [old, tier("cold")],
    [young, tier("cold")],
  ]);
  assert.ok((await runTiers({ repository, rules: RULES, backups })).packs_moved > 0);
  await repository.forget(old, Date.now() - 1);
  const swept = await runSweep({ repository, fresh_ms: 0 });
  assert.deepEqual([swept.status, swept.damage, swept.thawing.packs], ["done", [], 0]);
  assert.ok(swept.packs_rewritten > 0);
  const { bytes_live, bytes_unused_kept } = await planSweep({ repository, fresh_ms: 0 });
  assert.ok(bytes_unused_kept <= bytes_live * 0.1, `${bytes_unused_kept} of ${bytes_live}`);
  assert.equal((await world.verify(young)).verdict, "valid");
  assert.deepEqual((await world.check()).damaged, []);
});

/** Sweeps with backups beside them, each in a process of its own: killed, stopped for hours, and let go again. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { BackupReport } from "../../src/engine/backup/index.ts";
import { planRestore, runRestore } from "../../src/engine/restore/index.ts";
import { type SweepReport, runSweep } from "../../src/engine/sweep/index.ts";
import { seededChance } from "../../src/engine/store/index.ts";
import { clockAhead, openAt } from "../long/crash/open.ts";
import { noise } from "../long/crash/tree.ts";
import type { SweepChildTask } from "./sweep-child.ts";
import { assertSameTree, clock, objectsOf, random, SMALL_SIZES, World } from "./world.ts";

const CHILD = join(import.meta.dirname, "sweep-child.ts");
/** A writer silent for longer is given up. */
const HOURS_MS = 5 * 3_600_000;

interface Running {
  readonly child: ChildProcess;
  readonly done: Promise<{ code: number | null; report: { failed?: string } & Partial<BackupReport & SweepReport> }>;
}

function start(task: SweepChildTask): Running {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout?.on("data", (data) => (output += data));
  const done = new Promise<Awaited<Running["done"]>>((resolve) =>
    child.once("close", (code) => resolve({ code, report: output === "" ? {} : JSON.parse(output) })),
  );
  return { child, done };
}

async function forget(repo: string, backup_id: string): Promise<void> {
  await using opened = await openAt(repo);
  await opened.repository.forget(backup_id, clock.now_ms() - 1);
}

async function sweep(repo: string, ahead_ms = 0): Promise<SweepReport> {
  await using opened = await openAt(repo, { clock: clockAhead(ahead_ms) });
  return await runSweep({ repository: opened.repository, fresh_ms: 0, unused_share_max: 0 });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end_ms = performance.now() + 30_000; !holds(); await sleep(5))
    if (performance.now() > end_ms) throw new Error(`${what} did not happen within 30 s`);
}

function namesIn(repo: string, folder: string): string[] {
  return existsSync(join(repo, folder)) ? readdirSync(join(repo, folder)) : [];
}

/** A repository whose only backup is deleted: everything in it is dead, and what comes next finds it all there. */
async function worldOfDead(): Promise<{ world: World; dead: string }> {
  const world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 24; i++) writeFileSync(join(world.source, `f${i}`), noise(100_000, `f${i}`));
  const { backup_id } = await world.backup({ threads: 1 });
  await forget(world.repo, backup_id);
  writeFileSync(join(world.source, "new"), noise(20_000, "new"));
  return { world, dead: backup_id };
}

const commitLate = [
  { on: "put", where: "commits/", when: "before", action: { kind: "delay", delay_ms: 2500 } },
] as const;

test("a sweep waits for a backup that began before it, and keeps what that one needs", {
  timeout: 60_000,
}, async () => {
  const { world } = await worldOfDead();
  using _ = world;
  const backup = start({ operation: "backup", repo: world.repo, path: world.source, rules: commitLate });
  await until(
    "its tree is stored",
    () => namesIn(world.repo, "leases").length > 0 && namesIn(world.repo, "index").length > 1,
  );
  const beside = await sweep(world.repo);
  assert.equal(beside.status, "waiting");
  assert.equal(beside.waiting_for[0]?.operation, "backup");
  assert.equal(beside.bytes_deleted, 0);
  const { code, report } = await backup.done;
  assert.equal(code, 0, report.failed);
  assert.ok((report.stats?.new_bytes ?? 0) < 100_000, "it relied on the dead packs");
  const after = await sweep(world.repo);
  assert.equal(after.status, "done");
  assert.ok(after.packs_resurrected > 0);
  assertSameTree(world.source, (await world.restore(report.backup_id as string)).target);
  assert.deepEqual((await world.check()).damaged, []);
});

test("a sweep waits for a restore that reads what it condemned", { timeout: 60_000 }, async () => {
  using world = await World.create(SMALL_SIZES);
  for (let i = 0; i < 24; i++) writeFileSync(join(world.source, `f${i}`), noise(100_000, `f${i}`));
  const first = await world.backup({ threads: 1 });
  for (let i = 0; i < 16; i++) rmSync(join(world.source, `f${i}`));
  const second = await world.backup({ threads: 1 });
  await forget(world.repo, first.backup_id);
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const request = { repository, backup_id: second.backup_id, clock, threads: 1 } as const;
  const old_plan = await planRestore({ ...request, target: { kind: "folder", path: world.path("old") } });
  const reading = await repository.beginLease("restore");
  const beside = await sweep(world.repo);
  assert.deepEqual(
    [beside.status, beside.waiting_for[0]?.operation, beside.packs_rewritten > 0],
    ["waiting", "restore", true],
  );
  await reading.end();
  const after = await sweep(world.repo);
  assert.deepEqual([after.status, after.packs_deleted > 0], ["done", true]);
  // Planned before the sweep, run after it.
  const { failed_total } = await runRestore(old_plan);
  assert.equal(failed_total, 0);
  assertSameTree(world.source, old_plan.target_description);
});

test("a backup that sleeps for hours is fenced off when it wakes", { timeout: 60_000 }, async () => {
  const { world } = await worldOfDead();
  using _ = world;
  const { child, done } = start({ operation: "backup", repo: world.repo, path: world.source, rules: commitLate });
  await until(
    "its tree is stored",
    () => namesIn(world.repo, "leases").length > 0 && namesIn(world.repo, "index").length > 1,
  );
  await sleep(700); // it has looked for the last time that its packs are there, and is about to commit
  child.kill("SIGSTOP");
  const swept = await sweep(world.repo, HOURS_MS);
  assert.deepEqual([swept.status, swept.packs_resurrected], ["done", 0]);
  assert.ok(swept.bytes_deleted > 2_300_000, "what it relies on is gone");
  child.kill("SIGCONT");
  const { code, report } = await done;
  assert.deepEqual([code, report.failed], [1, "WRITER_FENCED"]);
  assert.deepEqual(namesIn(world.repo, "manifests"), []);
  const again = await world.backup();
  assertSameTree(world.source, (await world.restore(again.backup_id)).target);
  assert.equal((await sweep(world.repo)).status, "done");
  const { damaged, orphan_packs, stale_leases } = await world.check();
  assert.deepEqual([damaged, orphan_packs, stale_leases], [[], [], []]);
});

test("a backup that sleeps after it has committed exists, whoever finishes it", { timeout: 60_000 }, async () => {
  const { world } = await worldOfDead();
  using _ = world;
  const rules = [
    { on: "put", where: "manifests/", when: "before", action: { kind: "delay", delay_ms: 1500 } },
  ] as const;
  const { child, done } = start({ operation: "backup", repo: world.repo, path: world.source, rules });
  await until("it has committed", () => namesIn(world.repo, "commits").length > 0);
  child.kill("SIGSTOP");
  const swept = await sweep(world.repo, HOURS_MS);
  assert.equal(swept.status, "done");
  const [made] = namesIn(world.repo, "manifests");
  assertSameTree(world.source, (await world.restore(made as string)).target);
  child.kill("SIGCONT");
  const { code, report } = await done;
  assert.deepEqual([code, report.backup_id], [0, made]);
  assert.deepEqual((await world.check()).damaged, []);
});

test("a sweep that sleeps while it deletes does no harm when it wakes", { timeout: 60_000 }, async () => {
  const { world } = await worldOfDead();
  using _ = world;
  const late = [{ on: "delete", where: "packs/", when: "before", action: { kind: "delay", delay_ms: 1500 } }] as const;
  const { child, done } = start({ operation: "sweep", repo: world.repo, rules: late });
  await until(
    "it deletes",
    () => namesIn(world.repo, "sweeps").length > 0 && namesIn(world.repo, "manifests").length === 0,
  );
  await sleep(100);
  child.kill("SIGSTOP");
  assert.equal((await sweep(world.repo, HOURS_MS)).status, "done");
  const { backup_id } = await world.backup();
  rmSync(join(world.source, "f0"));
  const second = await world.backup();
  await forget(world.repo, backup_id);
  assert.equal((await sweep(world.repo, HOURS_MS)).status, "done");
  child.kill("SIGCONT");
  const { code, report } = await done;
  assert.equal(code, 0, report.failed);
  assertSameTree(world.source, (await world.restore(second.backup_id)).target);
  assert.deepEqual((await world.check()).damaged, []);
  assert.equal((await sweep(world.repo)).status, "done");
});

test("four backups at a time, sweeps killed beside them: nothing live is lost", { timeout: 120_000 }, async (t) => {
  const seed = random.bytes(4).readUInt32LE();
  const chance = seededChance(seed);
  t.diagnostic(`seed ${seed}`);
  const { world } = await worldOfDead();
  using _ = world;
  const trees = [0, 1, 2, 3].map((number) => {
    const tree = join(world.folder, `tree-${number}`);
    mkdirSync(tree);
    // All of it was in the deleted backup; what is new differs.
    for (let i = number; i < 24; i += 2) writeFileSync(join(tree, `f${i}`), noise(100_000, `f${i}`));
    writeFileSync(join(tree, "own"), noise(200_000, `own ${number}`));
    return tree;
  });
  const made: { tree: string; backup_id: string }[] = [];
  for (let round = 0; round < 2; round++) {
    const backups = trees.map((tree) => start({ operation: "backup", repo: world.repo, path: tree }));
    const ended = Promise.all(backups.map(({ done }) => done));
    let over = false;
    void ended.then(() => (over = true));
    for (let sweeps = 0; !over || sweeps === 0; sweeps++) {
      const { child, done } = start({ operation: "sweep", repo: world.repo });
      const timer = setTimeout(() => child.kill("SIGKILL"), 200 + chance() * 900);
      const { code, report } = await done;
      clearTimeout(timer);
      if (code !== null && code !== 0) assert.equal(report.failed, "SWEEP_SUPERSEDED");
    }
    for (const [i, { code, report }] of (await ended).entries()) {
      assert.equal(code, 0, report.failed);
      made.push({ tree: trees[i] as string, backup_id: report.backup_id as string });
    }
    // Of the first round nothing lives on: its packs are there for the next to rely on, and for the sweeps to take.
    if (round === 0) for (const { backup_id } of made.splice(0)) await forget(world.repo, backup_id);
  }
  const { damaged } = await world.check();
  assert.deepEqual(damaged, []);
  for (const { tree, backup_id } of made) assertSameTree(tree, (await world.restore(backup_id)).target);
  assert.equal((await sweep(world.repo)).status, "done");
  for (const { tree, backup_id } of made) assertSameTree(tree, (await world.restore(backup_id)).target);
  const check = await world.check();
  assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases, check.backups], [[], [], [], 4]);
  const left = objectsOf(world.repo).filter((key) => /^(forgotten|leases|commits)\//.test(key));
  assert.deepEqual(left, [], "the last sweep has cleaned up what those left that were killed");
});

test("a sweep killed before it has decided anything leaves a lease, and the next one takes it away", {
  timeout: 60_000,
}, async () => {
  using world = await World.create(SMALL_SIZES);
  writeFileSync(join(world.source, "f"), noise(20_000, "f"));
  await world.backup();
  const late = [
    { on: "list", where: "manifests/", when: "before", action: { kind: "delay", delay_ms: 20_000 } },
  ] as const;
  const { child, done } = start({ operation: "sweep", repo: world.repo, rules: late });
  await until("it has a lease", () => namesIn(world.repo, "leases").length > 0);
  child.kill("SIGKILL");
  await done;
  assert.equal(namesIn(world.repo, "leases").length, 1);
  assert.deepEqual([(await sweep(world.repo)).status, namesIn(world.repo, "leases")], ["done", []]);
});

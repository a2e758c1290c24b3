/** Processes killed with SIGKILL at random moments of a backup, a restore and a copy; two suites share this. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { seededChance } from "../../src/engine/store/index.ts";
import type { ChildTask } from "./child.ts";
import { assertSameTree, objectsOf, openAt, sh, SMALL_SIZES, World } from "./world.ts";

const CHILD = join(import.meta.dirname, "child.ts");
const bytes = (count: number) => randomFillSync(Buffer.alloc(count));

export function start(task: ChildTask): {
  child: ChildProcess;
  done: Promise<{ code: number | null; output: string }>;
} {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(task)], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout?.on("data", (data) => (output += data));
  child.stderr?.on("data", (data) => (output += data));
  return { child, done: new Promise((resolve) => child.once("close", (code) => resolve({ code, output }))) };
}

/** Kills a task at moments all over its length, which is measured first, and again whenever it was over sooner. */
class Killer {
  readonly #task: ChildTask;
  #full_ms: number;

  private constructor(task: ChildTask, full_ms: number) {
    this.#task = task;
    this.#full_ms = full_ms;
  }

  /** @param timed the task to measure, when it must not be the one that is killed */
  static async of(task: ChildTask, timed = task): Promise<Killer> {
    const began_ms = performance.now();
    const { code, output } = await start(timed).done;
    assert.equal(code, 0, output);
    return new Killer(task, performance.now() - began_ms);
  }

  /** @param part of its length, 0 … 1. @returns whether it was killed before its end */
  async kill(part: number): Promise<boolean> {
    const began_ms = performance.now();
    const { child, done } = start(this.#task);
    const timer = setTimeout(() => child.kill("SIGKILL"), part * this.#full_ms);
    const { code, output } = await done;
    clearTimeout(timer);
    assert.ok(code === null || code === 0, output);
    // The machine was busier when it was measured: later kills would all come too late.
    if (code !== null) this.#full_ms = Math.min(this.#full_ms, performance.now() - began_ms);
    return code === null;
  }
}

export function crashSuite(kills: number, seed: number): void {
  const chance = seededChance(seed);

  test(`backups killed at ${kills} moments (seed ${seed})`, async (t) => {
    using world = await World.create(SMALL_SIZES);
    for (let i = 0; i < 12; i++) writeFileSync(join(world.source, `file-${i}`), bytes(1_000_000));
    const first = await world.backup();
    const kept = join(world.folder, "kept");
    sh(`cp -a ${world.source} ${kept}`);
    const task = { operation: "backup", repo: world.repo, paths: [world.source] } as const;
    const killer = await Killer.of(task);
    let [killed, acknowledged] = [0, 2];
    for (let round = 0; round < kills; round++) {
      for (let i = 0; i < 4; i++) writeFileSync(join(world.source, `file-${(round + i) % 12}`), bytes(1_000_000));
      const before = objectsOf(world.repo).filter((key) => key.startsWith("packs/")).length;
      if (await killer.kill(0.25 + 0.75 * chance())) killed++;
      else acknowledged++;
      // Everybody who opens it now finds a repository whose objects are all whole.
      if (round % 5 === 0) {
        const check = await world.check();
        assert.deepEqual(check.damaged, []);
        if (check.orphan_packs.length > 0)
          assert.ok(check.stale_leases.length > 0, "orphans without a dead writer's lease");
      }
      const durable = objectsOf(world.repo).filter((key) => key.startsWith("packs/")).length - before;
      const next = await world.backup();
      acknowledged++;
      // Four files of a million bytes are new; what a killed writer made durable is found again (one pack of each
      // thread may be metadata).
      assert.ok(
        next.stats.new_bytes <= 4_100_000 - Math.max(0, durable - 2) * 950_000,
        `${next.stats.new_bytes} new bytes after ${durable} durable packs`,
      );
    }
    t.diagnostic(`${killed} of ${kills} were killed in time`);
    assert.ok(killed >= kills / 3, `only ${killed} of ${kills} were killed before their end`);
    const check = await world.check();
    assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases], [[], [], []]);
    await using opened = await openAt(world.repo);
    const ids = await opened.repository.listBackupIds();
    assert.ok(
      ids.length >= acknowledged && ids.length <= acknowledged + killed,
      `${ids.length} backups, ${acknowledged} acknowledged`,
    );
    assertSameTree(kept, (await world.restore(first.backup_id)).target);
    assertSameTree(world.source, (await world.restore(ids.at(-1) as string)).target);
  });

  test(`restores killed at ${kills} moments go on and end alike (seed ${seed})`, async (t) => {
    using world = await World.create(SMALL_SIZES);
    for (let i = 0; i < 300; i++) {
      mkdirSync(join(world.source, `folder-${i % 20}`), { recursive: true });
      writeFileSync(join(world.source, `folder-${i % 20}`, `file-${i}`), bytes(60_000));
    }
    const { backup_id } = await world.backup();
    const restore = (target: string) => ({ operation: "restore", repo: world.repo, backup_id, target }) as const;
    const target = world.path("target");
    const killer = await Killer.of(restore(target), restore(world.path("timed")));
    let [killed, resumed] = [0, 0];
    for (let round = 0; round * 2 < kills; round++) {
      rmSync(target, { recursive: true, force: true });
      for (let again = 0; again < 2; again++) {
        if (await killer.kill(0.35 + 0.65 * chance())) killed++;
        else break;
      }
      if (!readdirSync(world.folder).includes(target.slice(world.folder.length + 1))) continue;
      if (!readdirSync(target).some((name) => name.startsWith(".holdfast"))) continue; // it had come to its end
      const report = await world.restore(backup_id, { to: target });
      assert.deepEqual(report.failed, []);
      if (report.resumed) resumed++;
      assertSameTree(world.source, target);
      assert.ok(!readdirSync(target).some((name) => name.startsWith(".holdfast")));
    }
    t.diagnostic(`${killed} were killed in time, ${resumed} went on`);
    assert.ok(killed > 0);
  });

  test(`copies killed at ${kills} moments (seed ${seed})`, async (t) => {
    using world = await World.create(SMALL_SIZES);
    for (let i = 0; i < 12; i++) writeFileSync(join(world.source, `file-${i}`), bytes(1_000_000));
    const { backup_id } = await world.backup();
    const copy = (replica: string) => ({ operation: "copy", repo: world.repo, backup_id, replica }) as const;
    const replica = world.path("replica");
    const killer = await Killer.of(copy(replica), copy(world.path("timed")));
    let killed = 0;
    for (let round = 0; round * 2 < kills; round++) {
      rmSync(replica, { recursive: true, force: true });
      if (await killer.kill(0.4 + 0.6 * chance())) killed++;
      const { code, output } = await start(copy(replica)).done;
      assert.equal(code, 0, output);
      if (round % 3 !== 0) continue;
      const check = await world.check(replica);
      assert.deepEqual([check.damaged, check.orphan_packs, check.stale_leases, check.backups], [[], [], [], 1]);
      assertSameTree(world.source, (await world.restore(backup_id, { repo: replica })).target);
    }
    t.diagnostic(`${killed} were killed in time`);
    assert.ok(killed > 0);
  });
}

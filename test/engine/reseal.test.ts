/** Sealing packs anew under a new epoch: beside backups, stopped at every step, twice in a row, with locked packs. */
import assert from "node:assert/strict";
import { closeSync, openSync, readSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runBackup } from "../../src/engine/backup/index.ts";
import { highestEpoch } from "../../src/engine/repository/index.ts";
import { type Phase, runReseal, surveyEpochs } from "../../src/engine/reseal/index.ts";
import type { FaultRule } from "../../src/engine/store/index.ts";
import { runSweep } from "../../src/engine/sweep/index.ts";
import { openAt } from "../long/crash/open.ts";
import { noise } from "../long/crash/tree.ts";
import { assertSameTree, clock, objectsOf, random, SMALL_SIZES, World } from "./world.ts";

const DAY_MS = 86_400_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

/** Epochs in the headers of all packs, read from the files themselves. */
function epochsOnDisk(repo: string): number[] {
  return objectsOf(repo)
    .filter((key) => key.startsWith("packs/"))
    .map((key) => {
      const file = openSync(join(repo, key), "r");
      const header = Buffer.alloc(48);
      readSync(file, header);
      closeSync(file);
      assert.equal(header.toString("latin1", 0, 4), "HFPK");
      return header.readUInt32LE(8);
    });
}

async function worldOf(files: number): Promise<World> {
  const world = await World.create(SMALL_SIZES);
  for (let i = 0; i < files; i++) writeFileSync(join(world.source, `f${i}`), noise(100_000, `f${i}`));
  return world;
}

async function openEpoch(repo: string): Promise<number> {
  await using opened = await openAt(repo);
  const epoch = (await highestEpoch([opened.store])) + 1;
  await opened.repository.openEpoch(epoch, [{ store: opened.store, cmk_key_id: cmkOf() }]);
  return epoch;

  function cmkOf(): string {
    return JSON.parse(String(slotOf(repo))).slot_id as string;
  }
}

function slotOf(repo: string): string {
  const file = openSync(join(repo, "keys/slot"), "r");
  const bytes = Buffer.alloc(4096);
  const length = readSync(file, bytes);
  closeSync(file);
  return bytes.toString("utf8", 0, length).split("\n", 1)[0] as string;
}

async function reseal(repo: string, rules: readonly FaultRule[] = [], bytes_max = EVERYTHING, phase: Phase = "hot") {
  await using opened = await openAt(repo, { fault: { rules } });
  return await runReseal({ repository: opened.repository, phase, backups: new Map(), bytes_max });
}

async function sweepAll(repo: string) {
  await using opened = await openAt(repo);
  return await runSweep({ repository: opened.repository, fresh_ms: 0 });
}

async function survey(repo: string) {
  await using opened = await openAt(repo);
  return await surveyEpochs(opened.repository, new Map());
}

test("after it, every hot pack on the store is under the new epoch; chunks keep their ids; twice in a row", async () => {
  using world = await worldOf(24);
  const first = await world.backup({ threads: 1 });
  for (let round = 2; round <= 3; round++) {
    const epoch = await openEpoch(world.repo);
    assert.equal(epoch, round);
    const before = await survey(world.repo);
    assert.ok(before.phases.hot.packs > 1 && before.current.packs === 0);
    assert.deepEqual(before.phases.warm.packs, 0);
    const report = await reseal(world.repo);
    assert.deepEqual([report.status, report.plan.packs_resealed], ["done", before.phases.hot.packs]);
    assert.deepEqual([...new Set(epochsOnDisk(world.repo))], [epoch]);
    const after = await survey(world.repo);
    assert.deepEqual([after.phases.hot.packs, after.current.packs > 1], [0, true]);
    assertSameTree(world.source, (await world.restore(first.backup_id)).target);
    assert.deepEqual((await world.check()).damaged, []);
    assert.equal((await reseal(world.repo)).plan.packs_resealed, 0);
  }
  const again = await world.backup({ threads: 1 });
  assert.ok((again.stats?.new_bytes ?? EVERYTHING) < 20_000, "what is stored already is not stored again");
  const { epochs } = await survey(world.repo);
  assert.deepEqual(
    epochs.map(({ epoch, packs, manifests }) => [epoch, packs > 0, manifests]),
    [
      [1, false, 1],
      [2, false, 0],
      [3, true, 1],
    ],
  );
});

test("a budget is kept, phases are told apart by age, and a locked pack keeps its epoch until its lock ends", async () => {
  using world = await worldOf(40);
  const { backup_id } = await world.backup({ threads: 1 });
  await openEpoch(world.repo);
  assert.equal((await reseal(world.repo, [], EVERYTHING, "warm")).plan.packs_resealed, 0);
  const one = await reseal(world.repo, [], 1);
  assert.equal(one.plan.packs_resealed, 1);
  const packs = objectsOf(world.repo).filter((key) => key.startsWith("packs/"));
  const old = packs[epochsOnDisk(world.repo).indexOf(1)] as string;
  const retain_until_ms = clock.now_ms() + 3 * DAY_MS;
  {
    await using opened = await openAt(world.repo);
    await opened.store.lock(old, { mode: "COMPLIANCE", retain_until_ms });
    const { phases } = await surveyEpochs(opened.repository, new Map());
    assert.deepEqual([phases.hot.locked_packs, phases.hot.locked_until_ms], [1, retain_until_ms]);
    const rest = await reseal(world.repo);
    assert.equal(rest.plan.packs_resealed, phases.hot.packs);
    assert.deepEqual(
      epochsOnDisk(world.repo).filter((epoch) => epoch === 1),
      [1],
    );
    const left = await surveyEpochs(opened.repository, new Map());
    assert.deepEqual([left.phases.hot.packs, left.phases.hot.locked_packs], [0, 1]);
    assert.deepEqual(left.epochs[0]?.locked_until_ms, retain_until_ms);
  }
  assertSameTree(world.source, (await world.restore(backup_id)).target);
});

test("stopped at any write or deletion, no backup loses a byte, and the next run ends it", {
  timeout: 120_000,
}, async () => {
  using world = await worldOf(3);
  const { backup_id } = await world.backup({ threads: 1 });
  let stops = 0;
  for (const on of ["put", "delete"] as const) {
    for (let nth = 1; ; nth += 2) {
      const epoch = await openEpoch(world.repo);
      const rules: FaultRule[] = [
        { on, nth, times: 1_000_000, action: { kind: "error", errno: "EACCES" } },
        ...(on === "put" ? [{ on: "delete", action: { kind: "error", errno: "EACCES" } } as const] : []),
      ];
      const stopped = await reseal(world.repo, rules).then(
        () => false,
        () => true,
      );
      if (stopped) stops++;
      const whole = await world.verify(backup_id);
      assert.equal(whole.verdict, "valid", `${on} ${nth}`);
      const done = await reseal(world.repo);
      assert.equal(done.status, "done");
      await sweepAll(world.repo); // what a stopped run had stored and nobody names
      assert.deepEqual([...new Set(epochsOnDisk(world.repo))], [epoch], `${on} ${nth}`);
      if (!stopped || nth > 24) break;
    }
  }
  assert.ok(stops >= 4, `${stops} stops`);
  assertSameTree(world.source, (await world.restore(backup_id)).target);
  assert.deepEqual((await world.check()).damaged, []);
});

test("a backup that runs meanwhile, under the old epoch, loses nothing; readers opened before see what comes", async () => {
  using world = await worldOf(16);
  const then = new Date("2026-05-01T00:00:00Z");
  utimesSync(world.source, then, then);
  const first = await world.backup({ threads: 1 });
  await using before = await openAt(world.repo);
  const rules: FaultRule[] = [
    { on: "put", where: "commits/", when: "before", action: { kind: "delay", delay_ms: 4000 } },
  ];
  await using slow = await openAt(world.repo, { fault: { rules } });
  writeFileSync(join(world.source, "more"), noise(300_000, "more"));
  const second_id = newId("bkp", clock, random);
  const running = runBackup({
    repository: slow.repository,
    backup_id: second_id,
    source: { kind: "files", paths: [world.source] },
    labels: {},
    clock,
    threads: 1,
  });
  await until(() => objectsOf(world.repo).some((key) => key.startsWith("leases/")));
  const epoch = await openEpoch(world.repo);
  const beside = await reseal(world.repo);
  await running;
  assert.equal(beside.status, "waiting");
  assert.deepEqual(
    beside.waiting_for.map(({ operation }) => operation),
    ["backup"],
  );
  // The first run condemned; this one looks again, keeps what the backup names, and the one after seals that anew too.
  await reseal(world.repo);
  await reseal(world.repo);
  assert.deepEqual([...new Set(epochsOnDisk(world.repo))], [epoch]);
  const third = await world.backup({ threads: 1 });
  assert.equal((await before.repository.readManifest(third.backup_id)).backup_id, third.backup_id);
  assertSameTree(world.source, (await world.restore(second_id)).target);
  rmSync(join(world.source, "more"));
  utimesSync(world.source, then, then);
  assertSameTree(world.source, (await world.restore(first.backup_id)).target);
  assert.equal((await sweepAll(world.repo)).status, "done");
  assert.deepEqual((await world.check()).damaged, []);
});

async function until(holds: () => boolean): Promise<void> {
  for (const end_ms = performance.now() + 20_000; !holds(); await clock.sleep(5))
    if (performance.now() > end_ms) throw new Error("it did not happen within 20 s");
}

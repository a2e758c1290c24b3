/**
 * Three years of a policy on a clock that runs ahead: daily backups of data that changes, GFS, tiers with a thaw,
 * locks, rotations of the key, a second region, sweeps, by the server's own scheduler and jobs. After each week a
 * random backup comes back bit for bit from a random region, and what stands in each region, to the last byte, is no
 * more than 1.15 of the different contents that its backups hold.
 *
 * `SIM_SEED=N WEEKS=N ROTATE=monthly node --import ./test/long/three-years/ahead.ts test/long/three-years/main.ts`
 * replays one. LOCK=7 locks for seven days instead of until each backup's expiry; CHANGED=3 changes three of 48 files a
 * day instead of one; SHARES=yes tells each week what stands in the regions, SHARES=only measures and asserts nothing
 * about it. SHORT=yes with ROTATE=monthly has it all in six weeks.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import test from "node:test";
import { systemRandom } from "../../../src/base/index.ts";
import { writeTierSettings } from "../../../src/control/tiering/index.ts";
import { createPolicy } from "../../../src/control/policy/index.ts";
import { setKeySchedule } from "../../../src/control/rotation/index.ts";
import { requestRestore } from "../../../src/control/recover/index.ts";
import { inProcess } from "../../../src/engine/keystore/testing/in-process.ts";
import { createKeyFolder } from "../../../src/engine/keystore/testing/key-folder.ts";
import type { Region } from "../../../src/model/index.ts";
import { withTransaction } from "../../../src/platform/db/index.ts";
import { testDatabases } from "../../../src/platform/db/testing.ts";
import { engine, installation } from "../../../src/testing/index.ts";
import { assertSameTree } from "../../e2e/installation.ts";
import { planSweep } from "../../../src/engine/sweep/index.ts";
import type { Engine } from "../../../src/control/repositories/index.ts";
import { Dice } from "../../sim/dice.ts";
import { setAhead } from "./ahead.ts";
import { bytesIn, DAY_MS, Life } from "./life.ts";
import { Source } from "./source.ts";

const databases = testDatabases();
const { SIM_SEED, WEEKS, ROTATE = "annual", LOCK = "expiry", CHANGED = "1", SHARES, SHORT } = process.env;
const seed = SIM_SEED === undefined ? systemRandom.bytes(4).readUInt32LE() : Number(SIM_SEED);
const weeks = Number(WEEKS ?? 157);
const OVERHEAD_MAX = 1.15;
/** From so many weeks on the key must have been rotated twice. */
const TWO_YEARS_WEEKS = 106;

const POLICY = {
  name: "life",
  timezone: "Asia/Dhaka",
  schedule: { daily: "02:00 Asia/Dhaka" },
  // In short, so that within six weeks every kind of thing happens that happens in three years.
  ...(SHORT === undefined
    ? { retention: { daily: 7, weekly: 4, monthly: 6, yearly: 2 } }
    : { retention: { daily: 3, weekly: 2, monthly: 2 }, tiers: { hot: "7d", warm: "14d", cold: "60d" } }),
  copy: { cross_region: "bd-ctg-1" },
  ...(LOCK === "expiry"
    ? { immutable: true }
    : { target: { object_lock: { mode: "COMPLIANCE" as const, days: Number(LOCK) } } }),
} as const;
/**
 * Every run begins on the same Monday in January, so that a seed lives the same days again. The dearest time to begin
 * is November: the first yearly backup and the second then share half their packs (docs/retention.md).
 */
const BEGIN_MS = Date.UTC(2027, 0, 4, 6);

/** To the next half past two in Dhaka. */
function untilNight(now_ms: number): number {
  const night_ms = 20.5 * 3_600_000;
  return DAY_MS - ((((now_ms - night_ms) % DAY_MS) + DAY_MS) % DAY_MS);
}

test(`${weeks} weeks of a policy, seed ${seed}`, { timeout: 2 * 3_600_000 }, async (t) => {
  process.stdout.write(`seed ${seed}\n`);
  setAhead(BEGIN_MS - Date.now());
  const folder = await createKeyFolder(t);
  const store = await folder.open();
  t.after(() => store.close().catch(() => undefined));
  const one_thread: Partial<Engine> = {
    runBackup: (options) => engine.runBackup({ ...options, threads: 1 }),
    planRestore: (request) => engine.planRestore({ ...request, threads: 1 }),
    verifyBackup: (options) => engine.verifyBackup({ ...options, threads: 1 }),
  };
  const it = await installation(t, databases, { keys: inProcess(store), engine: one_thread });
  const dice = new Dice(seed);
  const source = new Source(it.dir, dice, Number(CHANGED));
  await createPolicy(it.db, POLICY, it);
  await it.workload("web-1", [source.path], { "backup-policy": "life" });
  await withTransaction(it.db, (tx) => setKeySchedule(tx, "acme", ROTATE as "annual", "test", it));
  for (const region of it.regions)
    await withTransaction(it.db, (tx) => writeTierSettings(tx, region.name, { thaw_seconds: 14_400 }, it));
  await it.run();
  const life = new Life(it, async (ms) => {
    folder.clock.pass(ms);
    await store.sweep();
  });
  t.after(() => life.stop());

  const live = async (region: Region) => {
    const rows = await it.db
      .selectFrom("backups")
      .leftJoin("copies", (join) => join.onRef("copies.backup_id", "=", "backups.id"))
      .select(["backups.id", "backups.state", "backups.region_id", "copies.region_id as copy_region_id"])
      .where("backups.state", "in", ["AVAILABLE", "DELETED"])
      .where((where) =>
        where.or([where("backups.state", "=", "AVAILABLE"), where("recoverable_until", ">", new Date(Date.now()))]),
      )
      .execute();
    return rows.filter((row) => row.region_id === region.id || row.copy_region_id === region.id);
  };
  await life.turn(); // what is tagged is bound to its policy, and planned from then on
  let worst = 0;
  for (let day = 1; day <= weeks * 7; day++) {
    source.change();
    await life.pass(untilNight(Date.now()));
    await life.turn();
    const made = await it.db
      .selectFrom("backups")
      .select("id")
      .where("state", "=", "AVAILABLE")
      .orderBy("created_at", "desc")
      .executeTakeFirstOrThrow();
    assert.ok(!source.knows(made.id), `day ${day} has no backup`);
    source.keep(made.id);
    if (day % 7 !== 0) continue;
    const known = new Set<string>();
    for (const region of it.regions) {
      const backups = await live(region);
      for (const { id } of backups) known.add(id);
      const needed = source.needed(backups.map(({ id }) => id));
      const there = bytesIn(region, it.project.id);
      const share = [...there.values()].reduce((sum, bytes) => sum + bytes, 0) / needed;
      worst = Math.max(worst, share);
      const of = Object.fromEntries([...there].map(([name, bytes]) => [name, (bytes / needed).toFixed(3)]));
      if (SHARES !== undefined) process.stdout.write(`  ${region.name} ${share.toFixed(3)} ${JSON.stringify(of)}\n`);
      if (share <= OVERHEAD_MAX || SHARES === "only") continue;
      const row = await it.repositories.find(it.project.id, region.id);
      const plan = await it.repositories.use(row, (repository) => planSweep({ repository }));
      const found = { needed, ...Object.fromEntries(there), plan: { ...plan, locked: plan.locked.length } };
      assert.fail(`week ${day / 7}: ${region.name} holds ${share.toFixed(3)} of it: ${JSON.stringify(found)}`);
    }
    const region = dice.pick(it.regions);
    const backup = dice.pick((await live(region)).filter(({ state }) => state === "AVAILABLE"));
    const target = `${it.dir}/back`;
    const began_ms = Date.now();
    const { job_id } = await requestRestore({ backup_id: backup.id, region: region.name, target_path: target }, it);
    await life.settle();
    const job = await it.ended(job_id);
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
    assertSameTree(source.kept(backup.id), target);
    rmSync(target, { recursive: true });
    const waited_h = (Date.now() - began_ms) / 3_600_000;
    const told = `week ${day / 7}: ${backup.id} from ${region.name} in ${waited_h.toFixed(1)} h; ${known.size} backups, ${worst.toFixed(3)}`;
    process.stdout.write(`${new Date(Date.now()).toISOString()} ${told}\n`);
    source.forgetOthers(known);
  }
  const ended = Object.fromEntries([...life.ended].sort());
  process.stdout.write(`${JSON.stringify(ended)}\n`);
  const kinds = ["backup", "copy", "delete", "sweep", "tier", "restore", ...(SHORT ? ["rotate", "reseal"] : [])];
  for (const kind of kinds) assert.ok((ended[`${kind} SUCCEEDED`] ?? 0) > 0 || weeks < 5, kind);
  if (weeks >= TWO_YEARS_WEEKS) {
    assert.ok((ended["rotate SUCCEEDED"] ?? 0) >= 2, "two rotations");
    assert.ok((ended["thaw SUCCEEDED"] ?? 0) > 0, "a restore out of the cold");
  }
});

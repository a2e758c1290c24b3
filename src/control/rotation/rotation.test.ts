import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { hasCode } from "../../base/index.ts";
import { createKeyFolder } from "../../engine/keystore/testing/key-folder.ts";
import { inProcess } from "../../engine/keystore/testing/in-process.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { type Installation, installation } from "../../testing/index.ts";
import { listJobs } from "../jobs/index.ts";
import { requestTierRun, writeTierSettings } from "../tiering/index.ts";
import {
  addMonths,
  getProjectKey,
  keySchedule,
  nextOf,
  planReseals,
  planRotation,
  planRotations,
  requestRetirement,
  requestRotation,
  rotationStatus,
  setKeySchedule,
  shredProject,
} from "./index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;

async function world(t: TestContext) {
  const folder = await createKeyFolder(t);
  const store = await folder.open();
  t.after(() => store.close().catch(() => undefined)); // its folder is gone by then
  const keys = inProcess(store);
  const it = await installation(t, databases, { keys });
  const source = join(it.dir, "source");
  await mkdir(source);
  for (let i = 0; i < 4; i++) await writeFile(join(source, `f${i}`), it.random.bytes(300_000));
  await it.workload("web-1", [source]);
  await it.run();
  return { it, folder, store, source };
}

const rotate = async (it: Installation, emergency = false) => {
  const asked = await withTransaction(it.db, (tx) =>
    requestRotation(tx, { project: "acme", emergency, by: "test", reason: "test" }, it),
  );
  const job = await it.ended(asked.job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  for (let round = 0; round < 400; round++) {
    await planReseals(it.db, it);
    const [status] = await rotationStatus(it.db, { project: "acme" });
    if (status?.state === "DONE") return status;
    await it.clock.sleep(50);
  }
  throw new Error(JSON.stringify(await rotationStatus(it.db)));
};

/** The epochs in the headers of all packs of a region, from the files themselves. */
async function epochsOnDisk(it: Installation, region: string): Promise<number[]> {
  const files = [];
  for (const tier of [".", "warm", "cold"]) {
    const folder = join(it.dir, region, tier, "projects", it.project.id, "packs");
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    files.push(...found.filter((each) => each.isFile()));
  }
  const headers = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
  return [...new Set(headers.map((bytes) => bytes.readUInt32LE(8)))].sort();
}

test("a rotation makes a version, wraps all keys, opens an epoch, and brings hot packs under it; twice in a row", async (t) => {
  const { it } = await world(t);
  const first = await it.backUp("web-1");
  const before = await planRotation("acme", it);
  assert.ok((before.regions[0]?.phases[0]?.packs ?? 0) > 0);
  for (const version of [2, 3]) {
    const status = await rotate(it, version === 3);
    assert.deepEqual([status.new_version, status.epoch], [version, version]);
    assert.ok(status.phases.every(({ packs_left }) => packs_left === 0));
    assert.deepEqual(await epochsOnDisk(it, "bd-dha-1"), [version]);
    assert.equal((await it.verify(first.backup_id ?? "")).state, "SUCCEEDED");
  }
  const key = await getProjectKey(it.db, it.key_admin, "acme");
  assert.deepEqual(
    key.versions.map(({ state }) => state),
    ["DISABLED", "DISABLED", "ENABLED"],
  );
  await it.backUp("web-1");
});

test("phases follow the tiers of backups; what lies in the cold is thawed, waited for visibly, and sealed anew", async (t) => {
  const { it, source } = await world(t);
  const old = (await it.backUp("web-1")).backup_id ?? "";
  for (let i = 0; i < 4; i++) await writeFile(join(source, `f${i}`), it.random.bytes(300_000));
  await it.backUp("web-1");
  const age = { created_at: new Date(it.clock.now_ms() - 100 * DAY_MS) };
  await it.db.updateTable("backups").set(age).where("id", "=", old).execute();
  const [region] = it.regions;
  const place = { project_id: it.project.id, region_id: region.id };
  await withTransaction(it.db, (tx) => writeTierSettings(tx, region.name, { thaw_seconds: 3 }, it));
  const moved = await it.ended((await withTransaction(it.db, (tx) => requestTierRun(tx, place, it))).job_id);
  assert.equal(moved.state, "SUCCEEDED");
  const before = await planRotation("acme", it);
  const packs = Object.fromEntries(before.regions[0]?.phases.map(({ phase, packs }) => [phase, packs]) ?? []);
  assert.deepEqual([packs["warm"], packs["cold"]], [0, 2], "data, and names");
  const waits: string[] = [];
  const watching = new AbortController();
  const watched = (async () => {
    while (!watching.signal.aborted) {
      for (const job of await listJobs(it.db, { kind: "reseal" }))
        if (job.state === "WAITING_WINDOW") waits.push(job.progress?.step ?? "");
      for (const { phases } of await rotationStatus(it.db))
        for (const { thawing_packs, phase } of phases) if (thawing_packs > 0) waits.push(`${phase} thaws`);
      await it.clock.sleep(50);
    }
  })();
  const status = await rotate(it, true);
  watching.abort();
  await watched;
  assert.equal(status.phases.find(({ phase }) => phase === "cold")?.packs_done, packs["cold"]);
  assert.ok(waits.includes("cold thaws"), waits.join());
  assert.match(waits.join(), /waits for the thaw of 1 cold packs \(\d+ bytes\), until about \d{4}-/);
  assert.deepEqual(await epochsOnDisk(it, "bd-dha-1"), [status.epoch]);
  assert.equal((await it.verify(old)).state, "SUCCEEDED");
});

test("an old version is refused as long as a manifest of its time lives, and goes when nothing needs it", async (t) => {
  const { it, folder, store } = await world(t);
  const first = await it.backUp("web-1");
  await rotate(it);
  const second = await it.backUp("web-1");
  const retire = () =>
    withTransaction(it.db, (tx) => requestRetirement(tx, { project: "acme", version: 1, by: "test" }, it));
  const refused = await it.ended((await retire()).job_id);
  assert.deepEqual([refused.state, refused.error?.code], ["FAILED", "KEY_VERSION_NEEDED"]);
  assert.match(refused.error?.message ?? "", /still needed: 1 backup/);

  // The first backup is deleted, and its time to be brought back is over: only then nothing depends on version 1.
  const row = await it.repositories.find(it.project.id, it.regions[0].id);
  await it.repositories.use(row, (repository) => repository.forget(first.backup_id ?? "", it.clock.now_ms() - 1));
  await it.db
    .updateTable("backups")
    .set({ state: "DELETED" })
    .where("id", "=", first.backup_id ?? "")
    .execute();
  const done = await it.ended((await retire()).job_id);
  assert.equal(done.state, "SUCCEEDED", JSON.stringify(done.error));
  assert.match(JSON.stringify(done.result), /"verdict":"valid"/);
  folder.clock.pass(31 * DAY_MS);
  await store.sweep();
  folder.clock.pass(2 * 3_600_000);
  await store.sweep();
  const key = await getProjectKey(it.db, it.key_admin, "acme");
  assert.equal(key.versions[0]?.state, "DESTROYED");
  assert.equal((await it.verify(second.backup_id ?? "")).state, "SUCCEEDED");
  await it.backUp("web-1");
  await assert.rejects(
    withTransaction(it.db, (tx) => requestRetirement(tx, { project: "acme", version: 2, by: "test" }, it)),
    (error) => hasCode(error, "KEY_VERSION_NEWEST"),
  );
});

test("rotations come by schedule; what was missed is made up for once", async (t) => {
  const { it } = await world(t);
  await it.backUp("web-1");
  assert.equal((await keySchedule(it.db, "acme")).every, "annual");
  await withTransaction(it.db, (tx) => setKeySchedule(tx, "acme", "quarterly", "test", it));
  assert.equal(await planRotations(it.db, it), 0);
  await it.db
    .updateTable("repositories")
    .set({ created_at: new Date(it.clock.now_ms() - 300 * DAY_MS) })
    .execute();
  assert.deepEqual([await planRotations(it.db, it), await planRotations(it.db, it)], [1, 0]);
  const [status] = await rotationStatus(it.db);
  assert.equal(status?.requested_by, "schedule");
  await it.ended(status?.job_id ?? "");
});

test("a shredded project is refused while a lock runs, and afterwards nothing of it can be read", async (t) => {
  const { it } = await world(t);
  const { backup_id } = await it.backUp("web-1");
  const id = backup_id ?? "";
  const shred = (confirm?: string) =>
    withTransaction(it.db, (tx) => shredProject(tx, { project: "acme", confirm, by: "test" }, false, it));
  await it.db
    .updateTable("backups")
    .set({ lock_mode: "COMPLIANCE", lock_until: new Date(it.clock.now_ms() + DAY_MS) })
    .execute();
  await assert.rejects(shred("acme"), (error) => hasCode(error, "PROJECT_LOCKED"));
  await it.db.updateTable("backups").set({ lock_mode: null, lock_until: null }).execute();
  await assert.rejects(shred("other"), (error) => hasCode(error, "CONFIRMATION_MISSING"));
  assert.notEqual((await shred("acme")).shredded_at, null);
  const verified = await it.verify(id);
  assert.equal(verified.status_reason, "EncryptionKeyAccessDenied");
  const row = await it.db.selectFrom("backups").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  assert.deepEqual([row.state, row.status_reason], ["DAMAGED", "EncryptionKeyAccessDenied"]);
});

test("each phase gets so many bytes that it ends at its date", () => {
  const row = (phase: "hot" | "warm" | "cold", days: number, done = 0, finished = false) => ({
    phase,
    bytes_total: 1400,
    bytes_done: done,
    bytes_left: 1400 - done,
    due_at: new Date(days * DAY_MS),
    finished_at: finished ? new Date(0) : null,
  });
  const [hot, done] = [row("hot", 0), row("hot", 0, 1400, true)];
  assert.deepEqual(nextOf([hot, row("warm", 14)], 0, DAY_MS), { phase: "hot", bytes_max: 1400 });
  assert.deepEqual(nextOf([done, row("warm", 14)], 0, DAY_MS), { phase: "warm", bytes_max: 100 });
  assert.equal(nextOf([done, row("warm", 14, 100)], 0, DAY_MS), undefined);
  assert.deepEqual(nextOf([done, row("warm", 14, 100), row("cold", 28)], 0, DAY_MS), { phase: "cold", bytes_max: 50 });
  assert.deepEqual(nextOf([done, row("warm", 14, 100)], 0, 99 * DAY_MS), { phase: "warm", bytes_max: 1300 });
});

test("months are those of the calendar", () => {
  assert.equal(addMonths(new Date("2026-01-31T10:00:00Z"), 1).toISOString(), "2026-02-28T10:00:00.000Z");
  assert.equal(addMonths(new Date("2028-02-29T00:00:00Z"), 12).toISOString(), "2029-02-28T00:00:00.000Z");
  assert.equal(addMonths(new Date("2026-11-30T00:00:00Z"), 3).toISOString(), "2027-02-28T00:00:00.000Z");
});

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { errorCatalogue, hasCode } from "../../base/index.ts";
import type { Region } from "../../model/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { engine, installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { getBackup, getBackupRow, listCopies } from "../catalog/index.ts";
import { updateWorkload } from "../inventory/index.ts";
import { listJobs } from "../jobs/index.ts";
import { createPolicy } from "../policy/index.ts";
import { projectStore } from "../repositories/index.ts";
import { repeatFailedCopies, replicationStatus } from "./index.ts";

const databases = testDatabases();

test("what a policy locks is locked in both regions, object by object, until the backup's own expiry", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), it.random.bytes(10_000));
  const [home, peer] = it.regions;
  const spec = { schedule: { daily: "02:00 UTC" }, retention: { daily: 3 }, copy: { cross_region: peer.name } };
  await createPolicy(it.db, { ...spec, name: "open" }, it);
  await createPolicy(it.db, { ...spec, name: "worm", immutable: true }, it);
  const lock = { mode: "GOVERNANCE", days: 1 } as const;
  await createPolicy(it.db, { ...spec, name: "day", target: { object_lock: lock } }, it);
  const workload = await it.workload("web-1", [source], { "backup-policy": "open" });
  await it.run();
  const locksOf = async (region: Region) => {
    const store = await it.engine.openStore(projectStore(region, workload.project_id));
    const found = new Map<string, string>();
    for await (const { key, lock: held } of store.list("")) {
      if (held !== undefined) found.set(key, `${held.mode} ${new Date(held.retain_until_ms).toISOString()}`);
    }
    await store.close();
    return found;
  };
  const backUp = async (policy: string) => {
    await updateWorkload(it.db, workload.id, { tags: { "backup-policy": policy } }, it);
    const { backup_id } = await it.backUp("web-1");
    const copies = (await listJobs(it.db, { kind: "copy", backup_id: backup_id ?? "" })).map((job) => it.ended(job.id));
    assert.deepEqual(
      (await Promise.all(copies)).map((job) => job.state),
      ["SUCCEEDED"],
    );
    return getBackup(it.db, backup_id ?? "");
  };

  await backUp("open");
  for (const region of [home, peer]) assert.equal((await locksOf(region)).size, 0);
  const worm = await backUp("worm");
  assert.equal(worm.lock_until, worm.retain_until);
  const day = await backUp("day"); // shares its packs, and is locked for less
  for (const region of [home, peer]) {
    const locks = await locksOf(region);
    assert.equal(locks.get(`manifests/${worm.id}`), `COMPLIANCE ${worm.lock_until}`);
    assert.equal(locks.get(`manifests/${day.id}`), `GOVERNANCE ${day.lock_until}`);
    // What backups share is locked a little longer, to the end of a lock epoch, so that it is touched once in each.
    const until_ms = Date.parse(worm.lock_until ?? "");
    const coversWorm = (held = "") => {
      const [mode, date] = held.split(" ");
      const over_ms = Date.parse(date ?? "") - until_ms;
      return mode === "COMPLIANCE" && over_ms >= 0 && over_ms <= 24 * 3_600_000;
    };
    assert.ok(coversWorm(locks.get("config")), locks.get("config"));
    const packs = [...locks.keys()].filter((key) => key.startsWith("packs/"));
    assert.ok(packs.length > 0 && packs.every((key) => coversWorm(locks.get(key))));
    const store = await it.engine.openStore(projectStore(region, workload.project_id));
    await assert.rejects(store.delete(packs[0] ?? ""), (error) => hasCode(error, "STORE_LOCKED"));
    await store.close();
  }
});

const storeError = errorCatalogue({
  AWAY: { fault: "operational", retry: "never", guidance: "wait", status_reason: "StorageUnavailable" },
});

async function backUp(it: Installation): Promise<string> {
  const source = join(it.dir, "source");
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "a.txt"), "a".repeat(50_000));
  const target = {
    name: "two",
    schedule: { daily: "02:00 UTC" },
    retention: { daily: 3 },
    copy: { cross_region: "bd-ctg-1" },
  };
  await createPolicy(it.db, target, it);
  await it.workload("web-1", [source], { "backup-policy": "two" });
  const job = await it.backUp("web-1");
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  return job.backup_id ?? "";
}

test("a backup is copied to its second region as it is, and the lag is measured", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const backup_id = await backUp(it);
  const [copy_job] = await listJobs(it.db, { kind: "copy" });
  const job = await it.ended(copy_job?.id ?? "");
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  const [copy] = await listCopies(it.db, { backup_ids: [backup_id] });
  assert.equal(copy?.state, "AVAILABLE");
  assert.ok((copy?.copied_bytes ?? 0) > 0);
  const backup = await getBackupRow(it.db, backup_id);
  const lag_ms = Date.parse(copy?.completed_at ?? "") - (backup.completed_at?.getTime() ?? 0);
  assert.equal(Math.round((copy?.lag_seconds ?? -1) * 1000), lag_ms);

  // Both regions hold one repository: same identity, same manifest, byte for byte.
  const [a, b] = await Promise.all(
    it.regions.map(async (region) => {
      const row = await it.repositories.find(backup.project_id, region.id);
      return it.repositories.use(row, async (repository) => ({
        id: repository.id,
        manifest: await repository.store.get(`manifests/${backup_id}`),
      }));
    }),
  );
  assert.equal(a?.id, b?.id);
  assert.ok(a?.manifest.equals(b?.manifest ?? Buffer.alloc(0)));

  const status = await replicationStatus(it.db, it.clock, { policy_id: backup.policy_id ?? "" });
  assert.equal(status.pairs.length, 1);
  assert.deepEqual([status.pairs[0]?.from_region, status.pairs[0]?.to_region], ["bd-dha-1", "bd-ctg-1"]);
  assert.deepEqual([status.pairs[0]?.pending, status.pairs[0]?.failed, status.failures_24h], [0, 0, 0]);
  assert.equal(status.lag_seconds, copy?.lag_seconds);
});

test("a region that is away shows as failures and as a growing lag, and is made up for", async (t) => {
  let away = true;
  const it = await installation(t, databases, {
    engine: {
      async runCopy(plan, options) {
        if (away) throw storeError("AWAY", "the region's storage does not answer");
        return engine.runCopy(plan, options);
      },
    },
  });
  await it.run();
  const backup_id = await backUp(it);
  const [failed_job] = await listJobs(it.db, { kind: "copy" });
  const job = await it.ended(failed_job?.id ?? "");
  assert.deepEqual([job.state, job.status_reason], ["FAILED", "StorageUnavailable"]);
  const status = await replicationStatus(it.db, it.clock);
  assert.deepEqual([status.pairs[0]?.failed, status.pairs[0]?.failures_24h], [1, 1]);
  assert.equal(status.pairs[0]?.oldest_uncopied, backup_id);
  assert.ok(status.lag_seconds > 0);
  assert.deepEqual(
    [status.pairs[0]?.cause, status.pairs[0]?.cause_text],
    ["link_down", "no way through: the region's storage does not answer"],
  );

  assert.equal(await repeatFailedCopies(it.db, it), 0, "not before an hour has passed");
  away = false;
  const later = { ...it, clock: { ...it.clock, now_ms: () => it.clock.now_ms() + 3_700_000 } };
  assert.equal(await repeatFailedCopies(it.db, later), 1);
  await it.db
    .updateTable("jobs")
    .set({ run_after: new Date(), state: "QUEUED" })
    .where("state", "=", "WAITING_WINDOW")
    .execute();
  const [repeat] = await listJobs(it.db, { kind: "copy" });
  await it.db
    .updateTable("jobs")
    .set({ run_after: new Date(0) })
    .where("id", "=", repeat?.id ?? "")
    .execute();
  assert.equal((await it.ended(repeat?.id ?? "")).state, "SUCCEEDED");
  assert.equal((await listCopies(it.db, { backup_ids: [backup_id] }))[0]?.state, "AVAILABLE");
});

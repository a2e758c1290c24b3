import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { errorCatalogue } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { engine, installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { getBackupRow, listCopies } from "../catalog/index.ts";
import { listJobs } from "../jobs/index.ts";
import { createPolicy } from "../policy/index.ts";
import { repeatFailedCopies, replicationStatus } from "./index.ts";

const databases = testDatabases();
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

import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { errorCatalogue } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { engine, installation } from "../../testing/index.ts";
import { getBackup, listBackups } from "../catalog/index.ts";
import { createProject, createWorkload, updateWorkload } from "../inventory/index.ts";
import { createPolicy } from "../policy/index.ts";
import { enqueueSlotBackup, requestBackup } from "./index.ts";

const databases = testDatabases();
const passing = errorCatalogue({ LOST: { fault: "operational", retry: "soon", guidance: "wait" } });

async function sourceFolder(dir: string): Promise<string> {
  const source = join(dir, "source");
  await mkdir(join(source, "deep"), { recursive: true });
  await writeFile(join(source, "a.txt"), "a".repeat(100_000));
  await writeFile(join(source, "deep", "b.txt"), "b");
  return source;
}

test("a tagged workload is backed up; the row says what the manifest says, classes and expiry included", async (t) => {
  const it = await installation(t, databases);
  const workload = await it.workload("web-1", [await sourceFolder(it.dir)], {
    "backup-policy": "standard-daily",
    env: "prod",
  });
  await it.run();
  const { job_id } = await requestBackup(it.db, { workload: "web-1" }, it);
  const job = await it.ended(job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  const [backup] = await listBackups(it.db);
  assert.ok(backup !== undefined);
  assert.equal(backup.id, job.backup_id);
  assert.equal(backup.state, "AVAILABLE");
  assert.equal(backup.workload_id, workload.id);
  assert.equal(backup.file_count, 2);
  assert.deepEqual(backup.gfs.map((mark) => mark.class).sort(), ["daily", "weekly"]);
  assert.equal(
    backup.retain_until,
    backup.gfs
      .map((mark) => mark.retain_until)
      .sort()
      .at(-1),
  );

  const again = await it.ended((await requestBackup(it.db, { workload: workload.id }, it)).job_id);
  assert.equal(again.state, "SUCCEEDED");
  const second = await getBackup(it.db, again.backup_id ?? "");
  assert.deepEqual(second.gfs, [], "the first one of the day and of the week carries the classes");
  assert.ok((second.stored_bytes ?? 0) < (backup.stored_bytes ?? 0));
});

test("a source that is not there fails with SourceUnreachable, and so do row and slot", async (t) => {
  const it = await installation(t, databases);
  const workload = await it.workload("gone", [join(it.dir, "nowhere")]);
  const policy = await createPolicy(
    it.db,
    { name: "p", schedule: { daily: "02:00 UTC" }, retention: { daily: 7 }, retry: { max: 1, backoff: "1s" } },
    it,
  );
  await it.run();
  const slot = {
    id: "slt_01k00000000000000000000000",
    workload_id: workload.id,
    policy_id: policy.id,
    policy_version: 1,
    rule: "daily" as const,
  };
  const now = new Date();
  const job_id = await withTransaction(it.db, async (tx) => {
    const spec = {
      kind: "backup" as const,
      workload_id: workload.id,
      policy_id: policy.id,
      policy_version: 1,
      input: {},
    };
    const id = await enqueueSlotBackup(tx, { ...spec, slot_id: slot.id, max_attempts: 1 }, it);
    assert.equal(await enqueueSlotBackup(tx, { ...spec, slot_id: slot.id }, it), id, "a slot has one job");
    const times = { slot_at: now, due_at: now, window_until: now, created_at: now };
    await tx
      .insertInto("schedule_slots")
      .values({ ...slot, ...times, job_id: id })
      .execute();
    return id;
  });
  const job = await it.ended(job_id);
  assert.deepEqual([job.state, job.status_reason], ["FAILED", "SourceUnreachable"]);
  const backup = await getBackup(it.db, job.backup_id ?? "");
  assert.deepEqual([backup.state, backup.status_reason], ["FAILED", "SourceUnreachable"]);
  const settled = await it.db.selectFrom("schedule_slots").selectAll().executeTakeFirstOrThrow();
  assert.deepEqual([settled.outcome, settled.reason], ["FAILED", "SourceUnreachable"]);
});

test("a workload that is not protected on purpose is skipped, or refused when a person asks", async (t) => {
  const it = await installation(t, databases);
  const workload = await it.workload("scratch", [await sourceFolder(it.dir)], { "backup-policy": "standard-daily" });
  const { job_id } = await requestBackup(it.db, { workload: "scratch" }, it);
  await updateWorkload(it.db, workload.id, { tags: { "backup-opt-out": "rebuilt every night" } }, it);
  await it.run();
  assert.equal((await it.ended(job_id)).state, "SKIPPED");
  await assert.rejects(requestBackup(it.db, { workload: "scratch" }, it), { code: "WORKLOAD_EXCLUDED" });
});

test("an attempt that dies after its manifest was written is followed by one that finds it", async (t) => {
  let failures = 2;
  const it = await installation(t, databases, {
    engine: {
      async runBackup(options) {
        const report = await engine.runBackup(options);
        if (failures-- > 0) throw passing("LOST", "the connection broke after the manifest was written");
        return report;
      },
    },
  });
  const workload = await it.workload("web-1", [await sourceFolder(it.dir)]);
  await it.run();
  const spec = { kind: "backup" as const, workload_id: workload.id, input: {}, retry_backoff_ms: 1 };
  const job = await it.ended(await withTransaction(it.db, (tx) => enqueueSlotBackup(tx, spec, it)));
  assert.deepEqual([job.state, job.attempt], ["SUCCEEDED", 3]);
  assert.equal((await listBackups(it.db)).length, 1);
  const row = await it.repositories.find(workload.project_id, workload.region_id);
  const manifests = await it.repositories.use(row, (repository) => repository.listBackupIds());
  assert.deepEqual(manifests, [job.backup_id]);
});

test("a full region fails with StorageQuotaExceeded", async (t) => {
  const it = await installation(t, databases);
  const workload = await it.workload("web-1", [await sourceFolder(it.dir)]);
  await it.run({ slots: 1 });
  const once = { kind: "backup" as const, workload_id: workload.id, input: {}, max_attempts: 1 };
  const backUp = async () => it.ended(await withTransaction(it.db, (tx) => enqueueSlotBackup(tx, once, it)));
  const [region] = it.regions;
  const setQuota = (quota_bytes: number) =>
    it.db
      .updateTable("regions")
      .set({ store: JSON.stringify({ ...region.store, quota_bytes }) })
      .where("id", "=", region.id)
      .execute();
  await setQuota(8_000);
  await writeFile(join(it.dir, "source", "big.bin"), it.random.bytes(500_000));
  const full = await backUp();
  assert.deepEqual([full.state, full.status_reason], ["FAILED", "StorageQuotaExceeded"], JSON.stringify(full.error));

  // What another project stores counts as well.
  await setQuota(300_000);
  await rm(join(it.dir, "source", "big.bin"));
  assert.equal((await backUp()).state, "SUCCEEDED");
  await createProject(it.db, { name: "second", region: region.name }, it);
  const folder = join(it.dir, "of the second");
  await mkdir(folder);
  await writeFile(join(folder, "big.bin"), it.random.bytes(200_000));
  const source = { kind: "files" as const, paths: [folder] };
  await createWorkload(it.db, { name: "web-2", project: "second", type: "host", source }, it);
  await it.backUp("web-2");
  await writeFile(join(it.dir, "source", "large.bin"), it.random.bytes(200_000));
  const together = await backUp();
  assert.deepEqual([together.state, together.status_reason], ["FAILED", "StorageQuotaExceeded"]);
});

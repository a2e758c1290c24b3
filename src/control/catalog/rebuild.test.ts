import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { listRegions, listWorkloads, updateWorkload } from "../inventory/index.ts";
import { listJobs } from "../jobs/index.ts";
import { attachPolicy, createPolicy, listAttachments, listPolicies, setPolicy } from "../policy/index.ts";
import { createSnapshotWriter, listBackups, listCopies, rebuildCatalog, requestRebuild } from "./index.ts";

const databases = testDatabases();

async function regionRow({ db }: Installation) {
  const row = await db.selectFrom("regions").selectAll().limit(1).executeTakeFirstOrThrow();
  return { ...row, store: JSON.stringify(row.store) };
}

test("with the database gone, regions and keys alone give every backup, copy, workload and policy back", async (t) => {
  const before = await installation(t, databases);
  const source = join(before.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a.txt"), "first");
  const spec = {
    name: "two",
    schedule: { daily: "02:00 UTC" },
    retention: { daily: 3 },
    copy: { cross_region: "bd-ctg-1" },
  };
  await createPolicy(before.db, spec, before);
  await before.workload("web-1", [source], { "backup-policy": "two", env: "prod" });
  await before.workload("web-2", [source], { "backup-policy": "standard-daily" });
  await before.run();
  for (const workload of ["web-1", "web-2", "web-1"]) {
    const job = await before.backUp(workload);
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
    await setPolicy(before.db, "two", { retention: { daily: 4 } }, before);
  }
  for (const job of await listJobs(before.db, { kind: "copy" }))
    assert.equal((await before.ended(job.id)).state, "SUCCEEDED");
  const [newest] = await listBackups(before.db);
  await before.verify(newest?.id ?? "");
  await attachPolicy(before.db, "critical-1h", { selectors: ["env=prod"] }, before);
  const exception = { owner: "ops", reason: "moved away", expires_at: "2030-01-01T00:00:00Z" };
  const idle = await before.workload("idle", [source]);
  await updateWorkload(before.db, idle.id, { exception }, before);
  await createSnapshotWriter(before).save();
  const backups = await listBackups(before.db);
  assert.equal(backups[0]?.verified_state, "VALID");
  const copies = await listCopies(before.db);
  assert.deepEqual([backups.length, copies.length], [3, 2]);

  const after = await installation(t, databases, { after: before });
  await after.run();
  const places = before.regions.map(({ store }) => ({ store }));
  const job = await after.ended((await requestRebuild(after, places)).job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error ?? job.result));
  assert.deepEqual([job.result?.["backups_added"], job.result?.["copies_added"]], [3, 2]);

  assert.deepEqual(await listBackups(after.db), backups);
  // What a copy's job moved and which job it was is job history; the rest is the same.
  const known = ({ copied_bytes: _bytes, job_id: _job, ...copy }: (typeof copies)[number]) => copy;
  assert.deepEqual((await listCopies(after.db)).map(known), copies.map(known));
  assert.deepEqual(await listWorkloads(after.db), await listWorkloads(before.db));
  assert.deepEqual(await listAttachments(after.db), await listAttachments(before.db));
  assert.deepEqual(await listPolicies(after.db), await listPolicies(before.db));
  assert.deepEqual(
    (await listRegions(after.db)).map(({ id, name, country }) => ({ id, name, country })),
    (await listRegions(before.db)).map(({ id, name, country }) => ({ id, name, country })),
  );
  const again = await rebuildCatalog(places, after);
  assert.deepEqual([again.backups_added, again.backups_adopted, again.copies_added, again.missing], [0, 0, 0, []]);

  // An unrebuilt database does not put its emptiness over the snapshots of the lost one; the rebuilt one goes on with
  // them.
  const empty = await installation(t, databases, { after: before });
  await empty.db
    .insertInto("regions")
    .values(await regionRow(after))
    .execute();
  await createSnapshotWriter(empty).save();
  assert.equal((await rebuildCatalog(places, after)).snapshot_at, again.snapshot_at);
  await createSnapshotWriter(after).save();
  assert.notEqual((await rebuildCatalog(places, after)).snapshot_at, again.snapshot_at);

  // The workload goes on being protected where it was.
  await after.backUp("web-1");
  for (const each of await listJobs(after.db, { kind: "copy" })) {
    assert.equal((await after.ended(each.id)).state, "SUCCEEDED");
  }
});

test("what a region lost is named; what only its peer holds comes back from there", async (t) => {
  const before = await installation(t, databases);
  const source = join(before.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a.txt"), "first");
  const spec = {
    name: "two",
    schedule: { daily: "02:00 UTC" },
    retention: { daily: 3 },
    copy: { cross_region: "bd-ctg-1" },
  };
  await createPolicy(before.db, spec, before);
  await before.workload("web-1", [source], { "backup-policy": "two" });
  await before.run();
  const made = await before.backUp("web-1");
  for (const job of await listJobs(before.db, { kind: "copy" })) await before.ended(job.id);
  await rm(join(before.dir, "bd-dha-1", "projects", before.project.id, "manifests", made.backup_id ?? ""));

  const here = await rebuildCatalog(before.regions, before);
  assert.deepEqual(here.missing, [made.backup_id]);

  const after = await installation(t, databases, { after: before });
  await rebuildCatalog(before.regions.slice(1), after);
  const [backup] = await listBackups(after.db);
  assert.deepEqual([backup?.id, backup?.region_id, backup?.state], [made.backup_id, before.regions[1].id, "AVAILABLE"]);
});

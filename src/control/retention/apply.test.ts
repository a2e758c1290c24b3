import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import type { Job } from "../../model/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { getBackup, rebuildCatalog } from "../catalog/index.ts";
import { enqueueJob, listJobs } from "../jobs/index.ts";
import { createPolicy } from "../policy/index.ts";
import { applyRetention, planSweeps, requestDelete, requestSweep, requestUndelete } from "./index.ts";

const databases = testDatabases();
const YEAR_MS = 365 * 86_400_000;

/**
 * A workload with three backups in both regions, made (says the catalog) ten, nine and no years ago, kept for seven.
 */
async function threeBackups(it: Installation, immutable: boolean) {
  const source = join(it.dir, "source");
  await mkdir(source);
  const spec = { schedule: { daily: "02:00 UTC" }, retention: { daily: 1 }, immutable };
  await createPolicy(it.db, { ...spec, name: "compliance", copy: { cross_region: it.regions[1].name } }, it);
  await it.workload("web-1", [source], { "backup-policy": "compliance" });
  await it.run();
  const ids: string[] = [];
  for (const age_years of [10, 9, 0]) {
    await writeFile(join(source, `of-${age_years}`), it.random.bytes(200_000));
    const { backup_id } = await it.backUp("web-1");
    ids.push(backup_id ?? "");
    for (const job of await listJobs(it.db, { kind: "copy", backup_id: backup_id ?? "" })) await it.ended(job.id);
    if (age_years === 0) continue;
    const created_at = new Date(Date.now() - age_years * YEAR_MS);
    const retain_until = new Date(created_at.getTime() + 7 * YEAR_MS);
    const gfs = JSON.stringify([]);
    await it.db
      .updateTable("backups")
      .set({ created_at, retain_until, gfs })
      .where("id", "=", ids.at(-1) ?? "")
      .execute();
  }
  return ids as [string, string, string];
}

async function endedAll(it: Installation, kind: "delete"): Promise<Job[]> {
  return Promise.all((await listJobs(it.db, { kind })).map((job) => it.ended(job.id)));
}

const inRegion = async <T>(
  it: Installation,
  region: number,
  work: (repository: Parameters<Parameters<Installation["repositories"]["use"]>[1]>[0]) => Promise<T>,
) =>
  it.repositories.use(
    await it.repositories.find(it.project.id, it.regions[region as 0].id),
    work as never,
  ) as Promise<T>;

test("retention deletes what is past its date in both regions; it comes back, and a sweep takes the rest for good", async (t) => {
  const it = await installation(t, databases);
  const [first, second, third] = await threeBackups(it, false);
  // A restore that waits for its storage to thaw.
  const reading = { kind: "restore", project_id: it.project.id, backup_id: first, input: {} } as const;
  const run_after = new Date(Date.now() + YEAR_MS);
  const reader = await withTransaction(it.db, (tx) => enqueueJob(tx, { ...reading, run_after }, it));
  assert.equal(await applyRetention(it.db, it), 1, "what somebody still reads stays");
  await assert.rejects(
    withTransaction(it.db, (tx) => requestDelete(tx, first, "asked for", it)),
    (error: { code: string; message: string }) =>
      error.code === "BACKUP_IN_USE" && error.message.includes(`restore ${reader.job_id}`),
  );
  await it.db.deleteFrom("jobs").where("id", "=", reader.job_id).execute();
  assert.equal(await applyRetention(it.db, it), 1);
  assert.deepEqual(
    (await endedAll(it, "delete")).map((job) => job.state),
    ["SUCCEEDED", "SUCCEEDED"],
  );
  assert.equal(await applyRetention(it.db, it), 0, "nothing is left to delete");
  // What `baas list --policy compliance --older-than 7y` asks for.
  const older = await it.db
    .selectFrom("backups")
    .select("id")
    .where("created_at", "<", new Date(Date.now() - 7 * YEAR_MS))
    .where("state", "not in", ["DELETED", "FAILED"])
    .execute();
  assert.deepEqual(older, []);
  for (const region of [0, 1]) {
    const notes = await inRegion(it, region, (repository) => repository.readForgotten());
    assert.deepEqual([...notes.keys()].sort(), [first, second].sort());
    const days = [...notes.values()].map((note) => Math.round((note.recoverable_until_ms - Date.now()) / 86_400_000));
    assert.deepEqual(days, [14, 14]);
  }

  const asked = await withTransaction(it.db, (tx) => requestUndelete(tx, second, it));
  assert.equal((await it.ended(asked.job_id)).state, "SUCCEEDED");
  assert.equal((await getBackup(it.db, second)).state, "AVAILABLE");
  assert.equal(await applyRetention(it.db, it), 0, "what was brought back stays for a while");
  assert.equal((await it.verify(second)).state, "SUCCEEDED");

  for (const region of [0, 1]) await inRegion(it, region, (repository) => repository.forget(first, Date.now() - 1));
  await it.db
    .updateTable("backups")
    .set({ recoverable_until: new Date(Date.now() - 1) })
    .where("id", "=", first)
    .execute();
  assert.equal(await planSweeps(it.db, it), 2);
  assert.equal(await planSweeps(it.db, it), 0, "asked for once a day");
  for (const job of await listJobs(it.db, { kind: "sweep" })) {
    const ended = await it.ended(job.id);
    assert.equal(ended.state, "SUCCEEDED", JSON.stringify(ended.error));
    assert.deepEqual([ended.result?.["status"], ended.result?.["backups_removed"]], ["done", [first]]);
  }
  // One that had to wait for a writer is not left to the next week.
  const [job] = await listJobs(it.db, { kind: "sweep" });
  const waiting = { result: JSON.stringify({ ...job?.result, status: "waiting" }) };
  await it.db
    .updateTable("jobs")
    .set(waiting)
    .where("id", "=", job?.id ?? "")
    .execute();
  assert.deepEqual([await planSweeps(it.db, it), await planSweeps(it.db, it)], [1, 0]);
  const again = (await listJobs(it.db, { kind: "sweep" })).find(({ finished_at }) => finished_at === null);
  if (again !== undefined) await it.ended(again.id);
  for (const region of [0, 1]) {
    assert.deepEqual(await inRegion(it, region, (repository) => repository.listBackupIds()), [second, third].sort());
  }
  const gone = await withTransaction(it.db, (tx) => requestUndelete(tx, first, it));
  const ended = await it.ended(gone.job_id);
  assert.deepEqual([ended.state, ended.error?.code], ["FAILED", "BACKUP_GONE"]);
});

test("an immutable backup is not deleted, whoever asks", async (t) => {
  const it = await installation(t, databases);
  const [first, , third] = await threeBackups(it, true);
  const remove = (id: string) => withTransaction(it.db, (tx) => requestDelete(tx, id, "asked for", it));
  const { lock_until } = await getBackup(it.db, third);
  await assert.rejects(remove(third), (error: { code: string; message: string; spec: { guidance: string } }) => {
    assert.equal(error.code, "BACKUP_IMMUTABLE");
    assert.match(error.message, new RegExp(`immutable \\(COMPLIANCE\\) .* before ${lock_until}; it holds \\d+ bytes`));
    return true;
  });
  // The catalog does not know of a lock: the store does, and nothing changes.
  await it.db.updateTable("backups").set({ lock_until: null, lock_mode: null }).where("id", "=", first).execute();
  const { job_id } = await remove(first);
  const ended = await it.ended(job_id);
  assert.deepEqual([ended.state, ended.error?.code], ["FAILED", "BACKUP_IMMUTABLE"]);
  assert.equal((await getBackup(it.db, first)).state, "AVAILABLE");
  for (const region of [0, 1])
    assert.equal((await inRegion(it, region, (repository) => repository.readForgotten())).size, 0);
});

test("a rebuilt catalog knows what is deleted", async (t) => {
  const it = await installation(t, databases);
  const [first] = await threeBackups(it, false);
  await applyRetention(it.db, it);
  await endedAll(it, "delete");
  const lost = await installation(t, databases, { after: it });
  await rebuildCatalog(it.regions, lost);
  assert.equal((await getBackup(lost.db, first)).state, "DELETED");
  const { job_id } = await withTransaction(it.db, (tx) =>
    requestSweep(tx, { project_id: it.project.id, region_id: it.regions[0].id }, it),
  );
  assert.equal((await it.ended(job_id)).result?.["status"], "done");
});

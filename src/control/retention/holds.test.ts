import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { getBackup } from "../catalog/index.ts";
import { setProjectQuota } from "../inventory/index.ts";
import { listJobs } from "../jobs/index.ts";
import { createPolicy } from "../policy/index.ts";
import { applyRetention, createHold, planAudit, releaseHold, requestDelete, requestSweep } from "./index.ts";

const databases = testDatabases();
const YEAR_MS = 365 * 86_400_000;

async function workload(it: Installation, more: object): Promise<string> {
  const source = join(it.dir, "source");
  await mkdir(source);
  await createPolicy(it.db, { name: "p", schedule: { daily: "02:00 UTC" }, retention: { daily: 7 }, ...more }, it);
  await it.workload("web-1", [source], { "backup-policy": "p" });
  await it.run();
  return source;
}

async function backUp(it: Installation, source: string, name: string) {
  await writeFile(join(source, name), it.random.bytes(300_000));
  const job = await it.backUp("web-1");
  return { id: job.backup_id ?? "", result: job.result ?? {} };
}

/** As if the backup had been made long ago, and nothing kept it. */
async function age(it: Installation, id: string, years: number): Promise<void> {
  const created_at = new Date(Date.now() - years * YEAR_MS);
  await it.db
    .updateTable("backups")
    .set({ created_at, retain_until: new Date(created_at.getTime() + 86_400_000), gfs: "[]" })
    .where("id", "=", id)
    .execute();
}

test("what is held survives retention, delete and sweep, and goes when it is released", async (t) => {
  const it = await installation(t, databases);
  const source = await workload(it, {});
  const first = (await backUp(it, source, "one")).id;
  const second = (await backUp(it, source, "two")).id;
  await backUp(it, source, "three");
  await age(it, first, 3);
  await age(it, second, 2);
  const tx = <T>(work: Parameters<typeof withTransaction<T>>[1]) => withTransaction(it.db, work);
  const on_backup = await tx((db) => createHold(db, { backup_id: first, reason: "case 7", by: "tok_1" }, it));
  const on_all = await tx((db) => createHold(db, { workload: "web-1", reason: "audit", by: "tok_1" }, it));
  assert.equal((await it.ended(on_backup.job.job_id)).state, "SUCCEEDED");
  assert.equal(await applyRetention(it.db, it), 0, "retention leaves both alone");
  await assert.rejects(
    tx((db) => requestDelete(db, first, "asked for", it)),
    { code: "BACKUP_HELD", message: /legal hold hld_\w+: case 7/ },
  );

  await tx((db) => releaseHold(db, on_all.hold.id, { reason: "over", by: "tok_1" }, it));
  assert.equal(await applyRetention(it.db, it), 1, "only the second goes");
  for (const job of await listJobs(it.db, { kind: "delete" }))
    assert.equal((await it.ended(job.id)).state, "SUCCEEDED");
  // Its time to be brought back is over; a hold set before the sweep keeps it all the same.
  const row = await it.repositories.find(it.project.id, it.regions[0].id);
  const again = await tx((db) => createHold(db, { backup_id: second, reason: "late", by: "tok_1" }, it));
  await it.repositories.use(row, (repository) => repository.forget(second, Date.now() - 1));
  const sweep = async () => {
    const place = { project_id: it.project.id, region_id: it.regions[0].id };
    return it.ended((await tx((db) => requestSweep(db, place, it))).job_id);
  };
  assert.deepEqual((await sweep()).result?.["backups_removed"], []);
  await tx((db) => releaseHold(db, again.hold.id, { reason: "over", by: "tok_1" }, it));
  assert.deepEqual((await sweep()).result?.["backups_removed"], [second]);
  assert.equal((await it.verify(first)).state, "SUCCEEDED");
  await assert.rejects(
    tx((db) => releaseHold(db, again.hold.id, { reason: "twice", by: "tok_1" }, it)),
    { code: "HOLD_RELEASED" },
  );
});

test("GOVERNANCE is bypassed only when asked, and on record; COMPLIANCE never", async (t) => {
  const it = await installation(t, databases);
  const source = await workload(it, { target: { object_lock: { mode: "GOVERNANCE", days: 30 } } });
  const first = (await backUp(it, source, "one")).id;
  const remove = (id: string, bypass_governance: boolean) =>
    withTransaction(it.db, (tx) => requestDelete(tx, id, "asked for", it, { bypass_governance }));
  await assert.rejects(remove(first, false), { code: "BACKUP_IMMUTABLE" });
  assert.equal((await it.ended((await remove(first, true)).job_id)).state, "SUCCEEDED");
  assert.equal((await getBackup(it.db, first)).state, "DELETED");
  const place = { project_id: it.project.id, region_id: it.regions[0].id };
  const row = await it.repositories.find(it.project.id, it.regions[0].id);
  await it.repositories.use(row, async (repository) =>
    repository.forget(first, Date.now() - 1, { bypass_governance: true }),
  );
  const sweep = async (bypass_governance: boolean) =>
    (
      await it.ended(
        (
          await withTransaction(it.db, (tx) => requestSweep(tx, { ...place, bypass_governance }, it))
        ).job_id,
      )
    ).result?.["backups_removed"];
  assert.deepEqual(await sweep(false), [], "its lock still runs");
  assert.deepEqual(await sweep(true), [first]);
  const events = await it.db.selectFrom("events").select("data").where("type", "=", "holdfast.lock.bypassed").execute();
  assert.equal(events.length, 2);

  await it.db.updateTable("backups").set({ lock_mode: "COMPLIANCE" }).execute();
  const second = (await backUp(it, source, "two")).id;
  await it.db.updateTable("backups").set({ lock_mode: "COMPLIANCE" }).where("id", "=", second).execute();
  await assert.rejects(remove(second, true), { code: "BACKUP_IMMUTABLE", message: /it holds \d+ bytes/ });
});

test("packs are locked once an epoch: later backups find what they need and ask for nothing", async (t) => {
  const it = await installation(t, databases);
  const source = await workload(it, { immutable: true });
  const counts: [number, number, number][] = [];
  for (let at = 0; at < 4; at++) {
    const { id, result } = await backUp(it, source, `file-${at}`);
    counts.push([Number(result["lock_looks"]), Number(result["lock_calls"]), Number(result["lock_covered"])]);
    const row = await it.repositories.find(it.project.id, it.regions[0].id);
    await it.repositories.use(row, async (repository) => {
      const manifest = await repository.readManifest(id);
      const until_ms = Date.parse((await getBackup(it.db, id)).lock_until ?? "");
      for (const pack of manifest.packs) {
        const lock = (await repository.store.stat(`packs/${pack.slice(0, 2)}/${pack}`))?.lock;
        assert.equal(lock?.mode, "COMPLIANCE");
        assert.ok((lock?.retain_until_ms ?? 0) >= until_ms, "no pack is locked shorter than its backup");
      }
    });
  }
  t.diagnostic(`looks, calls, covered: ${JSON.stringify(counts)}`);
  const [first, ...later] = counts as [[number, number, number], ...[number, number, number][]];
  assert.equal(first[2], 0);
  for (const [at, [, calls, covered]] of later.entries()) {
    assert.ok(covered >= at + 1, "packs of the backups before are not even asked about");
    assert.ok(calls <= first[1], `${calls} calls, ${first[1]} at first`);
  }
});

test("a backup over the project's quota fails before it writes", async (t) => {
  const it = await installation(t, databases);
  const source = await workload(it, {});
  await backUp(it, source, "one");
  await withTransaction(it.db, (tx) => setProjectQuota(tx, "acme", 400_000, it));
  const row = await it.repositories.find(it.project.id, it.regions[0].id);
  const listed = async () => {
    const keys: string[] = [];
    await it.repositories.useStore(row, async (store) => {
      for await (const { key } of store.list("")) keys.push(key);
    });
    return keys;
  };
  const before = await listed();
  await writeFile(join(source, "two"), it.random.bytes(300_000));
  await assert.rejects(it.backUp("web-1"));
  const [refused] = await listJobs(it.db, { kind: "backup" });
  assert.deepEqual([refused?.state, refused?.status_reason], ["FAILED", "StorageQuotaExceeded"]);
  assert.match(refused?.error?.message ?? "", /project acme has \d+ of 400000 bytes stored/);
  assert.deepEqual(await listed(), before);
  await withTransaction(it.db, (tx) => setProjectQuota(tx, "acme", null, it));
  await it.backUp("web-1");
});

test("the daily audit shows that nothing older than the policy is left, and says so when something is", async (t) => {
  const it = await installation(t, databases);
  const source = await workload(it, {});
  const first = (await backUp(it, source, "one")).id;
  await backUp(it, source, "two");
  await age(it, first, 3);
  assert.equal(await planAudit(it.db, it), true);
  assert.equal(await planAudit(it.db, it), false, "once a day");
  const [asked] = await listJobs(it.db, { kind: "retention_audit" });
  const bad = await it.ended(asked?.id ?? "");
  assert.deepEqual([bad.state, bad.result?.["overdue"]], ["SUCCEEDED_WITH_WARNINGS", 1]);
  await applyRetention(it.db, it);
  for (const job of await listJobs(it.db, { kind: "delete" })) await it.ended(job.id);
  await it.db
    .updateTable("jobs")
    .set({ idempotency_key: null })
    .where("id", "=", asked?.id ?? "")
    .execute();
  await planAudit(it.db, it);
  const [next] = await listJobs(it.db, { kind: "retention_audit" });
  const good = await it.ended(next?.id ?? "");
  assert.deepEqual([good.state, good.result?.["overdue"]], ["SUCCEEDED", 0]);
  const policies = good.result?.["policies"] as { policy: string; listed: number }[];
  assert.equal(policies.find((each) => each.policy === "p")?.listed, 0);
});

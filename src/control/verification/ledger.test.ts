import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { compactVerify, importJWK } from "jose";
import { systemClock } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { lazySigner } from "../evidence/index.ts";
import { lateLedgers, ledger, planDeepReads, planIntegrity } from "./index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;

/** What was asked for on a later day need not wait for it. */
async function startNow({ db, clock }: Installation, id: string): Promise<void> {
  const run_after = new Date(clock.now_ms());
  await db.updateTable("jobs").set({ run_after }).where("id", "=", id).execute();
}

test("every pack is read in its time, a day's share at a time, and a damaged one is found by it", async (t) => {
  const it = await installation(t, databases);
  const { db } = it;
  const source = join(it.dir, "source");
  await mkdir(source);
  await it.workload("web-1", [source]);
  await it.run();
  for (let n = 0; n < 3; n++) {
    await writeFile(join(source, `${n}.bin`), it.random.bytes(100_000));
    await it.backUp("web-1");
  }
  await db
    .insertInto("settings")
    .values({ key: "verification.ledger", value: JSON.stringify({ days: 2 }), updated_at: new Date(0) })
    .execute();
  const later = (days: number) => ({ ...it, clock: { ...it.clock, now_ms: () => it.clock.now_ms() + days * DAY_MS } });
  const read = async (days: number) => {
    assert.equal(await planDeepReads(db, later(days)), 1);
    assert.equal(await planDeepReads(db, later(days)), 0, "once a day");
    const { id } = await db
      .selectFrom("jobs")
      .select("id")
      .where("kind", "=", "deep_read")
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirstOrThrow();
    await startNow(it, id);
    return it.ended(id);
  };
  assert.equal(await planDeepReads(db, it), 0, "of the first day every pack was just written");
  assert.deepEqual(await lateLedgers(db, later(2).clock), []);
  assert.deepEqual(
    (await lateLedgers(db, later(4).clock)).map(({ packs, oldest_read_at }) => [packs, oldest_read_at]),
    [[0, null]],
  );
  assert.equal((await read(2)).state, "SUCCEEDED");
  const [half] = await ledger(db, it.clock);
  assert.ok(half !== undefined && half.read_packs > 0 && half.never_read_packs > 0, JSON.stringify(half));
  assert.ok(half.read_bytes >= half.bytes / 2);
  assert.equal((await read(3)).state, "SUCCEEDED");
  const [whole] = await ledger(db, it.clock);
  assert.deepEqual([whole?.never_read_packs, whole?.read_bytes, whole?.on_time], [0, whole?.bytes, true]);
  assert.deepEqual(await lateLedgers(db, later(2).clock), []);
  const late = (await lateLedgers(db, later(9).clock))[0];
  assert.deepEqual(
    [late?.packs, late?.bytes, late?.project, late?.region],
    [whole?.packs, whole?.bytes, "acme", "bd-dha-1"],
  );
  assert.equal((await ledger(db, later(9).clock))[0]?.on_time, false, "nobody read for a week");

  const packs = join(it.dir, "bd-dha-1", "projects", it.project.id, "packs");
  for (const each of await readdir(packs, { recursive: true, withFileTypes: true })) {
    if (!each.isFile()) continue;
    const path = join(each.parentPath, each.name);
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    await chmod(path, 0o600);
    await writeFile(path, bytes);
  }
  const bad = await read(4);
  assert.equal(bad.state, "SUCCEEDED_WITH_WARNINGS");
  assert.ok(((await ledger(db, it.clock))[0]?.damaged_packs ?? 0) > 0);
  const verify = await db.selectFrom("jobs").select("id").where("kind", "=", "verify").executeTakeFirstOrThrow();
  await it.ended(verify.id);
  const marked = await db.selectFrom("backups").select("id").where("state", "=", "DAMAGED").execute();
  assert.ok(marked.length > 0, "and the backups it hurts are marked");
});

test("much that is new each day does not keep what is old from being read again in its time", async (t) => {
  let ahead_ms = 0;
  const clock = { ...systemClock, now_ms: () => systemClock.now_ms() + ahead_ms };
  const it = await installation(t, databases, { clock });
  const { db } = it;
  const source = join(it.dir, "source");
  await mkdir(source);
  await it.workload("web-1", [source]);
  await it.run();
  await db
    .insertInto("settings")
    .values({ key: "verification.ledger", value: JSON.stringify({ days: 3 }), updated_at: new Date(0) })
    .execute();
  // Each day more is new than the share of a day is.
  for (let day = 0; day < 6; day++) {
    ahead_ms = day * DAY_MS;
    await writeFile(join(source, `${day}.bin`), it.random.bytes(20_000 * 2 ** day));
    await it.backUp("web-1");
    if ((await planDeepReads(db, it)) === 0) continue;
    const jobs = db.selectFrom("jobs").select("id").where("kind", "=", "deep_read").orderBy("created_at", "desc");
    await it.ended((await jobs.executeTakeFirstOrThrow()).id);
    const [line] = await ledger(db, clock);
    assert.equal(line?.on_time, true, `day ${day}: ${JSON.stringify(line)}`);
  }
});

test("every slot of a day is accounted for once, in a report that whoever has the key can check", async (t) => {
  const it = await installation(t, databases);
  const { db } = it;
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), "a");
  const workload = await it.workload("web-1", [source]);
  await it.run();
  const job = await it.backUp("web-1");
  const policy = await db.selectFrom("policies").select("id").executeTakeFirstOrThrow();
  const now = new Date(it.clock.now_ms());
  const outcomes = ["SUCCEEDED", "SUCCEEDED", "FAILED", "EXPIRED", "SKIPPED", "COVERED_BY", null] as const;
  for (const [i, outcome] of outcomes.entries()) {
    await db
      .insertInto("schedule_slots")
      .values({
        id: `slt_${i}`,
        workload_id: workload.id,
        policy_id: policy.id,
        policy_version: 1,
        rule: "daily",
        slot_at: new Date(now.getTime() - i * 1000),
        due_at: now,
        window_until: now,
        created_at: now,
        outcome,
        decided_at: outcome === null ? null : now,
        job_id: i === 1 ? job.id : null,
      })
      .execute();
  }
  await db
    .updateTable("jobs")
    .set({ complete_until: new Date(now.getTime() - 3_600_000) })
    .where("id", "=", job.id)
    .execute();
  const tomorrow = { ...it, clock: { ...it.clock, now_ms: () => it.clock.now_ms() + DAY_MS + 3_600_000 } };
  assert.equal(await planIntegrity(db, tomorrow), 1);
  const { id } = await db.selectFrom("jobs").select("id").where("kind", "=", "integrity").executeTakeFirstOrThrow();
  await startNow(it, id);
  const ended = await it.ended(id);
  assert.equal(ended.state, "SUCCEEDED", JSON.stringify(ended.error));
  const row = await db.selectFrom("integrity_reports").selectAll().executeTakeFirstOrThrow();
  const { public_key } = await lazySigner(it)();
  const { payload } = await compactVerify(row.jws, await importJWK(public_key, "EdDSA"));
  const report = JSON.parse(Buffer.from(payload).toString());
  assert.deepEqual(report.account, {
    scheduled: 7,
    succeeded: 1,
    late: 1,
    failed: 1,
    missed: 1,
    skipped: 1,
    covered: 1,
    open: 1,
  });
  assert.deepEqual([report.backups_checked, report.backups_not_whole], [1, []]);
  assert.equal(report.not_as_planned.length, 5);
});

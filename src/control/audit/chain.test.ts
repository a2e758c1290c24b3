import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { sql } from "kysely";
import { systemClock } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { appendAudit, appendAudits, type NewAuditEntry, pruneAudit, verifyAudit } from "./chain.ts";

const databases = testDatabases();
const entry: NewAuditEntry = {
  actor_kind: "token",
  actor_id: "tok_1",
  actor_name: "admin",
  address: "127.0.0.1",
  user_agent: "test",
  action: "create_region",
  method: "POST",
  path: "/v1/regions",
  project_id: null,
  subject: null,
  outcome: "DONE",
  status: 201,
  reason: null,
  request: { name: "x", password: "hunter2hunter2" },
  before: null,
  after: { name: "x", note: "ünïcode", size: 1.5 },
  request_id: "req_1",
};

test("the chain holds after 10,000 random operations; the database refuses change, and a forged entry is found", async () => {
  const { db } = await databases.create();
  const json = fc.sample(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 })), 500);
  const actions = ["create_region", "delete_backup", "create_restore", "update_policy"];
  for (let done = 0; done < 10_000; done += 500) {
    const batch = json.map((after, i) => {
      const action = actions[i % actions.length] ?? "";
      return { ...entry, action, after, request_id: `req_${done + i}` };
    });
    await appendAudits(db, batch, systemClock);
  }
  const verdict = await verifyAudit(db);
  assert.deepEqual([verdict.valid, verdict.entries, verdict.detail], [true, 10_000, null]);

  const append_only = /append-only/;
  await assert.rejects(db.updateTable("audit_log").set({ actor_name: "nobody" }).execute(), append_only);
  await assert.rejects(db.deleteFrom("audit_log").where("sequence", "=", 7).execute(), append_only);
  await assert.rejects(sql`truncate audit_log`.execute(db), append_only);
  const text = JSON.stringify(await db.selectFrom("audit_log").selectAll().limit(3).execute());
  assert.ok(!text.includes("hunter2"));

  // Whoever owns the database can switch the trigger off, but not make the hashes fit.
  await sql`alter table audit_log disable trigger user`.execute(db);
  await db.updateTable("audit_log").set({ actor_name: "nobody" }).where("sequence", "=", 4321).execute();
  assert.equal((await verifyAudit(db)).broken_at, 4321);
  await db.updateTable("audit_log").set({ actor_name: "admin" }).where("sequence", "=", 4321).execute();
  await db.deleteFrom("audit_log").where("sequence", "=", 99).execute();
  assert.equal((await verifyAudit(db)).broken_at, 100);
});

test("entries that are written at once form one chain, and the oldest may go", async () => {
  const { db } = await databases.create();
  await Promise.all(Array.from({ length: 40 }, () => appendAudit(db, entry, systemClock)));
  const before = await verifyAudit(db);
  assert.equal(before.entries, 40);
  const cut = await db.selectFrom("audit_log").select("time").where("sequence", "=", 20).executeTakeFirstOrThrow();
  const gone = await pruneAudit(db, new Date(cut.time.getTime()), systemClock);
  assert.ok(gone <= 19);
  await appendAudit(db, entry, systemClock);
  const after = await verifyAudit(db);
  assert.deepEqual([after.valid, after.entries], [true, 41 - gone]);
  assert.equal(await pruneAudit(db, new Date(systemClock.now_ms() + 1000), systemClock), 41 - gone);
  await appendAudit(db, entry, systemClock);
  assert.deepEqual([(await verifyAudit(db)).valid, (await verifyAudit(db)).head.sequence], [true, 42]);
});

test("what a system that watches the log has not received stays, however old", async () => {
  const { db } = await databases.create();
  for (let n = 0; n < 10; n++) await appendAudit(db, entry, systemClock);
  const sink = (name: string, cursor: number) => ({
    id: `snk_${name}`,
    name,
    kind: "https" as const,
    format: "ocsf" as const,
    config: "{}",
    cursor,
    next_at: new Date(),
    created_at: new Date(),
    created_by: "admin",
  });
  await db
    .insertInto("siem_sinks")
    .values([sink("quick", 9), sink("down", 4)])
    .execute();
  const later = new Date(systemClock.now_ms() + 1000);
  assert.equal(await pruneAudit(db, later, systemClock), 4);
  assert.equal(await pruneAudit(db, later, systemClock), 0);
  assert.deepEqual([(await verifyAudit(db)).valid, (await verifyAudit(db)).entries], [true, 6]);
  await db.updateTable("siem_sinks").set({ cursor: 10 }).execute();
  assert.equal(await pruneAudit(db, later, systemClock), 6);
});

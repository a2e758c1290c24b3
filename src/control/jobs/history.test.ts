import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { appendEvent, readEvents } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { deleteHistory, listJobs, listSteps } from "./index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;
const LIMITS = { jobs_days: 90, events_days: 30 };

test("old jobs and events go, with what hangs on them; those that a live backup refers to stay", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), "a");
  const workload = await it.workload("web-1", [source]);
  await it.run();
  const kept = await it.backUp("web-1");
  const gone = await it.backUp("web-1");
  const first_look = await it.verify(kept.backup_id ?? "");
  const last_look = await it.verify(kept.backup_id ?? "");
  await it.db
    .updateTable("backups")
    .set({ state: "DELETED" })
    .where("id", "=", gone.backup_id ?? "")
    .execute();
  const slot_at = new Date();
  const slot = (id: string, job_id: string, minute: number) => ({
    id,
    job_id,
    workload_id: workload.id,
    policy_id: "pol_1",
    policy_version: 1,
    rule: "hourly" as const,
    slot_at: new Date(slot_at.getTime() + minute * 60_000),
    due_at: slot_at,
    window_until: slot_at,
    outcome: "SUCCEEDED" as const,
    created_at: slot_at,
    decided_at: slot_at,
  });
  const at = slot_at;
  await it.db
    .insertInto("policies")
    .values({ id: "pol_1", name: "p", version: 1, created_at: at, updated_at: at })
    .execute();
  await it.db
    .insertInto("schedule_slots")
    .values([slot("slt_kept", kept.id, 0), slot("slt_gone", gone.id, 1)])
    .execute();
  const ids = async () => (await listJobs(it.db)).map((job) => job.id).sort();
  const all = [kept, gone, first_look, last_look].map((job) => job.id).sort();
  assert.deepEqual(await ids(), all);

  const now_ms = it.clock.now_ms();
  assert.deepEqual(await deleteHistory(it.db, now_ms + 29 * DAY_MS, LIMITS), { jobs: 0, slots: 0, events: 0 });
  const month = await deleteHistory(it.db, now_ms + 31 * DAY_MS, LIMITS);
  assert.ok(month.jobs === 0 && month.events > 10, JSON.stringify(month));
  assert.deepEqual(await readEvents(it.db, { after_sequence: 0, limit: 10 }), []);
  await appendEvent(it.db, { type: "holdfast.test", subject: "x", data: {} }, it);
  assert.equal((await readEvents(it.db, { after_sequence: 0, limit: 10 })).length, 1);

  const quarter = await deleteHistory(it.db, now_ms + 91 * DAY_MS, LIMITS);
  assert.deepEqual([quarter.jobs, quarter.slots], [2, 1]);
  assert.deepEqual(await ids(), [kept.id, last_look.id].sort());
  assert.deepEqual(await listSteps(it.db, gone.id), []);
  assert.ok((await listSteps(it.db, kept.id)).length > 0);
  const looks = await it.db.selectFrom("verifications").selectAll().orderBy("id", "desc").execute();
  assert.deepEqual(
    looks.map((look) => [look.verdict, look.job_id]),
    [
      ["VALID", last_look.id],
      ["VALID", null],
    ],
  );
});

test("more than one batch goes in one call", async () => {
  const { db } = await databases.create();
  const old = new Date("2020-01-01T00:00:00Z");
  const row = (n: number) => ({ id: `job_${n}`, kind: "backup" as const, state: "SUCCEEDED" as const, input: "{}" });
  const times = { run_after: old, created_at: old, finished_at: old, updated_at: old };
  const rows = Array.from({ length: 2500 }, (_, n) => ({ ...row(n), ...times }));
  await db.insertInto("jobs").values(rows).execute();
  assert.equal((await deleteHistory(db, Date.parse("2026-01-01T00:00:00Z"), LIMITS)).jobs, 2500);
});

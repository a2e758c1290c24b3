import assert from "node:assert/strict";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import type { Clock } from "../../base/index.ts";
import type { JobState } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { createProject, createRegion, createWorkload, removeWorkload, tagWorkload } from "../inventory/index.ts";
import { attachPolicy, createPolicy } from "../policy/index.ts";
import { reattach } from "./reattach.ts";
import { settleSlots } from "./settle.ts";
import { tick } from "./tick.ts";
import type { Enqueue, TickPorts } from "./tick.ts";

const databases = testDatabases();
const HOUR_MS = 3_600_000;
const source = { kind: "files" as const, paths: ["/srv"] };

class TestClock implements Clock {
  at_ms = Date.parse("2026-05-11T00:00:00Z");
  now_ms() {
    return this.at_ms;
  }
  monotonic_ms() {
    return this.at_ms;
  }
  sleep(delay_ms: number) {
    this.at_ms += delay_ms;
    return Promise.resolve();
  }
}

async function world(): Promise<{ db: Db; clock: TestClock; ports: TickPorts }> {
  const { db } = await databases.create();
  const clock = new TestClock();
  const enqueue: Enqueue = async (tx, spec) => {
    const id = newId("job", clock, systemRandom);
    const now = new Date(clock.now_ms());
    const {
      kind,
      input,
      project_id,
      workload_id,
      policy_id,
      policy_version,
      slot_id,
      run_after,
      window_until,
      idempotency_key,
    } = spec;
    await tx
      .insertInto("jobs")
      .values({
        id,
        kind,
        state: "QUEUED",
        input: JSON.stringify(input),
        project_id,
        workload_id,
        policy_id,
        policy_version,
        slot_id,
        run_after: run_after ?? now,
        window_until,
        idempotency_key,
        created_at: now,
        updated_at: now,
      })
      .execute();
    return id;
  };
  const ports = { clock, random: systemRandom, enqueue, log: silentLogger };
  await createRegion(db, { name: "bd-dha-1", country: "BD", store: { kind: "fs", path: "/srv/dha" } }, ports);
  await createProject(db, { name: "acme", region: "bd-dha-1" }, ports);
  await createPolicy(db, { name: "daily", schedule: { daily: "08:00 Asia/Dhaka" }, retention: { daily: 7 } }, ports);
  return { db, clock, ports };
}

async function endJob(
  db: Db,
  job_id: string,
  state: JobState,
  now_ms: number,
  status_reason: string | null = null,
): Promise<void> {
  await db
    .updateTable("jobs")
    .set({ state, status_reason, finished_at: new Date(now_ms) })
    .where("id", "=", job_id)
    .execute();
}

const slots = (db: Db) => db.selectFrom("schedule_slots").selectAll().orderBy("slot_at").execute();

test("tagged, and a tick later it is covered: its slot gets a job, the job's end the slot's outcome", async () => {
  const { db, clock, ports } = await world();
  const { id } = await createWorkload(db, { name: "web", project: "acme", type: "vm", source }, ports);
  assert.deepEqual((await tick(db, ports)).job_ids, []);
  await tagWorkload(db, id, { "backup-policy": "daily" }, ports);
  clock.at_ms += 15_000;
  await tick(db, ports);
  clock.at_ms = Date.parse("2026-05-11T02:00:05Z");
  const { job_ids } = await tick(db, ports);
  assert.equal(job_ids.length, 1);
  assert.deepEqual((await tick(db, ports)).job_ids, []);
  const [slot] = await slots(db);
  assert.deepEqual(
    [slot?.job_id, slot?.outcome, slot?.slot_at.toISOString()],
    [job_ids[0], null, "2026-05-11T02:00:00.000Z"],
  );
  await endJob(db, job_ids[0] ?? "", "SUCCEEDED_WITH_WARNINGS", clock.at_ms);
  assert.equal((await tick(db, ports)).settled, 1);
  assert.equal((await slots(db))[0]?.outcome, "SUCCEEDED_WITH_WARNINGS");
  assert.equal(await settleSlots(db, clock.at_ms), 0);
});

test("several servers tick at once: one job", async () => {
  const { db, clock, ports } = await world();
  await createWorkload(
    db,
    { name: "web", project: "acme", type: "vm", source, tags: { "backup-policy": "daily" } },
    ports,
  );
  await tick(db, ports);
  clock.at_ms += 3 * HOUR_MS;
  const results = await Promise.all([tick(db, ports), tick(db, ports), tick(db, ports)]);
  assert.equal(results.flatMap((result) => result.job_ids).length, 1);
  assert.equal((await slots(db)).length, 1);
  assert.deepEqual(
    results.map((result) => result.failed),
    [0, 0, 0],
  );
});

test("an enqueue that fails leaves no slot behind, hinders no other workload, and is tried again", async () => {
  const { db, clock, ports } = await world();
  for (const name of ["a", "b"]) {
    await createWorkload(db, { name, project: "acme", type: "vm", source, tags: { "backup-policy": "daily" } }, ports);
  }
  await tick(db, ports);
  clock.at_ms += 3 * HOUR_MS;
  let calls = 0;
  const failing: Enqueue = (tx, spec) =>
    calls++ === 0 ? Promise.reject(new Error("queue full")) : ports.enqueue(tx, spec);
  const result = await tick(db, { ...ports, enqueue: failing });
  assert.deepEqual([result.failed, result.job_ids.length], [1, 1]);
  assert.equal((await slots(db)).length, 1);
  assert.equal((await tick(db, ports)).job_ids.length, 1);
});

test("three days away: one run makes up for all, and its failure is not told as coverage", async () => {
  const { db, clock, ports } = await world();
  await createWorkload(
    db,
    { name: "web", project: "acme", type: "vm", source, tags: { "backup-policy": "daily" } },
    ports,
  );
  await tick(db, ports);
  clock.at_ms += 72 * HOUR_MS;
  const [job_id = ""] = (await tick(db, ports)).job_ids;
  assert.equal((await slots(db)).length, 3);
  await endJob(db, job_id, "FAILED", clock.at_ms, "SourceUnreachable");
  await settleSlots(db, clock.at_ms, job_id);
  assert.deepEqual(
    (await slots(db)).map((slot) => slot.outcome),
    ["FAILED", "FAILED", "FAILED"],
  );
  clock.at_ms += 24 * HOUR_MS;
  const [next = ""] = (await tick(db, ports)).job_ids;
  await endJob(db, next, "SUCCEEDED", clock.at_ms);
  await tick(db, ports);
  assert.equal((await slots(db)).at(-1)?.outcome, "SUCCEEDED");
});

test("reattach says what it changed, and swallows nothing that is due", async () => {
  const { db, clock, ports } = await world();
  const web = await createWorkload(
    db,
    { name: "web", project: "acme", type: "vm", source, tags: { env: "prod", tier: "1" } },
    ports,
  );
  await createWorkload(
    db,
    { name: "other", project: "acme", type: "share", source, tags: { env: "prod", tier: "1" } },
    ports,
  );
  await attachPolicy(db, "daily", { types: ["vm"], selectors: ["env=prod,tier=1"] }, ports);
  const dry = await reattach(db, "daily", ports, { dry_run: true });
  assert.deepEqual(
    dry.added.map((it) => it.name),
    ["web"],
  );
  const first = await reattach(db, "daily", ports);
  assert.match(first.added[0]?.reasons[0] ?? "", /type vm, tags env=prod,tier=1/);
  assert.deepEqual(
    (await reattach(db, "daily", ports)).unchanged.map((it) => it.name),
    ["web"],
  );
  clock.at_ms += 3 * HOUR_MS;
  await reattach(db, "daily", ports);
  assert.equal((await tick(db, ports)).job_ids.length, 1);
  await tagWorkload(db, web.id, { "backup-opt-out": "moved away" }, ports);
  const last = await reattach(db, "daily", ports);
  assert.deepEqual(
    last.removed.map((it) => it.reasons),
    [["opted out by tag: moved away"]],
  );
});

test("a clock that was years ahead for a while: backups go on when it is right again", async () => {
  const { db, clock, ports } = await world();
  const tags = { "backup-policy": "daily" };
  await createWorkload(db, { name: "web", project: "acme", type: "vm", source, tags }, ports);
  await tick(db, ports);
  const right_ms = clock.at_ms;
  clock.at_ms += 3 * 365 * 24 * HOUR_MS;
  const [wrong = ""] = (await tick(db, ports)).job_ids;
  await endJob(db, wrong, "SUCCEEDED", clock.at_ms);
  await tick(db, ports);
  clock.at_ms = right_ms + HOUR_MS;
  await tick(db, ports);
  assert.deepEqual(await slots(db), []);
  clock.at_ms = right_ms + 3 * HOUR_MS;
  assert.equal((await tick(db, ports)).job_ids.length, 1);
  assert.equal((await slots(db)).length, 1);
});

test("a removed workload is planned no more", async () => {
  const { db, clock, ports } = await world();
  const { id } = await createWorkload(
    db,
    { name: "web", project: "acme", type: "vm", source, tags: { "backup-policy": "daily" } },
    ports,
  );
  await tick(db, ports);
  await removeWorkload(db, id, ports);
  clock.at_ms += 30 * HOUR_MS;
  assert.deepEqual((await tick(db, ports)).job_ids, []);
  assert.equal((await db.selectFrom("schedule_cursors").selectAll().execute()).length, 0);
});

test("a thousand workloads with nothing due are looked at within a second", async () => {
  const { db, ports } = await world();
  const { id: project_id, region_id } = await db.selectFrom("projects").selectAll().executeTakeFirstOrThrow();
  const now = new Date(ports.clock.now_ms());
  const rows = Array.from({ length: 1000 }, (_, n) => ({
    id: newId("wkl", ports.clock, systemRandom),
    name: `w${n}`,
    project_id,
    region_id,
    type: "vm" as const,
    source: JSON.stringify({ ...source, exclude: [] }),
    tags: JSON.stringify({ "backup-policy": "daily" }),
    created_at: now,
    updated_at: now,
  }));
  await db.insertInto("workloads").values(rows).execute();
  await tick(db, ports);
  const from_ms = systemClock.monotonic_ms();
  assert.equal((await tick(db, ports)).workloads, 1000);
  const took_ms = systemClock.monotonic_ms() - from_ms;
  assert.ok(took_ms < 1000, `${Math.round(took_ms)} ms`);
});

import assert from "node:assert/strict";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createProject, createRegion, createWorkload } from "../inventory/index.ts";
import { createPolicy } from "../policy/index.ts";
import { overview } from "./overview.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const HOUR_MS = 3_600_000;
const now_ms = Date.parse("2026-05-11T12:00:00Z");

test("the overview counts coverage, RPO by policy, the runs of a day with failures first, and storage by region", async () => {
  const { db } = await databases.create();
  const region = await createRegion(db, { name: "dha", country: "BD", store: { kind: "fs", path: "/srv/dha" } }, ports);
  await createRegion(db, { name: "ctg", country: "BD", store: { kind: "fs", path: "/srv/ctg" } }, ports);
  const project = await createProject(db, { name: "acme", region: "dha" }, ports);
  await createPolicy(db, { name: "daily", schedule: { daily: "08:00 Asia/Dhaka" }, retention: { daily: 7 } }, ports);
  const add = (name: string) =>
    createWorkload(
      db,
      {
        name,
        project: "acme",
        type: "vm",
        source: { kind: "files", paths: ["/srv"] },
        tags: { "backup-policy": "daily" },
      },
      ports,
    );
  const [good, bad] = [await add("a-good"), await add("z-bad")];
  const repository_id = newId("rpo", systemClock, systemRandom);
  const created_at = new Date(now_ms - 5 * HOUR_MS);
  const common = { project_id: project.id, region_id: region.id, created_at };
  await db
    .insertInto("repositories")
    .values({ ...common, id: repository_id, repository_id: "r", store_prefix: "p", cmk_id: "cmk_1" })
    .execute();
  await db
    .insertInto("backups")
    .values({
      ...common,
      id: newId("bkp", systemClock, systemRandom),
      workload_id: good.id,
      repository_id,
      state: "AVAILABLE",
      completed_at: created_at,
      source_bytes: 1000,
      stored_bytes: 100,
    })
    .execute();
  const run = (workload_id: string, state: "SUCCEEDED" | "FAILED", hours_ago: number) => {
    const at = new Date(now_ms - hours_ago * HOUR_MS);
    const id = newId("job", systemClock, systemRandom);
    const times = { run_after: at, created_at: at, started_at: at, finished_at: at, updated_at: at };
    return { id, kind: "backup" as const, state, workload_id, project_id: project.id, input: "{}", ...times };
  };
  const runs = [
    run(good.id, "SUCCEEDED", 5),
    run(bad.id, "SUCCEEDED", 20),
    run(bad.id, "FAILED", 2),
    run(bad.id, "FAILED", 30),
  ];
  await db.insertInto("jobs").values(runs).execute();

  const seen = await overview(db, now_ms);
  assert.deepEqual(seen.coverage, { workloads: 2, protected: 1, proven: 0, excepted: 0, at_risk: 1, uncovered: 0 });
  assert.deepEqual(seen.rpo, [{ policy: "daily", rpo_seconds: 86_400, workloads: 2, met: 1, missed: ["z-bad"] }]);
  assert.deepEqual(seen.activity.counts, { SUCCEEDED: 2, FAILED: 1 });
  assert.deepEqual(
    seen.activity.workloads.map(({ name, failed, runs: of }) => [name, failed, of.map(({ state }) => state)]),
    [
      ["z-bad", 1, ["SUCCEEDED", "FAILED"]],
      ["a-good", 0, ["SUCCEEDED"]],
    ],
  );
  assert.deepEqual(
    seen.storage.map(({ region: name, backups, copies, source_bytes, stored_bytes }) => [
      name,
      backups,
      copies,
      source_bytes,
      stored_bytes,
    ]),
    [
      ["ctg", 0, 0, 0, 0],
      ["dha", 1, 0, 1000, 100],
    ],
  );
  const elsewhere = await createProject(db, { name: "other", region: "dha" }, ports);
  const empty = await overview(db, now_ms, { project_id: elsewhere.id });
  assert.deepEqual([empty.coverage.workloads, empty.activity.workloads_total], [0, 0]);
});

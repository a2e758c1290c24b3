import assert from "node:assert/strict";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import type { Workload } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { createProject, createRegion, createWorkload, updateWorkload } from "../inventory/index.ts";
import { attachPolicy, createPolicy, getPolicy } from "../policy/index.ts";
import {
  asExisting,
  classify,
  explainBackup,
  loadRetained,
  retentionPlanOf,
  retentionRuleOf,
} from "../retention/index.ts";
import { coverageReport } from "./report.ts";

const databases = testDatabases();
const ports = { clock: systemClock, random: systemRandom };
const HOUR_MS = 3_600_000;
const now_ms = Date.parse("2026-05-11T12:00:00Z");

async function world() {
  const { db } = await databases.create();
  const region = await createRegion(
    db,
    { name: "bd-dha-1", country: "BD", store: { kind: "fs", path: "/srv/dha" } },
    ports,
  );
  const project = await createProject(db, { name: "acme-prod", region: "bd-dha-1" }, ports);
  await createPolicy(db, { name: "daily", schedule: { daily: "08:00 Asia/Dhaka" }, retention: { daily: 7 } }, ports);
  await attachPolicy(db, "daily", { types: ["vm"], selectors: ["env=prod,tier=1"] }, ports);
  const add = (name: string, tags: Record<string, string>) =>
    createWorkload(
      db,
      { name, project: "acme-prod", type: "vm", source: { kind: "files", paths: ["/srv"] }, tags },
      ports,
    );
  return { db, region, project, add };
}

async function addBackup(
  db: Db,
  workload: Workload,
  created_at_ms: number,
  more: { state?: "AVAILABLE" | "DAMAGED" } = {},
): Promise<string> {
  const repository = await db.selectFrom("repositories").select("id").executeTakeFirst();
  const repository_id = repository?.id ?? newId("rpo", systemClock, systemRandom);
  const created_at = new Date(created_at_ms);
  if (repository === undefined) {
    const { project_id, region_id } = workload;
    const row = {
      id: repository_id,
      project_id,
      region_id,
      repository_id: "r",
      store_prefix: "p",
      cmk_id: "cmk_1",
      created_at,
    };
    await db.insertInto("repositories").values(row).execute();
  }
  const { gfs, retain_until_ms } = classify(
    { created_at_ms },
    asExisting(await loadRetained(db, workload.id)),
    retentionRuleOf((await getPolicy(db, "daily")).spec),
  );
  const id = newId("bkp", systemClock, systemRandom);
  await db
    .insertInto("backups")
    .values({
      id,
      project_id: workload.project_id,
      workload_id: workload.id,
      repository_id,
      region_id: workload.region_id,
      state: more.state ?? "AVAILABLE",
      gfs: JSON.stringify(gfs),
      created_at,
      completed_at: created_at,
      retain_until: retain_until_ms === null ? null : new Date(retain_until_ms),
    })
    .execute();
  return id;
}

test("protected, excepted, at risk: each workload is one of them, with the reason and what to do", async () => {
  const { db, project, add } = await world();
  const good = await add("good", { env: "prod", tier: "1" });
  await addBackup(db, good, now_ms - 10 * HOUR_MS);
  const late = await add("late", { env: "prod", tier: "1" });
  await addBackup(db, late, now_ms - 30 * HOUR_MS);
  await addBackup(db, late, now_ms + 9000 * HOUR_MS); // by a clock that was a year ahead
  await add("fresh", { "backup-policy": "daily" });
  await add("near", { env: "prod", tier: "2" });
  await add("typo", { "backup-policy": "dayly" });
  await add("silent", { backup: "none" });
  await add("left-out", { "backup-opt-out": "rebuilt nightly", owner: "ops" });
  await add("bare", {});
  const moving = await add("moving", { env: "prod", tier: "1" });
  const exception = { owner: "ops", reason: "moving away", expires_at: "2026-06-01T00:00:00Z" };
  await updateWorkload(db, moving.id, { exception }, ports);

  const report = await coverageReport(db, now_ms, { project_id: project.id });
  const seen = Object.fromEntries(
    report.workloads.map((it) => [it.name, [it.status, ...it.findings.map((finding) => finding.code)]]),
  );
  assert.deepEqual(seen, {
    good: ["protected"],
    late: ["at_risk", "RPO_MISSED"],
    fresh: ["at_risk", "NO_BACKUP_YET"],
    near: ["at_risk", "NO_POLICY"],
    typo: ["at_risk", "UNKNOWN_POLICY", "NO_POLICY"],
    silent: ["at_risk", "OPT_OUT_WITHOUT_REASON"],
    "left-out": ["excepted"],
    bare: ["at_risk", "NO_POLICY"],
    moving: ["excepted"],
  });
  assert.deepEqual(report.totals, { workloads: 9, protected: 1, proven: 0, excepted: 2, at_risk: 6 });
  assert.deepEqual(report.uncovered, ["near", "typo"]);
  const near = report.workloads.find((it) => it.name === "near")?.findings[0];
  assert.equal(near?.message, "no policy selects it; daily would, but for tier=1 (it has tier=2)");
  assert.equal(near?.fix, "baas workload tag near backup-policy=daily");
  const it = report.workloads.find((workload) => workload.name === "good");
  assert.deepEqual(
    [it?.rpo_met, it?.rpo_seconds, it?.last_good_backup?.age_seconds, it?.next_run_at],
    [true, 86_400, 36_000, "2026-05-12T02:00:00.000Z"],
  );
  assert.equal(
    report.workloads.find((workload) => workload.name === "late")?.findings[0]?.message,
    "its last good backup is 1d 6h old, more than the RPO of 1d",
  );
});

test("a damaged newest backup and a failed last run are told; a running one holds an RPO miss back", async () => {
  const { db, add } = await world();
  const workload = await add("web", { "backup-policy": "daily" });
  await addBackup(db, workload, now_ms - 25 * HOUR_MS);
  const damaged_id = await addBackup(db, workload, now_ms - HOUR_MS, { state: "DAMAGED" });
  const job = (state: "FAILED" | "RUNNING", status_reason: string | null) => ({
    id: newId("job", systemClock, systemRandom),
    kind: "backup" as const,
    state,
    workload_id: workload.id,
    status_reason,
    input: "{}",
    run_after: new Date(now_ms),
    created_at: new Date(now_ms),
    updated_at: new Date(now_ms),
  });
  await db.insertInto("jobs").values(job("FAILED", "SourceUnreachable")).execute();
  const before = (await coverageReport(db, now_ms)).workloads[0];
  assert.deepEqual(
    before?.findings.map((it) => it.code),
    ["RPO_MISSED", "LAST_RUN_FAILED", "LAST_BACKUP_DAMAGED"],
  );
  assert.match(before?.findings[1]?.message ?? "", /failed: SourceUnreachable/);
  assert.ok(before?.findings[2]?.message.includes(damaged_id));
  await db.insertInto("jobs").values(job("RUNNING", null)).execute();
  const after = (await coverageReport(db, now_ms)).workloads[0];
  assert.deepEqual([after?.status, after?.rpo_met], ["protected", true]);
});

test("copies: a region that does not exist is a risk, one that lags behind a warning", async () => {
  const { db, add } = await world();
  await createRegion(db, { name: "bd-ctg-1", country: "BD", store: { kind: "fs", path: "/srv/ctg" } }, ports);
  const spec = { schedule: { daily: "08:00 Asia/Dhaka" }, retention: { daily: 7 } };
  await createPolicy(db, { ...spec, name: "copied", copy: { cross_region: "bd-ctg-1" } }, ports);
  await createPolicy(db, { ...spec, name: "nowhere", copy: { cross_region: "mars-1" } }, ports);
  await addBackup(db, await add("a", { "backup-policy": "copied" }), now_ms - 3 * HOUR_MS);
  await addBackup(db, await add("b", { "backup-policy": "nowhere" }), now_ms - 3 * HOUR_MS);
  const { workloads } = await coverageReport(db, now_ms);
  assert.deepEqual(
    workloads.map((it) => [it.status, it.findings[0]?.code]),
    [
      ["protected", "COPY_BEHIND"],
      ["at_risk", "COPY_REGION_UNKNOWN"],
    ],
  );
});

test("a stored backup explains why it stays", async () => {
  const { db, add } = await world();
  const workload = await add("web", { "backup-policy": "daily" });
  const old_id = await addBackup(db, workload, now_ms - 30 * 24 * HOUR_MS);
  const new_id = await addBackup(db, workload, now_ms - HOUR_MS);
  assert.match((await explainBackup(db, old_id, now_ms)).reasons.join(), /only 1 of 7 newer ones exist/);
  const plan = await retentionPlanOf(db, workload.id, now_ms);
  assert.deepEqual(
    plan.map((it) => [it.id, it.keep]),
    [
      [new_id, true],
      [old_id, true],
    ],
  );
});

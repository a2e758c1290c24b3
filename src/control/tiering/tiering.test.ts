import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { parsePolicy } from "../policy/index.ts";
import { listJobs } from "../jobs/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { tierOfAge } from "./desired.ts";
import {
  coldBackup,
  estimateThaw,
  isFrozen,
  listThaws,
  planTierRuns,
  previewTiers,
  requestThaw,
  requestTierRun,
  tierStatus,
  writeTierSettings,
} from "./index.ts";

const databases = testDatabases();
const DAY_MS = 86_400_000;

test("30, 90 and 365 days by default, per policy, and no colder than the storage class allows", () => {
  const spec = (more: object) =>
    parsePolicy({ name: "p", schedule: { daily: "02:00 UTC" }, retention: { daily: 7 }, ...more });
  const of = (days: number, more: object = {}) => tierOfAge(days * DAY_MS, spec(more));
  assert.deepEqual([of(29), of(31), of(89), of(91), of(4000)], ["hot", "warm", "warm", "cold", "cold"]);
  const tiers = { hot: "1d", warm: "2d" };
  assert.deepEqual([of(0.5, { tiers }), of(1.5, { tiers }), of(3, { tiers })], ["hot", "warm", "cold"]);
  assert.equal(of(400, { target: { storage_class: "STANDARD" } }), "hot");
  assert.equal(of(400, { target: { storage_class: "INFREQUENT" } }), "warm");
  assert.throws(() => spec({ tiers: { hot: "9d", warm: "2d" } }), /each at least the one before/);
});

test("old backups go cold; verify and restore ask for the thaw, wait visibly and go on by themselves", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await it.workload("web-1", [source], {});
  await it.run();
  await writeFile(join(source, "one"), it.random.bytes(400_000));
  const old = (await it.backUp("web-1")).backup_id ?? "";
  await writeFile(join(source, "one"), it.random.bytes(400_000));
  const young = (await it.backUp("web-1")).backup_id ?? "";
  const region = it.regions[0];
  const place = { project_id: it.project.id, region_id: region.id };
  await it.db
    .updateTable("backups")
    .set({ created_at: new Date(Date.now() - 100 * DAY_MS) })
    .where("id", "=", old)
    .execute();
  const price_gib_month = { hot: 0.02, warm: 0.01, cold: 0.004 };
  await withTransaction(it.db, (tx) =>
    writeTierSettings(tx, region.name, { thaw_seconds: 4, thaw_price_gib: 0.01, price_gib_month }, it),
  );
  const plan = await previewTiers(place, it);
  assert.deepEqual(
    [plan.backups, plan.moves_by.map((it) => `${it.from}>${it.to}`)],
    [{ hot: 1, warm: 0, cold: 1 }, ["hot>cold"]],
  );
  assert.ok((plan.saves_month ?? 0) > 0);
  const ran = await it.ended((await withTransaction(it.db, (tx) => requestTierRun(tx, place, it))).job_id);
  assert.deepEqual([ran.state, ran.result?.["packs_moved"]], ["SUCCEEDED", 1]);
  assert.equal(await planTierRuns(it.db, it), 1);
  assert.equal(await planTierRuns(it.db, it), 0, "once a day");
  for (const job of await listJobs(it.db, { kind: "tier" })) await it.ended(job.id);
  assert.ok((await tierStatus(it.db)).some((each) => each.enabled && each.last_run_at !== null));

  const estimate = await estimateThaw({ backup_id: old }, it);
  assert.equal(estimate.packs, 1);
  assert.ok(
    estimate.bytes > 400_000 && (estimate.cost ?? 0) > 0 && Date.parse(estimate.expected_at) > Date.now() + 2000,
  );
  assert.equal((await it.verify(young)).state, "SUCCEEDED", "what is hot does not wait");
  await assert.rejects(
    withTransaction(it.db, (tx) => requestThaw(tx, { backup_id: young }, it)),
    { code: "NOTHING_TO_THAW" },
  );

  // Whoever looks on is told at once, and nothing is asked for in his name.
  const place_of_old = { backup_id: old, region_id: region.id };
  assert.equal(await isFrozen(place_of_old, it), true);
  const told = await coldBackup(place_of_old, it);
  assert.match(told.message, /a thaw of 1 pack \(\d+ bytes\) would be ready about \d{4}-.*, and cost 0\.\d\d/);
  assert.deepEqual([told.code, (await listThaws(it.db, {})).length], ["BACKUP_COLD", 0]);

  const verifying = it.verify(old);
  let waited = "";
  for (let at = 0; at < 100 && waited === ""; at++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [job] = await listJobs(it.db, { kind: "verify", backup_id: old });
    if (job?.state === "WAITING_WINDOW") waited = job.progress?.step ?? "";
  }
  assert.match((await coldBackup(place_of_old, it)).message, /thaw thw_\w+ is under way, until about \d{4}-/);
  assert.match(waited, /waits for the thaw of 1 cold packs \(thw_\w+\), until about \d{4}-/);
  const verified = await verifying;
  assert.deepEqual([verified.state, verified.result?.["verdict"]], ["SUCCEEDED", "valid"]);
  const [thaw] = await listThaws(it.db, { backup_id: old });
  assert.deepEqual([thaw?.state, thaw?.packs], ["READY", 1]);
  assert.ok((thaw?.expires_at?.getTime() ?? 0) > Date.now() + 2 * DAY_MS);
});

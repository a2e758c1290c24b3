import assert from "node:assert/strict";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { createSnapshotWriter, listBackups } from "../catalog/index.ts";
import { createRegion } from "../inventory/index.ts";
import { kitText, makeKit, planRecoveryDrills, recoveryFacts, requestRecoveryDrill } from "./index.ts";

const databases = testDatabases();

test("the control plane comes back from regions and kit; a lost manifest, and a region the kit lacks, are found", async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), "first");
  await it.workload("web-1", [source], { "backup-policy": "standard-daily" });
  const kit = await withTransaction(it.db, (tx) => makeKit(tx, "ops", it));
  assert.match(kitText(kit), /bd-dha-1 \(BD, reg_\w+\): .*bd-dha-1/);
  await it.backUp("web-1");
  await it.backUp("web-1");
  await createSnapshotWriter(it).save();
  const drill = async () => {
    const { drill_id, job_id } = await requestRecoveryDrill(it.db, { by: "ops" }, it);
    const job = await it.ended(job_id);
    const row = await it.db
      .selectFrom("recovery_drills")
      .selectAll()
      .where("id", "=", drill_id)
      .executeTakeFirstOrThrow();
    assert.deepEqual(await readdir(join(it.restore_dir, "recovery")), [], "the clean folder is gone");
    return { job, row };
  };

  const good = await drill();
  assert.deepEqual([good.row.state, good.row.findings], ["PASSED", []], JSON.stringify(good.job.error));
  const { backups_compared, workloads_compared, backups_different } = good.row.figures;
  assert.deepEqual([backups_compared, workloads_compared, backups_different], [2, 1, 0]);
  assert.deepEqual(await recoveryFacts.load(it), []);

  // A manifest gone from its region, and a region that came after the kit was printed.
  const [newest] = await listBackups(it.db);
  const manifests = join(it.dir, "bd-dha-1", "projects", it.project.id, "manifests");
  const name = (await readdir(manifests)).find((each) => each.startsWith(newest?.id ?? "?")) ?? "";
  await rename(join(manifests, name), join(it.dir, "away"));
  const store = { kind: "fs", path: join(it.dir, "third") } as const;
  await createRegion(it.db, { name: "sg-1", country: "SG", store }, it);
  const bad = await drill();
  assert.equal(bad.row.state, "DIFFERENT");
  assert.deepEqual(
    bad.row.findings.map(({ code }) => code),
    ["KIT_OUTDATED", "RECOVERY_LACKS"],
  );
  assert.match(bad.row.findings[1]?.message ?? "", new RegExp(newest?.id ?? "?"));
  const [fact] = await recoveryFacts.load(it);
  assert.match(fact?.summary ?? "", /would not come back as it is/);

  // Due once a month, however often it is looked at.
  const early = { created_at: new Date(it.clock.now_ms() - 40 * 86_400_000) };
  await it.db.updateTable("backups").set(early).execute();
  const now_ms = Date.UTC(2026, 11, 3, 8);
  const later = { ...it, clock: { ...it.clock, now_ms: () => now_ms } };
  for (let i = 0; i < 2; i++) await planRecoveryDrills(it.db, later);
  const due = await it.db.selectFrom("recovery_drills").select("period").where("period", "is not", null).execute();
  assert.deepEqual(due, [{ period: "2026-12" }]);
});

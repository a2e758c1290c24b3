import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation } from "../../src/testing/index.ts";
import { createEvaluator, factSources } from "../../src/control/alerting/index.ts";
import { loadRetained, requestDelete, retentionPlan } from "../../src/control/retention/index.ts";
import { dismissAnomaly, scanAnomalies } from "../../src/control/anomaly/index.ts";

const databases = testDatabases();

const words = (n: number) =>
  Array.from({ length: 4000 }, (_, i) => `row ${i} of table ${n}: amount ${(i * 7919) % 1000}\n`).join("");

test("a tree that somebody encrypts raises an alert, marks the backup, and keeps the last clean one", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  for (let n = 0; n < 30; n++) await writeFile(join(source, `table-${n}.csv`), words(n));
  await it.workload("files-1", [source]);
  await it.run();
  const clean: string[] = [];
  for (let day = 0; day < 4; day++) {
    await writeFile(join(source, "journal.csv"), words(100 + day));
    clean.push((await it.backUp("files-1")).backup_id ?? "");
    assert.deepEqual(await scanAnomalies(it.db, it), [], `day ${day} is as usual`);
  }
  for (const name of await readdir(source)) {
    const path = join(source, name);
    execFileSync("openssl", [
      "enc",
      "-aes-256-cbc",
      "-pbkdf2",
      "-iter",
      "1",
      "-pass",
      "pass:evil",
      "-in",
      path,
      "-out",
      `${path}.locked`,
    ]);
    await rm(path);
  }
  const bad = (await it.backUp("files-1")).backup_id ?? "";
  const [id = ""] = await scanAnomalies(it.db, it);
  const row = await it.db.selectFrom("anomalies").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  assert.deepEqual([row.kind, row.backup_id, row.clean_backup_id], ["encryption", bad, clean.at(-1)]);
  await createEvaluator(factSources, it)();
  const alert = await it.db.selectFrom("alerts").selectAll().where("rule", "=", "anomaly").executeTakeFirstOrThrow();
  assert.deepEqual([alert.severity, alert.state], [1, "OPEN"]);

  const last_clean = clean.at(-1) ?? "";
  await assert.rejects(
    it.db.transaction().execute((tx) => requestDelete(tx, last_clean, "retention", it)),
    { code: "BACKUP_HELD" },
  );
  // What is made from the encrypted source later is suspect, too, and no second anomaly.
  await writeFile(join(source, "note.txt"), "pay us");
  const after = (await it.backUp("files-1")).backup_id ?? "";
  assert.deepEqual(await scanAnomalies(it.db, it), []);
  const check = await it.db
    .selectFrom("anomaly_checks")
    .selectAll()
    .where("backup_id", "=", after)
    .executeTakeFirstOrThrow();
  assert.equal(check.suspect, true);

  await dismissAnomaly(it.db, id, { who: "ada", note: "a drill" }, it);
  await createEvaluator(factSources, it)();
  assert.equal(
    (await it.db.selectFrom("alerts").select("state").where("id", "=", alert.id).executeTakeFirstOrThrow()).state,
    "RESOLVED",
  );
  await it.db.transaction().execute((tx) => requestDelete(tx, last_clean, "by hand", it));
  await assert.rejects(dismissAnomaly(it.db, id, { who: "ada", note: "again" }, it), { code: "ANOMALY_DECIDED" });
  assert.ok(retentionPlan(await loadRetained(it.db, row.workload_id), null, it.clock.now_ms()).length > 0);
});

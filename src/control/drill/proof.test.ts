import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { createKeyFolder } from "../../engine/keystore/testing/key-folder.ts";
import { inProcess } from "../../engine/keystore/testing/in-process.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { createProject, getWorkload, updateWorkload } from "../inventory/index.ts";
import { attachPolicy, createPolicy, loadSelection, setPolicy } from "../policy/index.ts";
import { requestRotation } from "../rotation/index.ts";
import { loadProofs, proofSummary, requestDrill } from "./index.ts";

const databases = testDatabases();

test("a new policy version, key, source or source version voids the proof, and the next drill renews it", async (t) => {
  const folder = await createKeyFolder(t);
  const store = await folder.open();
  t.after(() => store.close().catch(() => undefined)); // its folder is gone by then
  const it = await installation(t, databases, { keys: inProcess(store) });
  const { db, clock } = it;
  const [source, other] = [join(it.dir, "source"), join(it.dir, "other")];
  for (const path of [source, other]) {
    await mkdir(path);
    await writeFile(join(path, "a.txt"), "first");
  }
  const { id } = await it.workload("web-1", [source], { tier: "1" });
  await createProject(db, { name: "drills", region: "bd-dha-1", sandbox: true }, it);
  const policy = { name: "daily", schedule: { daily: "08:00 UTC" }, retention: { daily: 7 } };
  await createPolicy(db, policy, it);
  await attachPolicy(db, "daily", { selectors: ["tier=1"] }, it);
  await it.run();
  const proof = async () => {
    const workload = await getWorkload(db, id);
    const primary = (await loadSelection(db)).resolve(workload, clock.now_ms()).effective?.primary;
    assert.ok(primary !== undefined);
    const now = { ...workload, workload_id: id, policy: { id: primary.id, version: primary.version } };
    return (await loadProofs(db, clock.now_ms()))(now);
  };
  const renewed = async () => {
    await it.backUp("web-1");
    const asked = await requestDrill(db, { workload: "web-1", sandbox: "drills", owner: "ops" }, it);
    const job = await it.ended(asked.job_id);
    assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
    const found = await proof();
    assert.deepEqual([found?.state, found?.void_reasons], ["proven", []]);
    const { proven, workloads } = await proofSummary(db, clock.now_ms(), { from_ms: 0, project_id: it.project.id });
    assert.deepEqual([proven, workloads], [1, 1]);
  };
  const voided = async (reason: RegExp) => {
    const found = await proof();
    assert.equal(found?.state, "void");
    assert.equal(found.void_reasons.length, 1, found.void_reasons.join("; "));
    assert.match(found.void_reasons[0] ?? "", reason);
    const { proven } = await proofSummary(db, clock.now_ms(), { from_ms: 0, project_id: it.project.id });
    assert.equal(proven, 0);
  };
  assert.equal(await proof(), null, "nothing is proven before the first drill");
  await renewed();

  await setPolicy(db, "daily", { retention: { daily: 14 } }, it);
  await voided(/the policy in force is another one \(version 2\)/);
  await renewed();

  const rotation = await withTransaction(db, (tx) =>
    requestRotation(tx, { project: "acme", by: "test", reason: "test" }, it),
  );
  await it.ended(rotation.job_id);
  await voided(/the key in use is of epoch 2, and was of 1/);
  await renewed();

  await updateWorkload(db, id, { source: { kind: "files", paths: [other] } }, it);
  await voided(/what is backed up was changed/);
  await renewed();

  // The source's and the agent's own words, where there are any, are in the backup's row.
  const backup = await db.selectFrom("backups").select("id").orderBy("created_at", "desc").executeTakeFirstOrThrow();
  const details = (version: string) => JSON.stringify({ kind: "files", source: { server_version: version } });
  await db
    .updateTable("backups")
    .set({ details: details("16.2") })
    .where("id", "=", backup.id)
    .execute();
  await voided(/the source is now version 16\.2, and was unknown/);
  await renewed();

  // An old proof does not name the key's epoch: that is told, and nothing is invented.
  const { drill_id = "" } = (await proof()) ?? {};
  const { subject } = await db
    .selectFrom("drills")
    .select("subject")
    .where("id", "=", drill_id)
    .executeTakeFirstOrThrow();
  const { key_epoch: _, source_version: __, ...old } = subject as Record<string, unknown>;
  await db
    .updateTable("drills")
    .set({ subject: JSON.stringify(old) })
    .where("id", "=", drill_id)
    .execute();
  await voided(/the key in use is of epoch 2, and of which it was then is not written down/);
});

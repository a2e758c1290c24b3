import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { createProject, createWorkload, getWorkload } from "../inventory/index.ts";
import { loadProofs, requestDrill } from "./index.ts";

const databases = testDatabases();

async function world(t: TestContext) {
  const it = await installation(t, databases);
  await createProject(it.db, { name: "drills", region: "bd-dha-1", sandbox: true }, it);
  await it.run();
  const [a, b] = [join(it.dir, "a"), join(it.dir, "b")];
  for (const dir of [a, b]) {
    mkdirSync(dir);
    writeFileSync(join(dir, "state"), "one");
  }
  await it.workload("second", [b]);
  const health = [{ kind: "file" as const, name: "the state", path: join(a, "state"), contains: "one" }];
  const parts = [
    { name: "data", order: 1, source: { kind: "files" as const, paths: [a] }, health },
    { name: "more", order: 2, workload: "second" },
  ];
  const source = { kind: "application" as const, parts };
  await createWorkload(it.db, { name: "app", project: "acme", type: "application", tags: { tier: "1" }, source }, it);
  const drill = async () => {
    const asked = await requestDrill(it.db, { workload: "app", sandbox: "drills", owner: "ops" }, it);
    await it.ended(asked.job_id);
    return it.db.selectFrom("drills").selectAll().where("id", "=", asked.drill_id).executeTakeFirstOrThrow();
  };
  return { it, a, b, drill };
}

test("an application's parts are restored together into the drill's folder, and looked at one by one", async (t) => {
  const { it, a, drill } = await world(t);
  await it.backUp("app");
  const before = await it.db.selectFrom("workloads").select("name").orderBy("name").execute();
  const row = await drill();
  assert.equal(row.state, "PASSED", JSON.stringify([row.findings, row.validations]));
  const names = row.validations.map(({ name }) => name);
  for (const name of ["data: the state", "data: contents by checksum", "more: contents by checksum", "more: entries"])
    assert.ok(names.includes(name), `${name} of ${names.join(", ")}`);
  assert.ok((row.rto_seconds ?? -1) > 0 && (row.rpo_seconds ?? -1) >= 0);
  assert.deepEqual(readdirSync(join(it.restore_dir, "drills")), []);
  const after = await it.db.selectFrom("workloads").select("name").orderBy("name").execute();
  assert.deepEqual(after, before, "nothing of it is in the inventory");

  // It proves what the parts are: one that is changed voids the proof of the whole.
  const app = await getWorkload(it.db, "app");
  const current = { ...app, workload_id: app.id, policy: null };
  const proof = async () => (await loadProofs(it.db, it.clock.now_ms()))(current);
  assert.equal((await proof())?.state, "proven", JSON.stringify(await proof()));
  // A host's own agent counts, too: it backed up in an older version than it has now.
  const agent = { id: "agt_test", name: "host", project_id: it.project.id, created_by: "test", silence_minutes: 60 };
  const times = { created_at: new Date(0), version: "2.0.0" };
  await it.db
    .insertInto("agents")
    .values({ ...agent, ...times })
    .execute();
  const on_host = { ...current, source: { kind: "agent", agent: "agt_test", source: { kind: "files", paths: [a] } } };
  const reasons = async () =>
    (await loadProofs(it.db, it.clock.now_ms()))({ ...on_host })?.void_reasons.join("; ") ?? "";
  await it.db
    .updateTable("workloads")
    .set({ source: JSON.stringify(on_host.source) })
    .where("id", "=", app.id)
    .execute();
  const drilled = async (version: string) => {
    const { id, subject } = await it.db.selectFrom("drills").select(["id", "subject"]).executeTakeFirstOrThrow();
    const made_by = { ...subject, agent_version: version };
    await it.db
      .updateTable("drills")
      .set({ subject: JSON.stringify(made_by) })
      .where("id", "=", id)
      .execute();
  };
  await drilled("1.9.0");
  assert.match(await reasons(), /the agent is now version 2\.0\.0, and when it backed up it was 1\.9\.0/);
  await drilled("2.0.0");
  assert.doesNotMatch(await reasons(), /agent is now/);
  await it.db
    .updateTable("workloads")
    .set({ source: JSON.stringify(app.source) })
    .where("id", "=", app.id)
    .execute();

  const more = await getWorkload(it.db, "second");
  const changed = { kind: "files", paths: [a] };
  await it.db
    .updateTable("workloads")
    .set({ source: JSON.stringify(changed) })
    .where("id", "=", more.id)
    .execute();
  assert.deepEqual((await proof())?.void_reasons, ["what is backed up was changed"]);
});

test("an application whose part is not healthy, or cannot be read, failed its drill, and leaves nothing", async (t) => {
  const { it, a, drill } = await world(t);
  writeFileSync(join(a, "state"), "two");
  await it.backUp("app");
  const row = await drill();
  assert.equal(row.state, "FAILED");
  assert.match(row.findings[0]?.message ?? "", /data: the state: without one/);
  assert.deepEqual(readdirSync(join(it.restore_dir, "drills")), []);
  const open = await it.db.selectFrom("jobs").select("id").where("finished_at", "is", null).execute();
  assert.deepEqual(open, []);

  writeFileSync(join(a, "state"), "one");
  await it.backUp("app");
  rmSync(join(it.dir, "bd-dha-1", "projects", it.project.id, "packs"), { recursive: true });
  const damaged = await drill();
  assert.equal(damaged.state, "FAILED", JSON.stringify(damaged));
  assert.deepEqual(readdirSync(join(it.restore_dir, "drills")), []);
});

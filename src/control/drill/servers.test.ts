/** Drills of database servers: really started from what was restored, asked, measured, stopped, and gone. */
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { needsMaria, TestServer } from "../../engine/source/mariadb/testing/server.ts";
import { Cluster, needsPostgres } from "../../engine/source/postgresql/testing/cluster.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import type { Installation } from "../../testing/index.ts";
import { startArchiving } from "../archiving/index.ts";
import { createProject, createWorkload } from "../inventory/index.ts";
import { requestDrill } from "./index.ts";
import { processesIn } from "./sandbox.ts";

const databases = testDatabases();
const EXTENSIONS = "/usr/share/postgresql/15/extension";

async function world(t: TestContext, source: object): Promise<Installation> {
  const it = await installation(t, databases);
  await createProject(it.db, { name: "drills", region: "bd-dha-1", sandbox: true }, it);
  const input = { name: "db", project: "acme", type: "database", source, tags: { tier: "1" } };
  await createWorkload(it.db, input as unknown as Parameters<typeof createWorkload>[1], it);
  return it;
}

async function drill(it: Installation, backup: { choose: "latest" } | { choose: "random"; within: string }) {
  const asked = await requestDrill(it.db, { workload: "db", sandbox: "drills", owner: "ops@acme", backup }, it);
  const job = await it.ended(asked.job_id);
  const row = await it.db.selectFrom("drills").selectAll().where("id", "=", asked.drill_id).executeTakeFirstOrThrow();
  // Whatever came of it: nothing runs, nothing lies there, nothing is in the inventory.
  assert.deepEqual(await processesIn(it.restore_dir), []);
  assert.deepEqual(await readdir(join(it.restore_dir, "drills")).catch(() => []), []);
  const names = await it.db.selectFrom("workloads").select("name").execute();
  assert.deepEqual(
    names.map(({ name }) => name),
    ["db"],
  );
  return { job, row };
}

test("PostgreSQL: started to the moment drilled, validated, RTO and RPO measured; a missing or other extension is found", {
  skip: needsPostgres,
}, async (t) => {
  await using cluster = await Cluster.start(["autovacuum = off"]);
  // Two extensions, for a moment really installed on this host.
  const names = ["gone", "newer"].map((name) => `holdfast_${name}_${process.pid}`);
  const [gone = "", newer = ""] = names;
  const control = (name: string) => join(EXTENSIONS, `${name}.control`);
  const script = (name: string) => join(EXTENSIONS, `${name}--1.0.sql`);
  const remove = (name: string) => [control(name), script(name)].forEach((path) => rmSync(path, { force: true }));
  t.after(() => names.forEach((name) => remove(name)));
  for (const name of names) {
    writeFileSync(control(name), "default_version = '1.0'\nrelocatable = true\n");
    writeFileSync(script(name), `CREATE FUNCTION ${name}() RETURNS int LANGUAGE sql AS 'SELECT 42';\n`);
    await cluster.sql(`CREATE EXTENSION ${name}`);
  }
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY); INSERT INTO ledger SELECT generate_series(1, 1000)");
  const it = await world(t, {
    kind: "postgresql",
    host: cluster.folder,
    user: "postgres",
    tls: { mode: "disable" },
    wal: { heartbeat_seconds: 0.2 },
    validations: [{ name: "a known record", sql: "SELECT id FROM ledger WHERE id = 7", expect: "7" }],
  });
  await it.run();
  const archiving = startArchiving("test", { ...it, secret: it.sources.secret, backUp: async () => undefined });
  t.after(() => archiving.stop());
  await it.backUp("db");
  await cluster.sql("INSERT INTO ledger VALUES (1001)");
  await it.clock.sleep(1500);
  const good = await drill(it, { choose: "latest" });
  assert.deepEqual([good.job.state, good.row.state], ["SUCCEEDED", "PASSED"], JSON.stringify(good.row));
  const passed = new Map(good.row.validations.map(({ name, passed: it_did }) => [name, it_did]));
  for (const name of ["the server runs", "a known record", "extensions and libraries are on this host"])
    assert.equal(passed.get(name), true, `${name}: ${JSON.stringify(good.row.validations)}`);
  assert.ok((good.row.rto_seconds ?? 0) > 0.1 && (good.row.rto_seconds ?? 99) < 30);
  const restored_ms = good.row.restored_to?.getTime() ?? 0;
  assert.ok((good.row.rpo_seconds ?? 99) < 20 && restored_ms > 0, "the log was replayed");

  remove(gone);
  writeFileSync(control(newer), "default_version = '1.1'\nrelocatable = true\n");
  const missing = await drill(it, { choose: "random", within: "1h" });
  assert.equal(missing.row.state, "FAILED");
  const problems = missing.row.validations.flatMap((each) => each.problems).join("\n");
  assert.match(problems, new RegExp(`${gone} 1.0 is not installed on this host`));
  assert.match(problems, new RegExp(`${newer} was 1.0, this host installs 1.1`));
});

test("MariaDB: started from what was restored, asked, and taken away", {
  skip: needsMaria,
}, async (t) => {
  await using server = await TestServer.start();
  await server.sql("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY)", "INSERT INTO d.t VALUES (1)");
  const it = await world(t, {
    kind: "mariadb",
    host: server.instance.socket,
    user: "root",
    tls: { mode: "disable" },
    validations: [{ name: "how many", sql: "SELECT count(*) FROM d.t", expect: "1" }],
  });
  await it.run();
  await chmod(it.dir, 0o755);
  await it.backUp("db");
  const good = await drill(it, { choose: "latest" });
  assert.deepEqual([good.row.state, good.row.findings], ["PASSED", []], JSON.stringify(good.row));
  assert.ok(good.row.validations.some(({ name, passed }) => name === "how many" && passed));
  assert.ok(existsSync(server.instance.socket), "the original runs on");
});

import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { systemClock } from "../../base/index.ts";
import { findMariaHost, MariaConnection, MariaInstance } from "../../engine/source/mariadb/index.ts";
import { needsMaria, TestServer } from "../../engine/source/mariadb/testing/server.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { createWorkload } from "../inventory/index.ts";
import { chooseBase, listBinlogs, startArchiving } from "../archiving/index.ts";
import { validationsIn } from "../validation/index.ts";
import { previewRestore, requestRestore } from "./index.ts";

const databases = testDatabases();

test("a workload's binary log is streamed, and its backup becomes a server as of a second", {
  skip: needsMaria,
}, async (t) => {
  await using server = await TestServer.start();
  const it = await installation(t, databases);
  await it.run();
  const source = {
    kind: "mariadb",
    host: server.instance.socket,
    user: "root",
    validations: [{ name: "a known record", sql: "SELECT id FROM d.t WHERE id = 1", remember: true }],
  };
  const input = { name: "shop", project: "acme", type: "database", source, tags: {} };
  const { id } = await createWorkload(it.db, input as unknown as Parameters<typeof createWorkload>[1], it);
  await server.sql("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY)", "INSERT INTO d.t VALUES (1)");
  const archiving = startArchiving("test", { ...it, secret: it.sources.secret, backUp: async () => undefined });
  t.after(() => archiving.stop());
  const row = () => it.db.selectFrom("binlog_archives").selectAll().where("workload_id", "=", id).executeTakeFirst();
  const until = async (done: () => Promise<boolean>, what: string) => {
    for (const end = performance.now() + 60_000; !(await done()); await it.clock.sleep(100))
      if (performance.now() > end) throw new Error(`waited too long: ${what}: ${JSON.stringify(await row())}`);
  };
  await until(async () => (await row())?.state === "STREAMING", "streaming");
  const backup_id = String((await it.backUp("shop")).backup_id);
  await it.clock.sleep(1100);
  await server.sql("INSERT INTO d.t VALUES (2)");
  await it.clock.sleep(1100);
  const to_time = new Date(Math.floor(it.clock.now_ms() / 1000) * 1000).toISOString();
  await it.clock.sleep(1000 - (it.clock.now_ms() % 1000));
  await server.sql("INSERT INTO d.t VALUES (3)");
  const [end] = await server.sql("SHOW MASTER STATUS");
  await until(async () => Number((await row())?.position) >= Number(end?.["Position"]), "durable");
  const base = await chooseBase(id, { to_time }, it);
  assert.equal(base.backup_id, backup_id);
  assert.match(base.restorable.summary, /^to any second from 20.*Z to 20.*Z$/);
  const tomorrow = new Date(it.clock.now_ms() + 86_400_000).toISOString();
  await assert.rejects(chooseBase(id, { to_time: tomorrow }, it), {
    code: "MARIA_TARGET_UNREACHABLE",
    message: /restorable to any second from 20.*Z to 20/,
  });
  await assert.rejects(chooseBase(id, { to_time: "2020-01-01T00:00:00Z" }, it), {
    message: /the earliest point that can be recovered is 20/,
  });
  const [status] = await listBinlogs(it.db, it.clock.now_ms());
  assert.deepEqual([status?.workload_name, status?.state, status?.gaps], ["shop", "STREAMING", []]);

  const early = { backup_id, new_name: "early", options: { to_time: "2020-01-01T00:00:00Z" } };
  await assert.rejects(previewRestore(early, it), { code: "MARIA_TARGET_UNREACHABLE" });
  const restore = await requestRestore({ backup_id, new_name: "drill", options: { to_time, start: false } }, it);
  const job = await it.ended(restore.job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job));
  const { details } = await it.db
    .selectFrom("restores")
    .select("details")
    .where("id", "=", restore.restore_id)
    .executeTakeFirstOrThrow();
  const told = details as Record<string, unknown>;
  assert.deepEqual([told["transactions_replayed"], told["validations_failed"]], [1, 0]);
  const known = validationsIn(told).find(({ name }) => name === "a known record");
  assert.deepEqual([known?.value, known?.expected, known?.outcome], ["1", "1", "passed"]);
  const folder = join(it.restore_dir, it.project.id, "drill", "server");
  chmodSync(it.dir, 0o755);
  const instance = new MariaInstance(folder, await findMariaHost(), systemClock);
  await instance.start("normal");
  try {
    const sql = await MariaConnection.open(instance.target);
    assert.deepEqual(await sql.query("SELECT id FROM d.t ORDER BY id"), [{ id: "1" }, { id: "2" }]);
    sql.close();
  } finally {
    await instance.stop(); // before the installation's folder goes, and with it the file that names its process
  }
});

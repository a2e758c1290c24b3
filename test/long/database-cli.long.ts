/** Databases restored by the command line, as an operator does it at night: one command, and figures at its end. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { cli } from "../../src/apps/cli/testing.ts";
import { startArchiving } from "../../src/control/archiving/index.ts";
import { createWorkload, getWorkload } from "../../src/control/inventory/index.ts";
import { systemClock } from "../../src/base/index.ts";
import { findMariaHost, MariaInstance } from "../../src/engine/source/mariadb/index.ts";
import { needsMaria, TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { findHost, stopServer } from "../../src/engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation, serveInstallation } from "../../src/testing/index.ts";

const databases = testDatabases();

test("`baas restore … --to-time … --new-name …` leaves a running, validated server and prints RTO and RPO", {
  skip: needsPostgres || needsMaria,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  const { env } = await serveInstallation(t, it);
  await using cluster = await Cluster.start();
  await using server = await TestServer.start();
  await cluster.sql("CREATE TABLE orders (id int PRIMARY KEY)");
  await server.sql("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)");
  const tls = { mode: "disable" as const };
  const pg = {
    kind: "postgresql" as const,
    host: cluster.folder,
    user: "postgres",
    tls,
    wal: { heartbeat_seconds: 0.5 },
  };
  const maria = { kind: "mariadb" as const, host: server.instance.socket, user: "root" };
  await createWorkload(it.db, { name: "orders", project: "acme", type: "database", source: pg }, it);
  await createWorkload(it.db, { name: "shop", project: "acme", type: "database", source: maria }, it);
  const archiving = startArchiving("test", { ...it, secret: it.sources.secret, backUp: async () => undefined });
  t.after(() => archiving.stop());
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await cli(args, { env });
    t.diagnostic(`$ baas ${args.join(" ")}\n${stdout}${stderr}`);
    return { code, text: stdout + stderr };
  };
  const until = async (what: string, done: () => Promise<boolean>) => {
    for (const end = performance.now() + 120_000; !(await done()); await it.clock.sleep(200))
      if (performance.now() > end) throw new Error(`waited too long: ${what}`);
  };
  const streaming = async (table: "wal_archives" | "binlog_archives") =>
    (await it.db.selectFrom(table).select("state").execute()).some(({ state }) => state === "STREAMING");
  await until("streaming", async () => (await streaming("wal_archives")) && (await streaming("binlog_archives")));
  const backup = await run("backup", "run", "orders", "--json");
  assert.equal(backup.code, 0, backup.text);
  assert.equal((await run("backup", "run", "shop", "--json")).code, 0);
  const backup_id = /bkp_[a-z0-9]+/.exec(backup.text)?.[0] ?? "";
  await it.clock.sleep(1200);
  await cluster.sql("INSERT INTO orders VALUES (1)");
  await server.sql("INSERT INTO shop.orders VALUES (1)");
  await it.clock.sleep(1200);
  const to_time = new Date(Math.floor(it.clock.now_ms() / 1000) * 1000).toISOString();
  await it.clock.sleep(1200);
  await cluster.sql("INSERT INTO orders VALUES (2)");
  await server.sql("INSERT INTO shop.orders VALUES (2)");
  assert.match((await run("wal", "status")).text, /orders +streaming/);
  assert.match((await run("binlog", "status")).text, /shop +streaming/);
  for (const workload of ["orders", "shop"])
    await until(`the log of ${workload} leads there`, async () => {
      const dry = await cli(["restore", "--workload", workload, "--to-time", to_time, "--new-name", "x", "--dry-run"], {
        env,
      });
      return dry.code === 0;
    });
  const early = await run("restore", "--workload", "shop", "--to-time", "2020-01-01T00:00:00Z", "--new-name", "x");
  assert.match(early.text, /the earliest point that can be recovered is 20/);

  const [host, maria_host] = [await findHost(15), await findMariaHost()];
  try {
    const restored = await run("restore", "--backup-id", backup_id, "--to-time", to_time, "--new-name", "drill-1");
    assert.equal(restored.code, 0, restored.text);
    assert.match(restored.text, /RTO +\d/);
    assert.match(restored.text, /RPO +\d/);
    assert.match(restored.text, /passed: open for writing/);
    const found = (await getWorkload(it.db, "drill-1")).source;
    const rows = await Cluster.at(found.kind === "postgresql" ? found.host : "").sql("SELECT id FROM orders");
    assert.deepEqual(rows, [{ id: 1 }]);
    const second = await run("restore", "--workload", "shop", "--to-time", to_time, "--new-name", "drill-2");
    assert.equal(second.code, 0, second.text);
    assert.match(second.text, /RTO +\d[\s\S]*RPO +\d/);
    const third = await run("restore", "--workload", "shop", "--new-name", "drill-3");
    assert.match(third.text, /transactions replayed +2/, "without a time: to the end of the log");
  } finally {
    for (const name of ["drill-1", "drill-2", "drill-3"]) {
      const source = (await getWorkload(it.db, name).catch(() => undefined))?.source;
      if (source?.kind === "postgresql") await stopServer(host, source.host);
      if (source?.kind === "mariadb") await new MariaInstance(dirname(source.host), maria_host, systemClock).stop();
    }
  }
});

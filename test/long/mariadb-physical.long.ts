/** Copied files of a MariaDB server: every backup is whole, whatever mariadb-backup sent. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import {
  findMariaHost,
  keepOnly,
  MARIA_KIND,
  MariaConnection,
  type MariaBackupDetails,
  MariaInstance,
  mariaRoot,
  openMariaPhysical,
  type PhysicalFacts,
  physicalSettings,
  prepareFiles,
  RESTORE_ACCOUNT,
} from "../../src/engine/source/mariadb/index.ts";
import { BINLOG, needsMaria, TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { clock, openAt, random, World } from "../engine/world.ts";

const needed =
  needsMaria === false && !existsSync("/usr/bin/mariadb-backup")
    ? "needs the Debian package mariadb-backup"
    : needsMaria;
const root = mariaRoot("w1");
const { signal } = new AbortController();

async function backup(world: World, server: TestServer, program = "mariadb-backup") {
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const report = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: MARIA_KIND,
    root,
    open: () => openMariaPhysical({ target: server.target, root, clock, host: { program }, incremental: true }),
  });
  const { details } = await repository.readManifest(report.backup_id);
  return { ...report, details: details as unknown as MariaBackupDetails & { physical: PhysicalFacts } };
}

/** A server on the files of a backup; stopped and removed with the world. */
async function restored(world: World, { backup_id, details }: Awaited<ReturnType<typeof backup>>) {
  const { target } = await world.restore(backup_id);
  execFileSync("chmod", ["711", world.folder]);
  const instance = new MariaInstance(join(target, "server"), await findMariaHost(), clock, RESTORE_ACCOUNT);
  await prepareFiles(target, instance, signal);
  await instance.start("normal", await physicalSettings(details, instance));
  return instance;
}

async function ask(instance: MariaInstance, sql: string): Promise<string> {
  const args = ["--no-defaults", "-N", `-S${instance.socket}`, `-u${instance.user}`, "-e", sql];
  return execFileSync("mariadb", args, { encoding: "utf8" });
}

test("copied files come back as a server; the next backup sends what changed and is whole by itself", {
  skip: needed,
}, async () => {
  using world = await World.create();
  await using server = await TestServer.start();
  await server.sql(
    "CREATE DATABASE shop",
    "USE shop",
    "CREATE TABLE orders (id INT PRIMARY KEY, v VARCHAR(200), KEY (v))",
    "INSERT INTO orders SELECT seq, MD5(seq) FROM seq_1_to_50000",
    "CREATE TABLE packed (id INT PRIMARY KEY, v TEXT) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8",
    "INSERT INTO packed SELECT seq, REPEAT(MD5(seq), 5) FROM seq_1_to_5000",
    "CREATE TABLE old_name (id INT PRIMARY KEY, v INT)",
    "INSERT INTO old_name SELECT seq, seq FROM seq_1_to_5000",
    "CREATE TABLE gone (id INT)",
    "CREATE TABLE aria (id INT) ENGINE=Aria",
    "INSERT INTO aria SELECT seq FROM seq_1_to_1000",
    "CREATE USER app@localhost IDENTIFIED BY 'x'",
  );
  const first = await backup(world, server);
  assert.equal(first.details.physical.incremental_from, null);
  assert.ok(first.details.position?.gtid.startsWith("0-7-"));

  await server.sql(
    "USE shop",
    "UPDATE shop.orders SET v = 'changed' WHERE id IN (5, 25000, 49999)",
    "DELETE FROM shop.packed WHERE id % 7 = 0",
    "RENAME TABLE shop.old_name TO shop.new_name",
    "UPDATE shop.new_name SET v = -1 WHERE id = 77",
    "DROP TABLE shop.gone",
    "CREATE TABLE shop.fresh (id INT PRIMARY KEY, v VARCHAR(100))",
    "INSERT INTO shop.fresh SELECT seq, MD5(seq) FROM seq_1_to_3000",
    "INSERT INTO shop.aria VALUES (-1)",
    "TRUNCATE TABLE shop.packed",
    "INSERT INTO shop.packed VALUES (1, 'one')",
    "SET GLOBAL innodb_max_dirty_pages_pct = 0",
  );
  const second = await backup(world, server);
  assert.equal(second.details.physical.incremental_from, first.backup_id);
  // A third lies on the second, whose pages came from the first.
  await server.sql("UPDATE shop.orders SET v = 'again' WHERE id = 30000");
  const third = await backup(world, server);
  assert.equal(third.details.physical.incremental_from, second.backup_id);
  assert.equal((await world.verify(third.backup_id)).verdict, "valid");

  const instance = await restored(world, third);
  try {
    const tables = "shop.orders, shop.packed, shop.new_name, shop.fresh, shop.aria";
    const sums = await server.sql(`CHECKSUM TABLE ${tables} EXTENDED`);
    const expected = sums.map((row) => `${row["Table"] ?? ""}\t${row["Checksum"] ?? ""}\n`).join("");
    assert.equal(await ask(instance, `CHECKSUM TABLE ${tables} EXTENDED`), expected);
    for (const line of (await ask(instance, `CHECK TABLE ${tables} EXTENDED`)).trim().split("\n"))
      assert.match(line, /\tstatus\tOK$/);
    assert.equal(await ask(instance, "SHOW TABLES FROM shop LIKE 'gone'"), "");
    assert.match(await ask(instance, "SHOW GRANTS FOR app@localhost"), /USAGE/);
    await keepOnly(instance.target, ["shop.fresh"]);
    assert.equal(await ask(instance, "SHOW TABLES FROM shop"), "fresh\n");
    await assert.rejects(keepOnly(instance.target, ["shop.nothing"]), { code: "MARIA_SELECTION" });
  } finally {
    await instance.stop();
  }
});

test("a server with another history is read anew; a program that fails makes no backup", { skip: needed }, async () => {
  using world = await World.create();
  await using server = await TestServer.start();
  await server.sql("CREATE DATABASE d", "CREATE TABLE d.t (a INT PRIMARY KEY)", "INSERT INTO d.t VALUES (1)");
  await backup(world, server);
  await server.sql("RESET MASTER");
  const after = await backup(world, server);
  assert.equal(after.details.physical.incremental_from, null);
  await assert.rejects(backup(world, server, "/bin/false"), { code: "MARIA_BACKUP_FAILED" });
  await assert.rejects(backup(world, server, "/nowhere/mariadb-backup"), { code: "MARIA_BACKUP_FAILED" });
});

test("copied under load, each of five backups that lie on each other has whole transactions only", {
  skip: needed,
}, async () => {
  using world = await World.create();
  await using server = await TestServer.start([...BINLOG, "innodb-log-file-size=8M", "innodb-max-dirty-pages-pct=5"]);
  await server.sql(
    "CREATE DATABASE bank",
    "CREATE TABLE bank.a (id INT PRIMARY KEY, v INT NOT NULL, pad VARCHAR(200), KEY (v))",
    "CREATE TABLE bank.b (id INT PRIMARY KEY, v INT NOT NULL, pad VARCHAR(200))",
    "USE bank",
    "INSERT INTO a SELECT seq, 100, REPEAT('x', 200) FROM seq_1_to_20000",
    "INSERT INTO b SELECT seq, 100, REPEAT('x', 200) FROM seq_1_to_20000",
  );
  let running = true;
  const move = async (from: string, to: string, first: number) => {
    const sql = await MariaConnection.open(server.target);
    for (let i = first; running; i = ((i * 31 + 7) % 20_000) + 1) {
      await sql.query("BEGIN");
      await sql.query(
        `UPDATE bank.${from} SET v = v - 1, pad = REPEAT(CHAR(97 + ${i % 26}), ${i % 200}) WHERE id = ${i}`,
      );
      await sql.query(`UPDATE bank.${to} SET v = v + 1 WHERE id = ${i}`);
      await sql.query("COMMIT").catch(() => undefined); // two that lock each other begin anew
      await clock.sleep(1);
    }
    sql.close();
  };
  const load = [move("a", "b", 1), move("a", "b", 9999)];
  try {
    let before: string | null = null;
    for (let round = 0; round < 5; round++) {
      await clock.sleep(1000);
      const made = await backup(world, server);
      assert.equal(made.details.physical.incremental_from, before);
      before = made.backup_id;
      const instance = await restored(world, made);
      try {
        const sum = "SELECT (SELECT SUM(v) FROM bank.a) + (SELECT SUM(v) FROM bank.b)";
        assert.equal((await ask(instance, sum)).trim(), "4000000", `round ${round}`);
        for (const line of (await ask(instance, "CHECK TABLE bank.a, bank.b EXTENDED")).trim().split("\n"))
          assert.match(line, /\tstatus\tOK$/);
      } finally {
        await instance.stop();
      }
    }
  } finally {
    running = false;
    await Promise.all(load);
  }
});

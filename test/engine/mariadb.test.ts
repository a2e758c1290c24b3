import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import {
  MariaConnection,
  loadBackup,
  type LoadOptions,
  MARIA_KIND,
  type MariaBackupDetails,
  mariaRoot,
  openMariaSource,
  readIndex,
  schemaHashOf,
} from "../../src/engine/source/mariadb/index.ts";
import { needsMaria, TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { clock, openAt, random, World } from "./world.ts";

async function backup(world: World, server: TestServer, databases: readonly string[] = [], part_bytes = 2 ** 25) {
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const root = mariaRoot("w1");
  const report = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: MARIA_KIND,
    root,
    open: () => openMariaSource({ target: server.target, root, clock, databases, connections: 4, part_bytes }),
  });
  const { details } = await repository.readManifest(report.backup_id);
  return { ...report, details: details as unknown as MariaBackupDetails };
}

const filesIn = (folder: string) => ({ read: (path: string) => createReadStream(join(folder, path)) });

function load(folder: string, server: TestServer, more: Partial<LoadOptions> = {}) {
  return loadBackup({
    files: filesIn(folder),
    target: server.target,
    only: [],
    replace: false,
    accounts: false,
    connections: 3,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  });
}

const COLUMNS = "id f+0e0 d n b x s u e ts dt j g i6 i4 uu g1+0e0 g2+0e0 zero".split(" ");

const ODD = [
  "CREATE DATABASE `odd/name` CHARACTER SET latin1",
  "USE `odd/name`",
  `CREATE TABLE \`t\`\`1\` (id INT PRIMARY KEY AUTO_INCREMENT, f FLOAT, d DOUBLE, n DECIMAL(30,10), b BLOB, x BIT(12),
    s VARCHAR(100), u VARCHAR(100) CHARACTER SET utf8mb4, e ENUM('a','ü','c'), ts TIMESTAMP(6) NULL, dt DATETIME, j JSON,
    g POINT, i6 INET6, i4 INET4, uu UUID, g1 DOUBLE AS (d * 2) VIRTUAL, g2 DOUBLE AS (d * 3) STORED, zero DATE, KEY (s))`,
  `INSERT INTO \`t\`\`1\` (f, d, n, b, x, s, u, e, ts, dt, j, g, i6, i4, uu, zero) VALUES
    (0.1234567, 1/3, 12345678901234567890.0123456789, UNHEX('000a090d5c1a27ff'), b'101010101010', 'ä\\tb\\nc\\\\N', '🐘\\0x', 'ü',
     '2026-03-01 01:02:03.456789', '1000-01-01', '{"a": [1, null]}', POINT(1.5, 2.5), '::1', '10.0.0.1', '123e4567-e89b-12d3-a456-426655440000', NULL)`,
  "INSERT INTO `t``1` (s) VALUES (NULL), (''), ('NULL')",
  "SET sql_mode=''",
  "INSERT INTO `t``1` (id, zero) VALUES (100, '0000-00-00')",
  "CREATE TABLE nokey (a INT, b TEXT)",
  "INSERT INTO nokey VALUES (1, REPEAT('x', 70000)), (NULL, NULL)",
  "CREATE SEQUENCE sq START WITH 5",
  "SELECT NEXTVAL(sq)",
  "CREATE VIEW z AS SELECT id, f FROM `t``1`",
  "CREATE VIEW a AS SELECT * FROM z",
  "CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2",
  "CREATE TRIGGER tr BEFORE INSERT ON nokey FOR EACH ROW SET NEW.a = twice(NEW.a)",
  "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO SELECT 1",
  "CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES `t``1` (id))",
  "INSERT INTO child VALUES (1, 1)",
];

test("a server comes back as it was: every type, names, definitions, sums; also one table alone", {
  skip: needsMaria,
}, async () => {
  using world = await World.create();
  await using server = await TestServer.start();
  await using other = await TestServer.start([]);
  await server.sql(...ODD);
  await server.sql("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY, v VARCHAR(50))");
  await server.sql("USE shop", "INSERT INTO orders SELECT seq, MD5(seq) FROM seq_1_to_50000");
  const { backup_id, details, stats } = await backup(world, server);
  assert.equal(details.position?.gtid.startsWith("0-7-"), true);
  assert.equal(details.connections, 4);
  assert.equal(details.rows, 5 + 2 + 1 + 50_000);
  const { target } = await world.restore(backup_id);
  const report = await load(target, other);
  assert.deepEqual([report.rows, report.left_out], [50_008, []]);
  for (const name of COLUMNS) {
    const each = `SELECT GROUP_CONCAT(COALESCE(HEX(${name}), 'NULL') ORDER BY id) AS v FROM \`odd/name\`.\`t\`\`1\``;
    assert.deepEqual(await other.sql(each), await server.sql(each), name);
  }
  const sums = "CHECKSUM TABLE `odd/name`.`t``1`, `odd/name`.nokey, `odd/name`.child, shop.orders EXTENDED";
  assert.deepEqual(await other.sql(sums), await server.sql(sums));
  const databases = ["odd/name", "shop"];
  assert.equal(await schemaHashOf(other.target, databases), await schemaHashOf(server.target, databases));
  const [next] = await other.sql("SELECT NEXTVAL(`odd/name`.sq) AS v");
  assert.ok(Number(next?.["v"]) >= 6, "a sequence gives no number twice");

  await other.sql("DELETE FROM shop.orders WHERE id < 40000");
  await assert.rejects(load(target, other), { code: "MARIA_LOAD" });
  await load(target, other, { only: ["shop.orders"], into_database: "look" });
  assert.deepEqual(await other.sql("SELECT COUNT(*) AS n FROM look.orders"), [{ n: "50000" }]);
  await load(target, other, { only: ["shop"], replace: true });
  assert.deepEqual(await other.sql("SELECT COUNT(*) AS n FROM shop.orders"), [{ n: "50000" }]);
  await assert.rejects(load(target, other, { only: ["shop.nothing"] }), { code: "MARIA_SELECTION" });

  await server.sql("UPDATE shop.orders SET v = 'changed' WHERE id = 25000");
  const second = await backup(world, server);
  assert.ok(
    second.stats.new_bytes < stats.new_bytes / 3,
    `the second full stored ${second.stats.new_bytes} of ${stats.new_bytes}`,
  );
});

test("a table that was read in parts comes back whole, whatever number of connections loads", {
  skip: needsMaria,
}, async () => {
  using world = await World.create();
  await using server = await TestServer.start();
  await using other = await TestServer.start([]);
  await server.sql("CREATE DATABASE big", "USE big");
  for (const name of ["one", "two"])
    await server.sql(
      "USE big",
      `CREATE TABLE ${name} (id INT PRIMARY KEY, v INT, pad VARCHAR(120), KEY (v))`,
      `INSERT INTO ${name} SELECT CAST(seq AS SIGNED) - 5000, seq * 7919 % 10007, REPEAT('x', seq % 120) FROM seq_1_to_30000`,
      `ANALYZE TABLE ${name}`,
    );
  const { backup_id } = await backup(world, server, ["big"], 2 ** 19);
  const { target } = await world.restore(backup_id);
  const { parts } = await readIndex(filesIn(target));
  assert.ok(parts.length >= 8, `${parts.length} parts`);
  assert.equal((await load(target, other)).rows, 60_000);
  const sums = "CHECKSUM TABLE big.one, big.two EXTENDED";
  assert.deepEqual(await other.sql(sums), await server.sql(sums));
  assert.deepEqual(await other.sql("SELECT COUNT(*) AS n FROM big.one FORCE INDEX (v) WHERE v >= 0"), [{ n: "30000" }]);
});

test("a snapshot under load holds no half transaction, over several connections", { skip: needsMaria }, async () => {
  using world = await World.create();
  await using server = await TestServer.start();
  await server.sql("CREATE DATABASE bank");
  for (const name of ["a", "b", "c", "d", "e"])
    await server.sql(
      "USE bank",
      `CREATE TABLE bank.${name} (id INT PRIMARY KEY, v INT NOT NULL, pad VARCHAR(200))`,
      `INSERT INTO bank.${name} SELECT seq, 100, REPEAT('x', 200) FROM seq_1_to_5000`,
    );
  let running = true;
  const move = async (from: string, to: string) => {
    const sql = await MariaConnection.open(server.target);
    for (let i = 1; running; i = (i % 5000) + 1) {
      await sql.query("BEGIN");
      await sql.query(`UPDATE bank.${from} SET v = v - 1 WHERE id = ${i}`);
      await sql.query(`UPDATE bank.${to} SET v = v + 1 WHERE id = ${i}`);
      await sql.query("COMMIT");
      await clock.sleep(1);
    }
    sql.close();
  };
  const load_on = [move("a", "e"), move("b", "d")];
  try {
    const { backup_id } = await backup(world, server, ["bank"]);
    const { target } = await world.restore(backup_id);
    let sum = 0;
    for (const { path } of (await readIndex(filesIn(target))).parts)
      for (const line of readFileSync(join(target, path), "utf8").split("\n"))
        if (line !== "") sum += Number(line.split("\t")[1]);
    assert.equal(sum, 5 * 5000 * 100);
  } finally {
    running = false;
    await Promise.all(load_on);
  }
});

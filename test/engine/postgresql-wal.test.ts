import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import test from "node:test";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import { appendPiece } from "../../src/engine/log/index.ts";
import type { Repository } from "../../src/engine/repository/index.ts";
import {
  checkTarget,
  driftOf,
  findHost,
  historyLog,
  identify,
  layWal,
  openPgSource,
  openReceiver,
  parseLsn,
  type PgBackupDetails,
  type PgTarget,
  pgRoot,
  prepareRecovery,
  reachOf,
  type RecoveryTarget,
  segmentStart,
  startRecovered,
  stopServer,
  WalAppender,
  walLog,
  walTail,
} from "../../src/engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import { clock, openAt, random, World } from "./world.ts";

const SLOT = "holdfast";
const RECOVERED = new Set(
  process.env["HOLDFAST_LONG"] === "1" ? ["time", "name", "lsn", "xid", "latest"] : ["time", "xid"],
);

/** Streams into the repository until stopped, as the archiver does. */
async function archive(
  repository: Repository,
  target: PgTarget,
  signal: AbortSignal,
  durable: { lsn: bigint },
): Promise<void> {
  const receiver = await openReceiver(target, clock);
  try {
    const facts = await identify(target, clock);
    await receiver.ensureSlot(SLOT);
    let timeline = facts.timeline;
    let start = segmentStart((await receiver.readSlot(SLOT)).restart_lsn as bigint, facts.wal_segment_bytes);
    for (;;) {
      const log = walLog(facts.system_identifier, timeline);
      const left = await walTail(repository, log, facts.wal_segment_bytes);
      const appender = new WalAppender(
        repository,
        log,
        facts.wal_segment_bytes,
        left?.tail ?? { end: start, last_end_ms: 0 },
        left?.held ?? [],
        clock,
      );
      let next: { timeline: number; lsn: bigint } | undefined;
      for await (const each of receiver.stream(SLOT, timeline, appender.resume_from, signal)) {
        if (each.kind === "data") assert.ok(appender.push(each.lsn, each.bytes));
        if (each.kind === "switch") next = each;
        if (appender.due(100) || each.kind === "switch") {
          await appender.flush();
          durable.lsn = appender.flushed;
          if (each.kind !== "switch") receiver.acknowledge(appender.flushed);
        }
      }
      if (next === undefined) return;
      const text = Buffer.from(await receiver.history(next.timeline));
      const at = { log: historyLog(facts.system_identifier), first_ms: 0, last_ms: 0, marks: {} };
      await appendPiece(repository, { ...at, start: BigInt(next.timeline), end: BigInt(next.timeline + 1) }, text);
      timeline = next.timeline;
      start = segmentStart(next.lsn, facts.wal_segment_bytes);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    receiver.connection.close();
  }
}

const ROOT = pgRoot("wkl_test");

test("a server recovers to a time, a name, a position and the end of the log", { skip: needsPostgres }, async () => {
  using world = await World.create();
  chmodSync(world.folder, 0o711);
  await using cluster = await Cluster.start(["wal_level = replica", "autovacuum = off"]);
  await using opened = await openAt(world.repo);
  const { repository } = opened;
  const stop = new AbortController();
  const durable = { lsn: 0n };
  const target = cluster.target();
  const archiving = archive(repository, target, stop.signal, durable);
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  const { backup_id } = await runStreamBackup({
    repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 1,
    kind: "postgresql",
    root: ROOT,
    open: () => openPgSource({ target, root: ROOT, label: "test", clock }),
  });
  const insert = async (id: number) => {
    await cluster.sql(`INSERT INTO ledger VALUES (${id})`);
    await clock.sleep(30);
    const at_ms = clock.now_ms();
    await clock.sleep(30);
    return at_ms;
  };
  await insert(1);
  const between = await insert(2);
  await insert(3);
  await cluster.sql("SELECT pg_create_restore_point('before the release')");
  const [position] = await cluster.sql("SELECT pg_current_wal_insert_lsn() AS lsn");
  await insert(4);
  await cluster.sql("SELECT pg_switch_wal()");
  const [xid] = await cluster.sql("WITH i AS (INSERT INTO ledger VALUES (5)) SELECT pg_current_xact_id()::text AS xid");
  const last = await insert(6);
  const [end] = await cluster.sql("SELECT pg_current_wal_flush_lsn() AS lsn");
  for (let i = 0; durable.lsn < parseLsn(end?.["lsn"] as string) && i < 200; i++) await clock.sleep(100);
  stop.abort();
  await archiving;

  const details = (await repository.readManifest(backup_id)).details as unknown as PgBackupDetails;
  const reach = await reachOf(repository, details);
  assert.equal(reach.gap, null);
  const refused = { code: "PG_TARGET_UNREACHABLE", message: /can be recovered from .* to / };
  await assert.rejects(checkTarget(repository, details, reach, { kind: "time", at_ms: last + 60_000 }), refused);
  await assert.rejects(checkTarget(repository, details, reach, { kind: "time", at_ms: 1 }), refused);
  await assert.rejects(checkTarget(repository, details, reach, { kind: "name", name: "nobody" }), refused);

  const host = await findHost(15);
  const { preload, lines } = await driftOf(details, host);
  assert.deepEqual(lines, []);
  const wanted: [RecoveryTarget, number[]][] = [
    [{ kind: "time", at_ms: between }, [1, 2]],
    [{ kind: "name", name: "before the release" }, [1, 2, 3]],
    [{ kind: "lsn", lsn: parseLsn(position?.["lsn"] as string) }, [1, 2, 3, 4]],
    [{ kind: "xid", xid: Number(xid?.["xid"]) }, [1, 2, 3, 4, 5]],
    [{ kind: "latest" }, [1, 2, 3, 4, 5, 6]],
  ];
  for (const [to, ids] of wanted) {
    await checkTarget(repository, details, reach, to);
    // Each takes seconds: the others only when there is time.
    if (!RECOVERED.has(to.kind)) continue;
    const { target: data_dir } = await world.restore(backup_id);
    execFileSync("chmod", ["700", data_dir]);
    await layWal(repository, details, reach, to, data_dir);
    const settings = { data_dir, host, port: 5432 };
    await prepareRecovery({
      ...settings,
      backup: details,
      target: to,
      timeline: reach.timeline,
      preload,
      keep_settings: false,
    });
    const recovered = await startRecovered(settings, clock, { timeout_ms: 60_000 });
    try {
      const restored = Cluster.at(data_dir);
      const rows = await restored.sql("SELECT id FROM ledger ORDER BY id");
      const got = rows.map(({ id }) => Number(id));
      if (to.kind === "lsn") assert.ok(got.length === 3 || got.length === 4, `${got}`);
      else assert.deepEqual(got, ids, `${to.kind}: ${recovered.stopped}`);
    } finally {
      await stopServer(host, data_dir);
    }
  }
});

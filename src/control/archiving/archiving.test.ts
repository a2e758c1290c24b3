import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { type ListedPiece, listPieces } from "../../engine/log/index.ts";
import { parseLsn, segmentStart, walLog } from "../../engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../engine/source/postgresql/testing/cluster.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { type Installation, installation } from "../../testing/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import { createWorkload } from "../inventory/index.ts";
import {
  chooseBase,
  copyWal,
  listArchives,
  pgDetailsOf,
  pruneWal,
  restorableBackup,
  restorableOf,
  startArchiving,
} from "./index.ts";

const databases = testDatabases();

async function protectCluster(it: Installation, cluster: Cluster, name = "orders") {
  return createWorkload(
    it.db,
    {
      name,
      project: "acme",
      type: "database",
      source: {
        kind: "postgresql",
        host: cluster.folder,
        user: "postgres",
        tls: { mode: "disable" },
        wal: { heartbeat_seconds: 0.5 },
        validations: [{ name: "a known record", sql: "SELECT id FROM ledger WHERE id = 1", expect: "1" }],
      },
      tags: {},
    },
    it,
  );
}

function archivingOf(t: TestContext, it: Installation, owner = "test") {
  const asked: string[] = [];
  const archiving = startArchiving(owner, {
    ...it,
    secret: async () => "",
    backUp: async (_workload, why) => {
      asked.push(why);
    },
  });
  t.after(() => archiving.stop());
  return { archiving, asked };
}

async function until<T>(work: () => Promise<T | undefined | false>, what: string, ms = 30_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = await work();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited too long: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("log goes when no backup needs it, is copied, and is read by verify", { skip: needsPostgres }, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  await using cluster = await Cluster.start();
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  const workload = await protectCluster(it, cluster);
  archivingOf(t, it);
  const status = async () => (await listArchives(it.db, Date.now(), { workload_id: workload.id }))[0];
  const first = String((await it.backUp("orders")).backup_id);
  await cluster.sql("INSERT INTO ledger VALUES (1)");
  await cluster.sql("SELECT pg_switch_wal()");
  const second = await getBackupRow(it.db, String((await it.backUp("orders")).backup_id));
  await cluster.sql("INSERT INTO ledger VALUES (2)");
  const done = Date.now();
  await until(async () => ((await status())?.last_commit_at?.getTime() ?? 0) > done, "durable");

  const [home, other] = it.regions;
  const place = await it.repositories.ensure(workload.project_id, other.id);
  await it.db
    .insertInto("copies")
    .values({
      id: "cpy_test",
      backup_id: second.id,
      region_id: other.id,
      repository_id: place.id,
      state: "AVAILABLE",
      created_at: new Date(),
    })
    .execute();
  assert.ok((await copyWal(it)) > 0);
  const details = pgDetailsOf(second.details);
  assert.ok(details !== undefined);
  const far = await it.repositories.use(place, (repository) => restorableOf(repository, details));
  assert.ok(far.latest !== null && far.gap === null, far.summary);

  const log = walLog(details.system_identifier, 1);
  const held = async () => {
    const row = await it.repositories.find(workload.project_id, home.id);
    const pieces: ListedPiece[] = [];
    await it.repositories.useStore(row, async (store) => {
      for await (const piece of listPieces(store, log)) pieces.push(piece);
    });
    return pieces;
  };
  await pruneWal(it);
  const from = segmentStart(parseLsn(details.start_lsn), details.wal_segment_bytes);
  assert.ok(
    (await held()).some(({ start }) => start < from),
    "the first backup needs what lies before the second",
  );
  await it.db
    .updateTable("backups")
    .set({ state: "DELETED", deleted_at: new Date(), recoverable_until: new Date() })
    .where("id", "=", first)
    .execute();
  await pruneWal(it);
  assert.ok((await held()).every(({ end }) => end > from));
  assert.equal((await restorableBackup(second, it))?.gap, null);

  assert.equal((await it.verify(second.id)).state, "SUCCEEDED");
  const row = await it.repositories.find(workload.project_id, home.id);
  const [piece] = (await held()).filter(({ size_bytes }) => size_bytes > 0);
  assert.ok(piece !== undefined);
  await it.repositories.useStore(row, async (store) => {
    const bytes = await store.get(piece.key);
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 1;
    await store.put(piece.key, bytes);
  });
  const verified = await it.verify(second.id);
  assert.equal(verified.state, "SUCCEEDED_WITH_WARNINGS");
  assert.deepEqual((verified.result as { objects: string[] }).objects, [piece.key]);
});

test("log is durable within seconds, outlives a killed source, and holes are named to the byte", {
  skip: needsPostgres,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  await using cluster = await Cluster.start([
    "max_slot_wal_keep_size = 32MB",
    "min_wal_size = 32MB",
    "max_wal_size = 32MB",
  ]);
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  const workload = await protectCluster(it, cluster);
  const { archiving, asked } = archivingOf(t, it);
  const status = async () => (await listArchives(it.db, Date.now(), { workload_id: workload.id }))[0];
  await until(async () => ((await status())?.last_commit_at ?? null) !== null, "streaming");
  const job = await it.backUp("orders");
  const row = await getBackupRow(it.db, String(job.backup_id));

  await cluster.sql("INSERT INTO ledger VALUES (1)");
  const committed = Date.now();
  const after = await until(async () => {
    const restorable = await restorableBackup(row, it);
    return restorable !== null && restorable.latest !== null && Date.parse(restorable.latest) > committed && restorable;
  }, "durable");
  assert.equal(after.gap, null);
  assert.match(after.summary, /^to any second from/);
  const chosen = await chooseBase(workload.id, { to_time: new Date(committed).toISOString() }, it);
  assert.equal(chosen.backup_id, row.id);
  await assert.rejects(chooseBase(workload.id, { to_time: "2020-01-01T00:00:00Z" }, it), {
    code: "PG_TARGET_UNREACHABLE",
    message: /no backup had ended before/,
  });

  // The source dies and comes back: streaming goes on where it was.
  await cluster.down("immediate");
  await until(async () => (await status())?.state === "RETRYING", "noticed");
  await cluster.up();
  await until(async () => (await status())?.state === "STREAMING", "streaming again", 60_000);

  // Nobody streams, the slot is lost, and the server removes what was not taken.
  const before = (await status())?.flushed_lsn as string;
  await archiving.stop();
  await cluster.sql("CREATE TABLE filler (t text)");
  for (let i = 0; i < 8; i++) {
    await cluster.sql("INSERT INTO filler SELECT repeat(md5(g::text), 30) FROM generate_series(1, 12000) g");
    await cluster.sql("SELECT pg_switch_wal()");
    await cluster.sql("CHECKPOINT");
  }
  const [slot] = await cluster.sql("SELECT wal_status FROM pg_replication_slots");
  assert.equal(slot?.["wal_status"], "lost");
  const another = archivingOf(t, it, "another server");
  const gapped = await until(async () => {
    const now = await status();
    return now !== undefined && now.gaps.length > 0 && now.state === "STREAMING" && now;
  }, "the hole");
  assert.equal(gapped.gaps[0]?.timeline, 1);
  assert.ok((gapped.gaps[0]?.from_lsn ?? "") >= before, `${gapped.gaps[0]?.from_lsn} follows ${before}`);
  const cut = await restorableBackup(row, it);
  assert.equal(cut?.gap?.from_lsn, gapped.gaps[0]?.from_lsn);
  assert.equal(cut?.gap?.to_lsn, gapped.gaps[0]?.to_lsn);
  assert.match(cut?.summary ?? "", /could not be restored past/);
  assert.deepEqual([asked.length, another.asked.length], [0, 1], "a new backup is asked for, once");
});

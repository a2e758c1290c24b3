import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { clock, openAt, random, World } from "./world.ts";
import { newId } from "../../src/base/index.ts";
import { runStreamBackup } from "../../src/engine/backup/index.ts";
import { openPgSource, type PgBackupDetails, pgRoot, type PgTarget } from "../../src/engine/source/postgresql/index.ts";
import { asPostgres, Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";

/** The log that a backup carries with it is new each time. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

async function backUp(world: World, target: PgTarget, count_rows = false) {
  await using opened = await openAt(world.repo);
  const report = await runStreamBackup({
    repository: opened.repository,
    backup_id: newId("bkp", clock, random),
    labels: {},
    clock,
    threads: 2,
    kind: "postgresql",
    root: ROOT,
    open: () => openPgSource({ target, root: ROOT, label: "holdfast test", clock, count_rows }),
  });
  const { details } = await opened.repository.readManifest(report.backup_id);
  return { report, details: details as unknown as PgBackupDetails };
}

const ROOT = pgRoot("wkl_test");

test("a running server comes back page by page, and the next full stores only what changed", {
  skip: needsPostgres,
}, async () => {
  using world = await World.create();
  await using cluster = await Cluster.start(["max_wal_senders = 4"]);
  await cluster.sql("CREATE ROLE baas LOGIN REPLICATION");
  const space = cluster.makeFolder("space");
  await cluster.sql(`CREATE TABLESPACE fast LOCATION '${space}'`);
  await cluster.sql("CREATE TABLE t AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 200000) g");
  await cluster.sql("CREATE TABLE spaced (id int) TABLESPACE fast");
  await cluster.sql("INSERT INTO spaced SELECT generate_series(1, 1000)");
  const target = cluster.target({ user: "baas" });

  const first = await backUp(world, target);
  assert.equal(first.report.stats.problems, 0, JSON.stringify(first.report.problems));
  assert.equal(first.details.data_checksums, true);
  assert.deepEqual(
    first.details.databases?.map(({ name }) => name),
    ["postgres"],
  );
  assert.deepEqual(
    first.details.tablespaces.map(({ location }) => location),
    [space],
  );

  await cluster.sql("UPDATE t SET v = 'changed' WHERE id BETWEEN 100 AND 200");
  const second = await backUp(world, target);
  assert.ok(
    second.report.stats.new_bytes < SEGMENT_BYTES + 4e6,
    `${second.report.stats.new_bytes} new of ${first.report.stats.source_bytes}`,
  );

  const { target: laid } = await world.restore(second.report.backup_id);
  execFileSync("chmod", ["700", laid]);
  execFileSync("chmod", ["711", world.folder]);
  execFileSync("chown", ["-R", "postgres:postgres", laid]);
  // PostgreSQL's own tool compares every file with the server's manifest; tablespaces are folders here.
  await asPostgres("pg_verifybackup", ["-n", "-q", laid]);
  assert.ok(existsSync(join(laid, "backup_label")));
});

test("a page that fails its checksum on the server is named, and the backup stands", {
  skip: needsPostgres,
}, async () => {
  using world = await World.create();
  await using cluster = await Cluster.start();
  await cluster.sql("CREATE TABLE t AS SELECT g AS id, md5(g::text) AS v FROM generate_series(1, 20000) g");
  await cluster.sql("CHECKPOINT");
  const [row] = await cluster.sql("SELECT pg_relation_filepath('t') AS path");
  const path = row?.["path"] as string;
  const file = openSync(join(cluster.data, path), "r+");
  writeSync(file, Buffer.from("bit rot"), 0, 7, 3 * 8192 + 4000);
  closeSync(file);
  const { report } = await backUp(world, cluster.target());
  assert.equal(report.problems[0]?.code, "PG_PAGE_DAMAGED");
  assert.match(report.problems[0]?.message ?? "", /block 3/);
  assert.equal(report.problems[0]?.path, path);
});

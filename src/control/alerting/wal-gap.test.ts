import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { Cluster, needsPostgres } from "../../engine/source/postgresql/testing/cluster.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { silentLogger } from "../../platform/log/index.ts";
import { installation } from "../../testing/index.ts";
import { pushWal } from "../archiving/index.ts";
import { createWorkload } from "../inventory/index.ts";
import { createEvaluator, factSources } from "./index.ts";

const databases = testDatabases();

test("a file that a server did not push is an alert until it is pushed, or another backup is made", {
  skip: needsPostgres,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  // Nothing is archived by itself; what is pushed, and what is not, is up to the test.
  await using cluster = await Cluster.start(["wal_keep_size = 512MB"]);
  await cluster.sql("CREATE TABLE ledger (id int)");
  const pg = { kind: "postgresql" as const, host: cluster.folder, user: "postgres", tls: { mode: "disable" as const } };
  const source = { ...pg, wal: { enabled: false } };
  const workload = await createWorkload(it.db, { name: "orders", project: "acme", type: "database", source }, it);
  const segments: string[] = [];
  const fill = async () => {
    await cluster.sql("INSERT INTO ledger VALUES (1)");
    const [row] = await cluster.sql("SELECT pg_walfile_name(pg_current_wal_lsn()) AS name");
    segments.push(String(row?.["name"]));
    await cluster.sql("SELECT pg_switch_wal()");
  };
  await it.backUp("orders"); // ends with a switch to the next segment
  for (let i = 0; i < 6; i++) await fill();
  const ended = (await it.db.selectFrom("backups").select("details").executeTakeFirstOrThrow()).details["source"];
  const { stop_lsn } = ended as { stop_lsn: string };
  const [last] = await cluster.sql(`SELECT pg_walfile_name('${stop_lsn}') AS name`);
  segments.unshift(String(last?.["name"]));
  const asked: string[] = [];
  const ports = { ...it, backUp: async (_id: string, why: string) => void asked.push(why) };
  const push = async (index: number) => {
    const name = segments[index] ?? "";
    const bytes = await readFile(join(cluster.data, "pg_wal", name));
    return pushWal(workload, { name, bytes, dry_run: false }, ports);
  };
  const look = createEvaluator(
    factSources.filter(({ name }) => name === "logs of databases"),
    { ...it, log: silentLogger },
  );
  const alerts = async () => {
    await look();
    const rows = await it.db.selectFrom("alerts").selectAll().where("state", "<>", "RESOLVED").execute();
    return rows.map(({ rule, severity, summary }) => ({ rule, severity, summary }));
  };
  await push(0);
  await push(1);
  assert.deepEqual(await alerts(), [], "what follows on the backup is whole");
  assert.equal((await push(4)).follows, false);
  const [alert, ...others] = await alerts();
  assert.deepEqual([alert?.rule, alert?.severity, others], ["wal_gap", 1, []]);
  assert.match(alert?.summary ?? "", /^the log of orders is missing from 0\/\w+ to 0\/\w+ on timeline 1/);
  assert.deepEqual([asked.length, /has a hole from/.test(asked[0] ?? "")], [1, true], "a backup is asked for");
  await push(5);
  assert.deepEqual([(await alerts()).length, asked.length], [1, 1], "it is told once");

  await push(3);
  const [narrowed] = await alerts();
  assert.equal(narrowed?.rule, "wal_gap");
  assert.notEqual(narrowed?.summary, alert?.summary, "it is narrower now");
  await push(2);
  assert.deepEqual(await alerts(), [], "filled");
  const events = await it.db
    .selectFrom("events")
    .select("type")
    .where("type", "like", "holdfast.wal.%")
    .orderBy("sequence")
    .execute();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["holdfast.wal.gap", "holdfast.wal.gap_narrowed", "holdfast.wal.gap_filled"],
  );

  for (let i = 0; i < 3; i++) await fill();
  await push(9);
  assert.equal((await alerts()).length, 1);
  // Asked again about the same file, as after an answer that was lost, nothing is different.
  assert.equal((await push(9)).outcome, "held");
  assert.deepEqual([(await alerts()).length, asked.length], [1, 2]);
  await it.backUp("orders");
  assert.deepEqual(await alerts(), [], "a newer backup does not need it");
});

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { startArchiving } from "../../src/control/archiving/index.ts";
import { createWorkload, listWorkloads } from "../../src/control/inventory/index.ts";
import { previewRestore, requestRestore } from "../../src/control/recover/index.ts";
import { findHost, stopServer } from "../../src/engine/source/postgresql/index.ts";
import { Cluster, needsPostgres } from "../../src/engine/source/postgresql/testing/cluster.ts";
import type { Validation } from "../../src/model/index.ts";
import { testDatabases } from "../../src/platform/db/testing.ts";
import { installation } from "../../src/testing/index.ts";

const databases = testDatabases();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a database is restored to a minute in the past, runs, and was validated; in place, only what differs is written", {
  skip: needsPostgres,
}, async (t) => {
  const it = await installation(t, databases);
  await it.run();
  await using cluster = await Cluster.start(["autovacuum = off"]);
  await cluster.sql("CREATE TABLE ledger (id int PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())");
  await cluster.sql("INSERT INTO ledger VALUES (1)");
  const validations = [
    { name: "a known record", sql: "SELECT at FROM ledger WHERE id = 1", remember: true },
    { name: "nobody from the future", sql: "SELECT count(*) FROM ledger WHERE id = 3", expect: "0" },
  ];
  const source = {
    kind: "postgresql" as const,
    host: cluster.folder,
    user: "postgres",
    tls: { mode: "disable" as const },
    wal: { heartbeat_seconds: 0.5 },
    count_rows: true,
    validations,
  };
  await createWorkload(it.db, { name: "orders", project: "acme", type: "database", source, tags: {} }, it);
  const archiving = startArchiving("test", { ...it, secret: it.sources.secret, backUp: async () => undefined });
  t.after(() => archiving.stop());
  const backup_id = String((await it.backUp("orders")).backup_id);
  await cluster.sql("INSERT INTO ledger VALUES (2)");
  await sleep(50);
  const to_time = new Date().toISOString();
  await sleep(50);
  await cluster.sql("INSERT INTO ledger VALUES (3)");

  const far = { backup_id, new_name: "x", options: { to_time: "2040-01-01T00:00:00Z" } };
  await assert.rejects(previewRestore(far, it), { code: "PG_TARGET_UNREACHABLE", message: /no log leads past/ });
  await assert.rejects(previewRestore({ backup_id, new_name: "x", options: { to_time, immediate: true } }, it), {
    code: "RESTORE_OPTION_UNKNOWN",
  });
  const input = { backup_id, new_name: "drill-1", options: { to_time } };
  for (let i = 0; ; i++) {
    try {
      const { notes } = await previewRestore(input, it);
      assert.match(notes[0] ?? "", /is recovered to 20\d\d-/);
      break;
    } catch (error) {
      if (i > 100) throw error;
      await sleep(100); // until a commit after the time is durable
    }
  }
  const restore = await requestRestore(input, it);
  const job = await it.ended(restore.job_id);
  assert.equal(job.state, "SUCCEEDED", JSON.stringify(job.error));
  const result = job.result as Record<string, unknown>;
  const data_dir = String(result["data_dir"]);
  const host = await findHost(15);
  try {
    assert.equal(result["running"], true);
    const restored = Cluster.at(data_dir);
    const rows = await restored.sql("SELECT id FROM ledger ORDER BY id");
    assert.deepEqual(
      rows.map(({ id }) => Number(id)),
      [1, 2],
    );
    const validated = result["validations"] as Validation[];
    assert.deepEqual(
      validated.filter(({ outcome }) => outcome === "failed"),
      [],
    );
    const known = validated.find(({ name }) => name === "a known record");
    assert.equal(known?.outcome, "passed");
    assert.match(String(known?.expected), /^20\d\d-.*Z$/, "as it was answered when the backup was made");
    assert.ok(validated.some(({ name, outcome }) => name === "rows of postgres.public.ledger" && outcome === "noted"));
    assert.ok(Number(result["rpo_seconds"]) >= 0 && Number(result["rpo_seconds"]) < 30);
    const made = (await listWorkloads(it.db)).find(({ name }) => name === "drill-1");
    assert.equal(made?.source.kind, "postgresql");
  } finally {
    await stopServer(host, data_dir);
  }

  // In place: refused while the server runs, gated, and only differing blocks are written.
  const over = { backup_id, in_place: true, options: { data_dir: cluster.data, immediate: true } };
  await assert.rejects(previewRestore(over, it), { code: "PG_RUNNING" });
  await archiving.stop();
  await cluster.down();
  const plan = await previewRestore(over, it);
  assert.deepEqual(plan.overwrites, [cluster.data]);
  await assert.rejects(requestRestore(over, it), { code: "RESTORE_NOT_CONFIRMED" });
  const again = await requestRestore({ ...over, confirm: String(plan.confirm_with) }, it);
  const done = await it.ended(again.job_id);
  assert.equal(done.state, "SUCCEEDED", JSON.stringify(done.error));
  const { bytes_written } = done.result as { bytes_written: number };
  assert.ok(bytes_written < 4e6, `${bytes_written} bytes written of about 40 million`);
  assert.ok(existsSync(join(cluster.data, "recovery.signal")));
  await cluster.up();
  assert.deepEqual(
    (await cluster.sql("SELECT id FROM ledger ORDER BY id")).map(({ id }) => Number(id)),
    [1],
  );
});

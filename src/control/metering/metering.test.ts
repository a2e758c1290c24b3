import assert from "node:assert/strict";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { closeHours, measureUsageHour, usageOf } from "./index.ts";

const databases = testDatabases();
const HOUR_MS = 3_600_000;

test("an hour's usage is what lies on disk and what jobs moved, however often it is measured", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), it.random.bytes(300_000));
  await it.workload("web-1", [source]);
  await it.run();
  await it.backUp("web-1");
  const log = it.log;
  await measureUsageHour({ ...it, log });
  const start_ms = it.clock.now_ms();
  const later = { ...it.clock, now_ms: () => start_ms + HOUR_MS };
  for (let i = 0; i < 3; i++) await closeHours(it.db, later);

  const packs = join(it.dir, "bd-dha-1", "projects", it.project.id, "packs");
  let on_disk = 0;
  for (const entry of await readdir(packs, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) on_disk += (await stat(join(entry.parentPath, entry.name))).size;
  }
  const month = new Date(start_ms).toISOString().slice(0, 7);
  const line = async (meter: string, kind: string) =>
    (await usageOf(it.db, "acme", month)).lines.find((row) => row.meter === meter && row.class === kind);
  assert.ok(on_disk > 300_000);
  assert.equal((await line("storage", "hot"))?.quantity, String(on_disk));
  assert.equal((await line("operations", "backup"))?.quantity, "1");

  // A job that is seen late corrects its hour, once; nothing that was recorded changes.
  const before = await usageOf(it.db, "acme", month);
  await it.db
    .insertInto("usage_samples")
    .values({
      project_id: it.project.id,
      hour: new Date(Math.floor(start_ms / HOUR_MS) * HOUR_MS),
      meter: "operations",
      class: "backup",
      region_id: "",
      to_region_id: "",
      quantity: "1",
      source: "operations:late",
      measured_at: new Date(start_ms),
    })
    .execute();
  for (let i = 0; i < 2; i++) await closeHours(it.db, later);
  const corrected = await line("operations", "backup");
  assert.deepEqual([corrected?.quantity, corrected?.corrected], ["2", "1"]);
  assert.deepEqual(await usageOf(it.db, "acme", month, before.last_record), before);
  await assert.rejects(it.db.deleteFrom("usage_records").execute(), /append-only/);
});

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { testDatabases } from "../../platform/db/testing.ts";
import { installation } from "../../testing/index.ts";
import { closeHours, usageOf } from "../metering/index.ts";
import { addPrice, workloadCost } from "./index.ts";

const databases = testDatabases();
const GIB = 1024 ** 3;
const MONTH = "2026-09";
const HOURS = 30 * 24;

test("a workload costs what its backups wrote while they stood, in the measured tiers, and what its jobs moved", async (t) => {
  const it = await installation(t, databases);
  const source = join(it.dir, "source");
  await mkdir(source);
  await writeFile(join(source, "a"), it.random.bytes(1000));
  const workload = await it.workload("web-1", [source]);
  await it.workload("other", [source]);
  await it.run();
  await it.backUp("web-1");
  await it.backUp("other");
  const first = await it.db
    .selectFrom("backups")
    .selectAll()
    .where("workload_id", "=", workload.id)
    .executeTakeFirstOrThrow();
  // The whole of September for the first; the second stood for ten days.
  const of = (day: string) => new Date(`2026-09-${day}T00:00:00Z`);
  const set = { completed_at: new Date("2026-08-01T00:00:00Z"), stored_bytes: 10 * GIB };
  await it.db.updateTable("backups").set(set).where("id", "=", first.id).execute();
  const row = { ...first, gfs: JSON.stringify(first.gfs), problems: "[]", details: JSON.stringify(first.details) };
  const later = { ...row, id: `${first.id}x`, job_id: null, slot_id: null, manifest_key: null };
  const times = { created_at: of("06"), completed_at: of("06"), deleted_at: of("16"), state: "DELETED" as const };
  await it.db
    .insertInto("backups")
    .values({ ...later, ...times, stored_bytes: 3 * GIB })
    .execute();
  const measured = (kind: string, quantity: number) => ({
    project_id: it.project.id,
    hour: of("02"),
    meter: "storage",
    class: kind,
    region_id: first.region_id,
    to_region_id: "",
    quantity: String(quantity),
    source: `storage:test:${kind}`,
    measured_at: of("02"),
  });
  await it.db
    .insertInto("usage_samples")
    .values([measured("hot", 3000), measured("cold", 1000)])
    .execute();
  // The jobs ran today; their month is September for this test.
  await it.db
    .updateTable("jobs")
    .set({ finished_at: of("03") })
    .execute();
  const at = (ms: number) => ({ ...it.clock, now_ms: () => ms });
  await closeHours(it.db, at(of("04").getTime()));
  for (const [item, amount] of [
    ["storage.hot", "0.50"],
    ["storage.cold", "0.10"],
  ] as const)
    await addPrice(it.db, { item, currency: "XTS", amount, effective_from: "2026-01-01" }, "test", it);

  const end = { clock: at(Date.parse("2026-10-20T00:00:00Z")) };
  const cost = await workloadCost(it.db, "web-1", { month: MONTH, currency: "XTS" }, end);
  const gib_months = (10 * HOURS + 3 * 240) / HOURS;
  const line = (item: string) => cost.lines.find((it) => it.item === item);
  assert.equal(line("storage.hot")?.quantity, String(gib_months * 0.75));
  assert.equal(line("storage.hot")?.amount, (gib_months * 0.75 * 0.5).toFixed(2));
  assert.equal(line("storage.cold")?.amount, (gib_months * 0.25 * 0.1).toFixed(2));
  assert.equal(line("storage.warm"), undefined);
  const sum = cost.lines.reduce((total, it) => total + Number(it.amount), 0);
  assert.equal(cost.net, sum.toFixed(2));
  // One backup job of its own; the project had two.
  assert.equal(line("operations")?.quantity, "0.001");
  const project = await usageOf(it.db, "acme", MONTH);
  assert.equal(project.lines.find((it) => it.meter === "operations")?.quantity, "2");
  assert.deepEqual(cost.unpriced, ["operations"]);
  assert.equal(cost.stored_bytes, 10 * GIB);
  assert.equal(cost.storage_month, (10 * 0.75 * 0.5 + 10 * 0.25 * 0.1).toFixed(2));

  // In the middle of a month: up to now.
  const half = await workloadCost(it.db, "web-1", { month: MONTH, currency: "XTS" }, { clock: at(of("06").getTime()) });
  assert.equal(half.lines.find((it) => it.item === "storage.hot")?.quantity, String(((10 * 120) / HOURS) * 0.75));

  // The one that wrote everything is gone; what stands now stands on it.
  const gone = { state: "DELETED" as const, deleted_at: of("11") };
  await it.db.updateTable("backups").set(gone).where("id", "=", first.id).execute();
  const on_it = await workloadCost(it.db, "web-1", { month: MONTH, currency: "XTS" }, end);
  const stands = (10 * 15 * 24 + 3 * 240) / HOURS;
  assert.equal(on_it.lines.find((it) => it.item === "storage.hot")?.quantity, String(stands * 0.75));
  assert.equal(on_it.stored_bytes, 0);
  await assert.rejects(workloadCost(it.db, "web-1", { month: "2026-13" }, end), { code: "MONTH_INVALID" });
  await assert.rejects(workloadCost(it.db, "nobody", {}, end), { code: "WORKLOAD_NOT_FOUND" });
});

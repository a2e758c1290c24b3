import assert from "node:assert/strict";
import test from "node:test";
import { newId, systemClock, systemRandom } from "../../base/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { addPrice } from "../billing/index.ts";
import { createProject, createRegion, createWorkload } from "../inventory/index.ts";
import { createPolicy, parsePolicy } from "../policy/index.ts";
import { DAY_MS, simulateCalendar } from "./calendar.ts";
import { simulatePolicy, storageGrowth } from "./index.ts";

const databases = testDatabases();
const now_ms = Date.parse("2026-05-11T12:00:00Z");
const ports = { clock: { ...systemClock, now_ms: () => now_ms }, random: systemRandom };

test("the calendar: what is kept after a year is what the counts say, and a pause beyond the RPO is told", () => {
  const spec = parsePolicy({ name: "p", schedule: { daily: "02:00 UTC" }, retention: { daily: 7, monthly: 12 } });
  const it = simulateCalendar(spec, now_ms, 365);
  assert.equal(it.runs, 365);
  assert.equal(it.rpo_held, true);
  const kept = it.keptOn(now_ms + 365 * DAY_MS);
  // Seven days, and the first of each of the months before: 12 months back, the newest of them within the week or not.
  const months = it.points.filter(({ classes }) => classes.includes("monthly"));
  assert.equal(months.length, 13);
  assert.ok(kept.length >= 18 && kept.length <= 20, String(kept.length));
  const weekdays = parsePolicy({
    name: "p",
    schedule: { cron: "0 2 * * 1-5 UTC" },
    retention: { daily: 7 },
  });
  const gaps = simulateCalendar(weekdays, now_ms, 28, DAY_MS);
  assert.equal(gaps.rpo_held, false);
  assert.equal(gaps.longest_gap_seconds, 3 * 86_400);
  assert.equal(gaps.rpo_misses[0], "2026-05-15T02:00:00.000Z");
});

test("bytes and cost come from what backups measured; twice the retention costs more, half the schedule breaks the RPO", async () => {
  const { db } = await databases.create();
  const region = await createRegion(db, { name: "dha", country: "BD", store: { kind: "fs", path: "/srv/dha" } }, ports);
  const project = await createProject(db, { name: "acme", region: "dha" }, ports);
  const keep = {
    schedule: { daily: "02:00 UTC" },
    retention: { daily: 7 },
    target: { storage_class: "STANDARD" as const },
  };
  await createPolicy(db, { name: "nightly", ...keep }, ports);
  const source = { kind: "files" as const, paths: ["/srv"] };
  const entered = { project: "acme", type: "host" as const, source, tags: { "backup-policy": "nightly" } };
  const { id: workload_id } = await createWorkload(db, { name: "a", ...entered }, ports);
  await createWorkload(db, { name: "b", ...entered }, ports);
  const place = { project_id: project.id, region_id: region.id };
  const repository_id = newId("rpo", systemClock, systemRandom);
  await db
    .insertInto("repositories")
    .values({
      ...place,
      id: repository_id,
      repository_id: "r",
      store_prefix: "p",
      cmk_id: "k",
      created_at: new Date(now_ms),
    })
    .execute();
  const GIB = 2 ** 30;
  for (const [days_ago, stored_bytes] of [
    [2, 100 * GIB],
    [1, 2 * GIB],
    [0, 2 * GIB],
  ] as const) {
    const created_at = new Date(now_ms - days_ago * DAY_MS);
    const of = {
      ...place,
      id: newId("bkp", systemClock, systemRandom),
      workload_id,
      repository_id,
      state: "AVAILABLE" as const,
    };
    await db
      .insertInto("backups")
      .values({ ...of, created_at, stored_bytes, retain_until: created_at })
      .execute();
  }
  const simulate = (spec?: object) =>
    simulatePolicy(
      db,
      "nightly",
      {
        days: 60,
        currency: "EUR",
        ...(spec === undefined ? {} : { spec: parsePolicy({ name: "nightly", ...keep, ...spec }) }),
      },
      ports,
    );
  assert.equal((await simulate()).current.cost_total, null, "nobody set a price for storage");
  await addPrice(
    db,
    { item: "storage.hot", currency: "EUR", amount: "0.10", effective_from: "2026-01-01" },
    "test",
    ports,
  );
  const { workloads, unmeasured, base_bytes, change_bytes_per_day, current } = await simulate();
  assert.deepEqual([workloads, unmeasured, base_bytes / GIB, change_bytes_per_day / GIB], [2, 1, 100, 2]);
  // 100 GiB once and 2 GiB for each day from the oldest point that is kept, 7 days back, until the end.
  const june = current.months.find(({ month }) => month === "2026-06");
  assert.ok(Math.abs((june?.bytes.hot ?? 0) / GIB - (100 + 2 * 6.5)) < 1, JSON.stringify(june));
  assert.ok(Math.abs(Number(june?.cost) - 11.3) < 0.2, String(june?.cost));
  const longer = await simulate({ retention: { daily: 30 } });
  assert.ok(Number(longer.changed?.cost_total) > Number(longer.current.cost_total));
  assert.equal(longer.changed?.kept.length, 30);
  const rarer = await simulate({ schedule: { weekly: "sun 02:00 UTC" } });
  assert.deepEqual([rarer.current.rpo_held, rarer.changed?.rpo_held], [true, false]);

  // Coverage as it would be at once: "a" has a backup of this moment, "b" none; an unknown region puts both at risk.
  const names = (of: readonly { readonly name: string }[] | undefined) => of?.map(({ name }) => name);
  assert.equal(longer.coverage?.loses_total, 0);
  const nowhere = await simulate({ copy: { cross_region: "atlantis" } });
  assert.deepEqual([names(nowhere.coverage?.loses), names(nowhere.coverage?.gains)], [["a"], []]);
  assert.match(nowhere.coverage?.loses[0]?.why ?? "", /copies to atlantis/);
  await db
    .updateTable("backups")
    .set({ created_at: new Date(now_ms - 3 * DAY_MS) })
    .execute();
  assert.deepEqual(names(rarer.coverage?.gains), []);
  const weekly = await simulate({ schedule: { weekly: "sun 02:00 UTC" } });
  assert.deepEqual(names(weekly.coverage?.gains), ["a"], "three days are too old for a day's promise only");
});

test("storage by tier: a line through what was measured, unmoved by hours that were missed, silent with less than a week", async () => {
  const { db } = await databases.create();
  await createRegion(db, { name: "dha", country: "BD", store: { kind: "fs", path: "/srv/dha" } }, ports);
  const { id: project_id } = await createProject(db, { name: "acme", region: "dha" }, ports);
  const measured = async (days_ago: number, tier: string, bytes: number, hours: readonly number[], region = "a") => {
    const rows = hours.map((hour) => ({
      project_id,
      hour: new Date(Math.floor(now_ms / DAY_MS) * DAY_MS - days_ago * DAY_MS + hour * 3_600_000),
      meter: "storage",
      class: tier,
      region_id: region,
      to_region_id: "",
      quantity: String(bytes),
      seq: 0,
      created_at: new Date(now_ms),
    }));
    await db.insertInto("usage_records").values(rows).execute();
  };
  const GIB = 2 ** 30;
  for (let day = 1; day <= 5; day++) await measured(day, "hot", (100 - day) * GIB, [0, 1, 2]);
  const early = await storageGrowth(db, now_ms);
  assert.deepEqual([early.days_measured, early.tiers[0]?.ahead, early.tiers[0]?.bytes], [5, null, 99 * GIB]);
  // Another region, of which fewer hours were measured, counts as much.
  for (let day = 1; day <= 20; day++) await measured(day, "hot", 10 * GIB, [5], "b");
  for (let day = 6; day <= 20; day++) await measured(day, "hot", (100 - day) * GIB, [0]);
  const { days_measured, method, tiers } = await storageGrowth(db, now_ms);
  const [hot, warm] = tiers;
  assert.deepEqual([days_measured, hot?.bytes, hot?.change_bytes_per_day], [20, 109 * GIB, GIB]);
  assert.match(method, /least squares, 20 days measured/);
  const month = hot?.ahead?.find(({ days }) => days === 30);
  assert.ok(Math.abs((month?.bytes ?? 0) - 140 * GIB) < 1000, JSON.stringify(month));
  assert.ok(Math.abs((month?.high_bytes ?? 0) - (month?.low_bytes ?? 0)) < 1000, "a straight line leaves no doubt");
  assert.deepEqual([warm?.bytes, warm?.change_bytes_per_day], [0, 0]);
  assert.deepEqual((await storageGrowth(db, now_ms, { project_id: "another" })).tiers[0]?.history, []);
});

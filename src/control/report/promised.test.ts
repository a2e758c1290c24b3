import assert from "node:assert/strict";
import test from "node:test";
import { systemRandom } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { setSubscription } from "../billing/index.ts";
import { getDrillPlan } from "../drill/index.ts";
import { createProject, createRegion } from "../inventory/index.ts";
import { planReports } from "./index.ts";

const databases = testDatabases();

test("while a tier has it, a package of evidence is made of each quarter; and none with the next tier", async () => {
  const { db } = await databases.create();
  let now_ms = Date.parse("2026-11-16T00:00:00Z");
  const clock = { now_ms: () => now_ms, monotonic_ms: () => now_ms, sleep: async () => {} };
  const ports = { clock, random: systemRandom };
  await createRegion(db, { name: "bd-dha-1", country: "BD", store: { kind: "fs", path: "/nowhere" } }, ports);
  const { id } = await createProject(db, { name: "acme", region: "bd-dha-1" }, ports);
  const common = { addons: {}, billing: "monthly" as const, currency: "EUR", tax_percent: "0", setup: false };
  const set = (tier: string) =>
    withTransaction(db, (tx) => setSubscription(tx, { project: "acme", tier, ...common }, "admin", ports));
  const packages = async (at: string) => {
    now_ms = Date.parse(at);
    await planReports(db, ports);
    const made = db.selectFrom("reports").select("period").where("kind", "=", "compliance");
    const rows = await made.where("project_id", "=", id).orderBy("period").execute();
    return rows.map(({ period }) => period);
  };
  await set("compliance");
  assert.deepEqual(await packages("2026-12-31T23:59:59Z"), []);
  assert.deepEqual(await packages("2027-01-01T00:01:00Z"), ["2026-Q4"]);
  await set("compliance");
  assert.deepEqual(await packages("2027-04-01T00:01:00Z"), ["2026-Q4", "2027-Q1"]);
  await set("enhanced");
  const { planned_until } = await getDrillPlan(db, "subscription-acme");
  assert.equal(planned_until.getTime(), now_ms, "weekly from now on: of the weeks before none is made up");
  assert.equal((await getDrillPlan(db, "subscription-acme")).spec.cadence.every, "weekly");
  assert.deepEqual(await packages("2027-07-01T00:01:00Z"), ["2026-Q4", "2027-Q1"]);
});

import assert from "node:assert/strict";
import test from "node:test";
import { systemRandom } from "../../base/index.ts";
import { withTransaction } from "../../platform/db/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { testDatabases } from "../../platform/db/testing.ts";
import { defaultCalendar } from "../alerting/index.ts";
import { getDrillPlan } from "../drill/index.ts";
import { allowanceOf, isRoundTheClock, responseDue } from "../incidents/index.ts";
import { createProject, createRegion, getProject } from "../inventory/index.ts";
import { closeHours } from "../metering/index.ts";
import { keySchedule } from "../rotation/index.ts";
import {
  addPrice,
  applySubscriptions,
  budgetFacts,
  createInvoice,
  creditInvoice,
  invoiceCsv,
  invoicePdf,
  recomputeInvoice,
  setBudget,
  setSubscription,
} from "./index.ts";

const databases = testDatabases();
const HOUR_MS = 3_600_000;
const SATURDAY_MS = Date.parse("2026-11-07T23:00:00Z");

async function sample(db: Db, project_id: string, hour: string, quantity: bigint, source: string) {
  const place = { class: "cold", region_id: "", to_region_id: "", project_id, hour: new Date(hour) };
  await db
    .insertInto("usage_samples")
    .values({ ...place, meter: "storage", quantity: quantity.toString(), source, measured_at: new Date(hour) })
    .execute();
}

test("a tier drives what it promises; its invoice comes out the same again, and as a script counts it", async (t) => {
  const { db } = await databases.create();
  let now_ms = Date.parse("2026-11-01T00:00:00Z");
  const clock = { now_ms: () => now_ms, monotonic_ms: () => now_ms, sleep: async () => {} };
  const ports = { clock, random: systemRandom };
  const store = { kind: "fs" as const, path: "/nowhere" };
  await createRegion(db, { name: "bd-dha-1", country: "BD", store }, ports);
  const { id } = await createProject(db, { name: "acme", region: "bd-dha-1" }, ports);
  const set = (tier: string, from: string, more = {}) =>
    withTransaction(db, (tx) =>
      setSubscription(
        tx,
        {
          project: "acme",
          tier,
          addons: {},
          billing: "monthly",
          currency: "EUR",
          tax_percent: "19",
          setup: false,
          effective_from: from,
          ...more,
        },
        "admin",
        ports,
      ),
    );
  const create = (month: string) =>
    withTransaction(db, (tx) => createInvoice(tx, { project: "acme", month }, "admin", ports));
  const driven = async () => [
    (await keySchedule(db, "acme")).every,
    await allowanceOf(db, id),
    (await getDrillPlan(db, "subscription-acme")).spec.cadence.every,
    // A Saturday night: what the clock of a severity 1 incident says, in minutes.
    (responseDue(1, SATURDAY_MS, defaultCalendar, await isRoundTheClock(db, id)) - SATURDAY_MS) / 60_000,
  ];

  await t.test("rotation and assists follow the tier, a later one on its day", async () => {
    await set("standard", "2026-11-01", { setup: true, addons: { region: 1 } });
    assert.deepEqual(await driven(), ["annual", 2, "monthly", 120]);
    await set("compliance", "2026-11-16");
    assert.deepEqual(await driven(), ["annual", 2, "monthly", 120]);
    now_ms = Date.parse("2026-11-16T00:00:01Z");
    assert.equal(await applySubscriptions(db, ports), 1);
    assert.deepEqual(await driven(), ["monthly", null, "biweekly", 30]);
    const plan = await getDrillPlan(db, "subscription-acme");
    assert.deepEqual([plan.enabled, plan.project_id, plan.spec.sandbox], [true, id, "acme-drills"]);
    assert.equal((await getProject(db, "acme-drills")).sandbox, true);
    await assert.rejects(set("standard", "2026-11-15"), { code: "SUBSCRIPTION_CONFLICT" });
    await assert.rejects(set("golden", "2026-12-01"), { code: "PRICE_UNKNOWN" });
  });

  const price = { item: "storage.cold", currency: "EUR", amount: "0.0041", effective_from: "2026-11-01" };
  await addPrice(db, price, "admin", ports);
  await assert.rejects(addPrice(db, price, "admin", ports), { code: "PRICE_EXISTS" });
  for (let hour = 0; hour < 100; hour++) {
    const at = new Date(Date.parse("2026-11-20T00:00:00Z") + hour * HOUR_MS).toISOString();
    await sample(db, id, at, 987_654_321_098_765n + BigInt(hour), `s${hour}`);
  }
  await assert.rejects(create("2026-11"), { code: "INVOICE_TOO_EARLY" });
  now_ms = Date.parse("2026-12-01T00:30:00Z");
  await closeHours(db, clock);
  const invoice = await create("2026-11");

  // The script: raw samples, whole cents, nothing of the product.
  const raw = await db.selectFrom("usage_samples").select("quantity").execute();
  const cents = (product: bigint, divisor: bigint) => (2n * product + divisor) / (2n * divisor);
  const byte_hours = raw.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
  const storage = cents(byte_hours * 41n, (1n << 30n) * 720n * 100n);
  const fixed = 129_900n + cents(7900n * 15n, 30n) + cents(3900n * 15n, 30n) + cents(24_900n * 15n, 30n);
  const net = fixed + storage;
  const total = net + cents(net * 19n, 100n);
  const text = (value: bigint) => `${value / 100n}.${String(value % 100n).padStart(2, "0")}`;
  assert.deepEqual([invoice.number, invoice.net, invoice.total], [1, text(net), text(total)]);
  assert.match((await invoicePdf(invoice)).subarray(0, 8).toString("latin1"), /^%PDF-1\.\d/);
  assert.match(invoiceCsv(invoice), new RegExp(`"storage.cold",.*,"${text(storage)}"\r\n`));

  // A price and a correction that come later change nothing about it.
  await addPrice(db, { ...price, amount: "9", effective_from: "2026-11-02" }, "admin", ports);
  await sample(db, id, "2026-11-30T23:00:00Z", 10n ** 18n, "late");
  await closeHours(db, clock);
  const again = await recomputeInvoice(db, invoice.id);
  assert.deepEqual([again.same, again.total], [true, invoice.total]);
  assert.notEqual(again.total_with_later_usage, invoice.total);
  await assert.rejects(db.deleteFrom("invoices").execute(), /append-only/);
  await assert.rejects(create("2026-11"), { code: "INVOICE_EXISTS" });
  await assert.rejects(set("standard", "2026-11-30"), { code: "SUBSCRIPTION_CONFLICT" });

  const credit = (part?: string) =>
    withTransaction(db, (tx) => creditInvoice(tx, { id: invoice.id, reason: "outage", net: part }, "admin", ports));
  assert.equal((await credit("10.00")).total, "-11.90");
  await assert.rejects(credit(invoice.net), { code: "CREDIT_TOO_MUCH" });
  assert.equal((await credit()).net, `-${text(net - 1000n)}`);
  assert.equal((await create("2026-11")).number, 4, "taken back whole, the month is invoiced anew");
});

test("a budget is told of at 80 percent, and louder when it is used up", async () => {
  const { db } = await databases.create();
  const now_ms = Date.parse("2026-11-20T00:00:00Z");
  const clock = { now_ms: () => now_ms, monotonic_ms: () => now_ms, sleep: async () => {} };
  const ports = { clock, random: systemRandom };
  await createRegion(db, { name: "r", country: "BD", store: { kind: "fs", path: "/nowhere" } }, ports);
  await createProject(db, { name: "acme", region: "r" }, ports);
  const set = (amount: string | null) =>
    withTransaction(db, (tx) => setBudget(tx, { project: "acme", amount }, "admin", ports));
  assert.equal((await set("90"))?.spent, null, "no subscription, no amount");
  const more = { addons: {}, billing: "monthly", currency: "EUR", tax_percent: "19", setup: false } as const;
  const of = { project: "acme", tier: "standard", ...more, effective_from: "2026-11-01" };
  await withTransaction(db, (tx) => setSubscription(tx, of, "admin", ports));
  const told = async () => {
    const facts = await budgetFacts.load({ db, clock } as never);
    return facts.map(({ severity, summary }) => `${severity} ${summary}`);
  };
  await set("200");
  assert.deepEqual(await told(), []);
  await set("90");
  assert.deepEqual(await told(), ["3 acme has used 87.8 % of this month's budget: 79.00 of 90.00 EUR"]);
  await set("79");
  assert.match((await told())[0] ?? "", /^2 acme has used 100 %/);
  assert.equal(await set(null), null);
  assert.deepEqual(await told(), []);
});

import assert from "node:assert/strict";
import test from "node:test";
import type { UsageLine } from "../metering/index.ts";
import { computeInvoice, type Price, type Segment } from "./compute.ts";

const price = (item: string, amount: string, effective_from = "2026-01-01"): Price => ({
  item,
  amount,
  effective_from,
  title: item,
  kind: "",
  unit: "",
});
const prices = [
  price("standard", "79"),
  price("enhanced", "149"),
  price("enhanced", "159", "2027-01-01"),
  price("region", "39"),
  price("dr_setup", "1299"),
  price("annual", "10"),
  price("storage.cold", "0.0041"),
  price("egress.international", "0.09"),
];
const segment = (from: string, until: string | null, more: Partial<Segment> = {}): Segment => ({
  tier: "standard",
  addons: {},
  billing: "monthly",
  setup: false,
  effective_from: from,
  effective_until: until,
  ...more,
});
const used = (meter: string, kind: string, quantity: string): UsageLine => ({
  meter,
  class: kind,
  quantity,
  region: null,
  to_region: null,
  unit: "bytes",
  corrected: "0",
  hours: 1,
});
const invoice = (month: string, segments: Segment[], usage: UsageLine[] = [], tax_percent = "0") =>
  computeInvoice({ month, segments, prices, usage, tax_percent });
const amounts = (month: string, segments: Segment[]) => invoice(month, segments).lines.map((line) => line.amount);

test("a change within a month is charged by the day, set-up once", () => {
  const change = [
    segment("2026-11-01", "2026-11-11", { setup: true, addons: { region: 2 } }),
    segment("2026-11-11", null, { tier: "enhanced" }),
  ];
  assert.deepEqual(amounts("2026-11", change), ["1299.00", "26.33", "26.00", "99.33"]);
  assert.deepEqual(amounts("2026-12", change), ["149.00"]);
  assert.deepEqual(amounts("2027-01", change), ["159.00"], "the price of its day");
  assert.deepEqual(amounts("2026-10", change), []);
});

test("a year ahead costs a tenth less, and what is left of it comes back", () => {
  const year = segment("2026-11-11", null, { billing: "annual" });
  assert.deepEqual(amounts("2026-11", [year]), ["853.20"]); // 79 × 12 × 0.9
  assert.deepEqual(amounts("2026-12", [year]), []);
  assert.deepEqual(amounts("2027-11", [year]), ["853.20"]);
  // 365 − 30 days of the term are left
  assert.deepEqual(amounts("2026-12", [{ ...year, effective_until: "2026-12-11" }]), ["-783.07"]);
});

test("usage is charged as whole-number arithmetic has it, and what has no price is shown and free", () => {
  const byte_hours = 123_456_789_012_345_678n * 720n;
  const bytes = 98_765_432_109_876n;
  const found = invoice(
    "2026-11",
    [segment("2026-11-01", null)],
    [
      used("storage", "cold", (byte_hours - 5n).toString()),
      used("storage", "cold", "5"), // of another region
      used("egress.international", "", bytes.toString()),
      used("transfer", "", "1000"),
    ],
    "19",
  );
  /** Cents of a product over a divisor, half up. */
  const cents = (product: bigint, divisor: bigint) => (2n * product + divisor) / (2n * divisor);
  const gib = 1n << 30n;
  const egress = cents(bytes * 9n, gib); // 0.09 EUR are 9 cents
  const storage = cents(byte_hours * 41n, gib * 720n * 100n); // 0.0041 EUR are 41/100 cents
  const net = 7900n + egress + storage;
  const tax = cents(net * 19n, 100n);
  const text = (value: bigint) => `${value / 100n}.${String(value % 100n).padStart(2, "0")}`;
  assert.deepEqual(
    found.lines.map((line) => [line.item, line.amount, line.unit_price]),
    [
      ["standard", "79.00", "79"],
      ["egress.international", text(egress), "0.09"],
      ["storage.cold", text(storage), "0.0041"],
      ["transfer", "0.00", null],
    ],
  );
  assert.deepEqual([found.net, found.tax, found.total], [text(net), text(tax), text(net + tax)]);
});

import { Decimal } from "decimal.js";
import { type MonthRange, monthRange, type UsageLine } from "../metering/index.ts";

/** Enough digits for every product here to be exact before it is rounded to the cent. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
const GIB = new Exact(2).pow(30);
const DAY_MS = 86_400_000;

export interface Price {
  readonly item: string;
  readonly title: string;
  readonly kind: string;
  readonly unit: string;
  readonly amount: string;
  /** A day, 2026-11-01. */
  readonly effective_from: string;
}

/** What a project had subscribed to from one day to another (not included). */
export interface Segment {
  readonly tier: string;
  /** How many of each add-on. */
  readonly addons: Readonly<Record<string, number>>;
  readonly billing: "monthly" | "annual";
  readonly setup: boolean;
  readonly effective_from: string;
  readonly effective_until: string | null;
}

export interface InvoiceLine {
  readonly item: string;
  readonly title: string;
  /** Exact where it is a share of a month, with up to twelve places for people. */
  readonly quantity: string;
  readonly unit: string;
  /** Null: the price book has none for it, so nothing is charged. */
  readonly unit_price: string | null;
  readonly from: string;
  readonly until: string;
  readonly amount: string;
}

export interface Computed {
  readonly lines: readonly InvoiceLine[];
  readonly net: string;
  readonly tax: string;
  readonly total: string;
}

export interface InvoiceInput {
  readonly month: string;
  readonly segments: readonly Segment[];
  readonly prices: readonly Price[];
  readonly usage: readonly UsageLine[];
  readonly tax_percent: string;
}

const day = (date: Date) => date.toISOString().slice(0, 10);
const daysBetween = (from: string, until: string) => (Date.parse(until) - Date.parse(from)) / DAY_MS;
const max = (a: string, b: string) => (a > b ? a : b);
const min = (a: string, b: string) => (a < b ? a : b);

function yearLater(from: string, years: number): string {
  const [year, rest] = [Number(from.slice(0, 4)) + years, from.slice(4)];
  const leap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
  return rest === "-02-29" && !leap ? `${year}-02-28` : `${year}${rest}`;
}

/** Each line is rounded to the cent, half up; the tax once, on their sum. The same input gives the same invoice. */
export function computeInvoice(input: InvoiceInput): Computed {
  const range = monthRange(input.month);
  const priceOf = (item: string, on: string) =>
    input.prices
      .filter((price) => price.item === item && price.effective_from <= on)
      .sort((a, b) => (a.effective_from < b.effective_from ? 1 : -1))[0];
  const lines: InvoiceLine[] = [];
  for (const segment of input.segments) {
    for (const line of segmentLines(segment, range, priceOf)) lines.push(line);
  }
  for (const line of usageLines(input.usage, range, priceOf)) lines.push(line);
  const net = lines.reduce((sum, line) => sum.plus(line.amount), new Exact(0));
  const tax = net.times(input.tax_percent).div(100).toDecimalPlaces(2);
  return { lines, net: net.toFixed(2), tax: tax.toFixed(2), total: net.plus(tax).toFixed(2) };
}

type PriceOf = (item: string, on: string) => Price | undefined;

function* segmentLines(segment: Segment, range: MonthRange, priceOf: PriceOf): Generator<InvoiceLine> {
  const [month_from, month_until] = [day(range.from), day(range.until)];
  const ends = segment.effective_until;
  const from = max(segment.effective_from, month_from);
  const until = ends === null ? month_until : min(ends, month_until);
  const items: (readonly [string, number])[] = [[segment.tier, 1], ...Object.entries(segment.addons)];
  if (segment.setup && segment.effective_from >= month_from && segment.effective_from < month_until) {
    yield priced("dr_setup", new Exact(1), 1, segment.effective_from, segment.effective_from, priceOf);
  }
  if (segment.billing === "monthly") {
    if (from >= until) return;
    const share = daysBetween(from, until);
    for (const [item, count] of items)
      if (count > 0) yield priced(item, new Exact(count).times(share), range.days, from, until, priceOf);
    return;
  }
  yield* termLines(segment, items, [month_from, month_until], priceOf);
}

/**
 * Paid a year ahead: the whole term in the month it begins; when the subscription ends within it, what is left back.
 */
function* termLines(
  segment: Segment,
  items: readonly (readonly [string, number])[],
  [month_from, month_until]: readonly [string, string],
  priceOf: PriceOf,
): Generator<InvoiceLine> {
  const ends = segment.effective_until;
  for (let term = 0; ; term++) {
    const from = yearLater(segment.effective_from, term);
    const until = yearLater(segment.effective_from, term + 1);
    if (from >= month_until || (ends !== null && from >= ends)) return;
    const discount = new Exact(priceOf("annual", from)?.amount ?? 0);
    const factor = new Exact(12).times(new Exact(100).minus(discount)).div(100);
    for (const [item, count] of items) {
      if (count === 0) continue;
      const year = priced(item, factor.times(count), 1, from, until, priceOf);
      if (from >= month_from) yield year;
      // Ended within the term, and that was this month.
      if (ends === null || ends <= from || ends >= until || ends < month_from || ends >= month_until) continue;
      const left = new Exact(daysBetween(ends, until)).div(daysBetween(from, until));
      const back = new Exact(year.amount).times(left).toDecimalPlaces(2).negated();
      yield {
        ...year,
        title: `${year.title}, unused`,
        quantity: left.negated().toFixed(12),
        unit: "term",
        from: ends,
        until,
        amount: back.toFixed(2),
      };
    }
  }
}

function* usageLines(usage: readonly UsageLine[], range: MonthRange, priceOf: PriceOf): Generator<InvoiceLine> {
  const sums = new Map<string, Decimal>();
  for (const { meter, class: kind, quantity } of usage) {
    const item = meter === "storage" ? `storage.${kind}` : meter;
    sums.set(item, (sums.get(item) ?? new Exact(0)).plus(quantity));
  }
  const [from, until] = [day(range.from), day(range.until)];
  for (const [item, quantity] of [...sums].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const per = item.startsWith("storage.") ? GIB.times(range.hours) : item === "operations" ? new Exact(1000) : GIB;
    yield priced(item, quantity, per, from, until, priceOf);
  }
}

/** Quantity × price ÷ per, in this order, so that nothing is lost before the cent. */
function priced(
  item: string,
  quantity: Decimal,
  per: Decimal | number,
  from: string,
  until: string,
  priceOf: PriceOf,
): InvoiceLine {
  const price = priceOf(item, from);
  const amount = quantity
    .times(price?.amount ?? 0)
    .div(per)
    .toDecimalPlaces(2);
  return {
    item,
    title: price?.title ?? item,
    quantity: quantity.div(per).toDecimalPlaces(12).toFixed(),
    unit: price?.unit ?? "",
    unit_price: price === undefined ? null : new Exact(price.amount).toFixed(),
    from,
    until,
    amount: amount.toFixed(2),
  };
}

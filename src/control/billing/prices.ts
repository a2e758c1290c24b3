import { isUniqueViolation } from "../../platform/db/index.ts";
import type { Db, Ports } from "../../platform/db/index.ts";
import type { Price } from "./compute.ts";
import { billingError } from "./errors.ts";

/** What follows from a tier. */
export interface Drives {
  /** How often. */
  readonly drills: string;
  /** `24x7`: thirty minutes at any hour. Otherwise: in operating hours, and two hours outside of them. */
  readonly on_call?: "24x7";
  readonly rotation: "annual" | "quarterly" | "monthly";
  /** Restore assists in a calendar year; null: any number. */
  readonly assists: number | null;
  /** A compliance package of each quarter. */
  readonly evidence?: "quarterly";
}

export interface PriceRow extends Price {
  readonly currency: string;
  readonly drives: Drives | null;
}

/** The whole book, or what it is in one currency; items without a price in it are left out. */
export async function listPrices(db: Db, currency?: string): Promise<PriceRow[]> {
  const rows = await db
    .selectFrom("prices")
    .innerJoin("price_items", "price_items.item", "prices.item")
    .select(["prices.item", "prices.currency", "prices.amount", "prices.effective_from"])
    .select(["price_items.kind", "price_items.title", "price_items.unit", "price_items.drives"])
    .$if(currency !== undefined, (query) => query.where("prices.currency", "=", currency ?? ""))
    .orderBy("price_items.kind")
    .orderBy("prices.item")
    .orderBy("prices.currency")
    .orderBy("prices.effective_from")
    .execute();
  // Eight places in the database; people want none that say nothing.
  return rows.map((row) => ({
    ...row,
    amount: row.amount.replace(/\.?0+$/, ""),
    drives: row.drives as unknown as Drives | null,
  }));
}

export interface NewPrice {
  readonly item: string;
  readonly currency: string;
  readonly amount: string;
  readonly effective_from: string;
}

/** @throws PRICE_UNKNOWN, PRICE_EXISTS, BILLING_DATE_INVALID */
export async function addPrice(
  db: Db,
  price: NewPrice,
  by: string,
  { clock }: Pick<Ports, "clock">,
): Promise<PriceRow> {
  assertDay(price.effective_from);
  const known = await db.selectFrom("price_items").select("item").where("item", "=", price.item).executeTakeFirst();
  if (known === undefined) throw unknownItem(price.item);
  try {
    await db
      .insertInto("prices")
      .values({ ...price, created_at: new Date(clock.now_ms()), created_by: by })
      .execute();
  } catch (error) {
    if (!isUniqueViolation(error, "prices_item_currency_effective_from_key")) throw error;
    const message = `${price.item} has a ${price.currency} price from ${price.effective_from} already`;
    throw billingError("PRICE_EXISTS", message, { item: price.item }, error);
  }
  const rows = await listPrices(db, price.currency);
  const added = rows.find((row) => row.item === price.item && row.effective_from === price.effective_from);
  if (added === undefined) throw unknownItem(price.item);
  return added;
}

function unknownItem(item: string) {
  return billingError("PRICE_UNKNOWN", `the price book has no item ${item}`, { item });
}

/** @throws BILLING_DATE_INVALID */
export function assertDay(text: string): void {
  const parsed = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(parsed.getTime()) && parsed.toISOString().slice(0, 10) === text) return;
  throw billingError("BILLING_DATE_INVALID", `this is no day: ${text}`, { day: text });
}

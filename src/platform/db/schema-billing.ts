import type { ColumnType, Generated } from "kysely";
import type { Json, Nullable, NullableJson, NullableTime, Time } from "./columns.ts";

/** An exact whole number, read and written as text: byte-hours pass what a number holds. */
type Exact = ColumnType<string, string, never>;

interface UsageKey {
  project_id: string;
  hour: Time;
  meter: string;
  /** Storage tier, or kind of operation; else empty. */
  class: string;
  /** Where from, or where it lies; empty when it has no place. */
  region_id: string;
  to_region_id: string;
  quantity: Exact;
}

export interface UsageSampleTable extends UsageKey {
  id: Generated<number>;
  /** What was measured: the same source counts once. */
  source: string;
  measured_at: Time;
}

export interface UsageRecordTable extends UsageKey {
  id: Generated<number>;
  /** 0: the first sum of the hour; further ones are corrections, and add to it. */
  seq: number;
  created_at: Time;
}

export interface PriceItemTable {
  item: string;
  kind: string;
  title: string;
  unit: string;
  /** Of a tier: what follows from it. */
  drives: NullableJson<Readonly<Record<string, unknown>>>;
}

export interface PriceTable {
  id: Generated<number>;
  item: string;
  currency: string;
  amount: string;
  effective_from: string;
  created_at: Time;
  created_by: string;
}

export interface SubscriptionTable {
  id: string;
  project_id: string;
  tier: string;
  addons: Json<Readonly<Record<string, number>>>;
  billing: "monthly" | "annual";
  currency: string;
  tax_percent: string;
  setup: boolean;
  /** Days; the last one is not included. */
  effective_from: string;
  effective_until: Nullable<string>;
  /** When what it drives was set. */
  applied_at: NullableTime;
  created_at: Time;
  created_by: string;
}

/** A line as it stands on an invoice; amounts are decimal text. */
export interface StoredInvoiceLine {
  readonly item: string;
  readonly title: string;
  readonly quantity: string;
  readonly unit: string;
  readonly unit_price: string | null;
  readonly from: string;
  readonly until: string;
  readonly amount: string;
}

export interface InvoiceTable {
  id: string;
  number: number;
  project_id: string;
  kind: "INVOICE" | "CREDIT_NOTE";
  corrects: Nullable<string>;
  reason: Nullable<string>;
  month: string;
  currency: string;
  basis: Json<Readonly<Record<string, unknown>>>;
  lines: ColumnType<readonly StoredInvoiceLine[], string, never>;
  net: string;
  tax_percent: string;
  tax: string;
  total: string;
  created_at: Time;
  created_by: string;
}

/** What a project may cost in a month before somebody is told. */
export interface BudgetTable {
  project_id: string;
  amount: string;
  set_by: string;
  updated_at: Time;
}

/** Metering and billing. */
export interface BillingTables {
  budgets: BudgetTable;
  usage_samples: UsageSampleTable;
  usage_records: UsageRecordTable;
  price_items: PriceItemTable;
  prices: PriceTable;
  subscriptions: SubscriptionTable;
  invoices: InvoiceTable;
}

import type { ColumnType, Generated } from "kysely";
import type { Time } from "./columns.ts";

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

/** Metering and billing. */
export interface BillingTables {
  usage_samples: UsageSampleTable;
  usage_records: UsageRecordTable;
}

import type { Nullable, NullableTime, Time } from "./columns.ts";

/** A legal hold: on one backup, or on all of a workload. */
export interface HoldTable {
  id: string;
  project_id: string;
  backup_id: Nullable<string>;
  workload_id: Nullable<string>;
  reason: string;
  /** Token that set it. */
  created_by: string;
  created_at: Time;
  released_by: Nullable<string>;
  released_at: NullableTime;
  release_reason: Nullable<string>;
}

/** Holds, tiers and links between regions. */
export interface StorageTables {
  holds: HoldTable;
}

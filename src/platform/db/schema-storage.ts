import type { Json, Nullable, NullableTime, Time } from "./columns.ts";

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

/** What a region's tiers cost and ask for. */
export interface RegionTierTable {
  region_id: string;
  settings: Json<Readonly<Record<string, unknown>>>;
  updated_at: Time;
}

/** A cold backup that was asked to be readable for a while. */
export interface ThawTable {
  id: string;
  project_id: string;
  backup_id: string;
  region_id: string;
  job_id: Nullable<string>;
  state: "THAWING" | "READY" | "FAILED";
  packs: number;
  bytes: number;
  /** As estimated when it was asked for; null: the region's price is not said. */
  cost: Nullable<number>;
  expected_at: NullableTime;
  requested_at: Time;
  ready_at: NullableTime;
  expires_at: NullableTime;
}

/** How copies may use the way from one region to another. */
export interface RegionLinkTable {
  from_region_id: string;
  to_region_id: string;
  bytes_per_second: Nullable<number>;
  /** `22:00-06:00 Asia/Dhaka`; null: at all times. */
  window_text: Nullable<string>;
  updated_at: Time;
}

/** Holds, tiers and links between regions. */
export interface StorageTables {
  holds: HoldTable;
  region_tiers: RegionTierTable;
  thaws: ThawTable;
  region_links: RegionLinkTable;
}

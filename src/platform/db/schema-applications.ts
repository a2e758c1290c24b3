import type { Nullable, NullableTime, Time, WithDefault } from "./columns.ts";

/** Who collects an application's suppressions, and how far. */
export interface SuppressionLogTable {
  workload_id: string;
  project_id: string;
  region_id: string;
  state: WithDefault<string>;
  status_reason: Nullable<string>;
  message: Nullable<string>;
  entries: WithDefault<number>;
  last_recorded_at: NullableTime;
  /** When all collecting queries had been asked, the last time. */
  collected_at: NullableTime;
  lease_owner: Nullable<string>;
  lease_until: NullableTime;
  updated_at: Time;
}

/** Entries that the log has. */
export interface SuppressionSeenTable {
  workload_id: string;
  digest: string;
}

export interface ApplicationTables {
  suppression_logs: SuppressionLogTable;
  suppression_seen: SuppressionSeenTable;
}

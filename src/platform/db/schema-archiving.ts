import type { Nullable, NullableTime, Time, WithDefault } from "./columns.ts";

/** Who streams which server's write-ahead log, and how far it is durable. */
export interface WalArchiveTable {
  workload_id: string;
  project_id: string;
  region_id: string;
  system_identifier: Nullable<string>;
  timeline: Nullable<number>;
  slot_name: string;
  state: WithDefault<string>;
  status_reason: Nullable<string>;
  message: Nullable<string>;
  flushed_lsn: Nullable<string>;
  server_lsn: Nullable<string>;
  last_commit_at: NullableTime;
  flushed_at: NullableTime;
  slot_status: Nullable<string>;
  slot_retained_bytes: Nullable<number>;
  heartbeat_at: NullableTime;
  heartbeat_error: Nullable<string>;
  started_at: NullableTime;
  lease_owner: Nullable<string>;
  lease_until: NullableTime;
  updated_at: Time;
}

/** A hole in a log, with its exact ends. */
export interface WalGapTable {
  workload_id: string;
  system_identifier: string;
  timeline: number;
  from_lsn: string;
  to_lsn: string;
  from_time: NullableTime;
  reason: string;
  found_at: Time;
}

export interface ArchivingTables {
  wal_archives: WalArchiveTable;
  wal_gaps: WalGapTable;
}

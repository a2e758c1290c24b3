import type { Json, Nullable, NullableTime, Time, WithDefault } from "./columns.ts";

/** Who streams which server's binary log, and how far it is durable. */
export interface BinlogArchiveTable {
  workload_id: string;
  project_id: string;
  region_id: string;
  state: WithDefault<string>;
  status_reason: Nullable<string>;
  message: Nullable<string>;
  file: Nullable<string>;
  position: Nullable<number>;
  gtid: Nullable<string>;
  last_event_at: NullableTime;
  /** When everything the server had written was durable. */
  complete_at: NullableTime;
  gaps: Json<readonly Readonly<Record<string, unknown>>[]>;
  lease_owner: Nullable<string>;
  lease_until: NullableTime;
  updated_at: Time;
}

export interface BinlogTables {
  binlog_archives: BinlogArchiveTable;
}

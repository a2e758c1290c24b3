import type { Generated } from "kysely";
import type { Nullable, NullableTime, Time, WithDefault } from "./columns.ts";

/** What happens to a bucket between its backups, and how far that is. */
export interface BucketStreamTable {
  workload_id: string;
  project_id: string;
  state: WithDefault<string>;
  status_reason: Nullable<string>;
  message: Nullable<string>;
  /** Where it is replicated to; another one begins anew. */
  target: Nullable<string>;
  begun_at: Time;
  /** When the last comparison that brought over everything it found began. */
  complete_at: NullableTime;
  /** When the last comparison began, whatever came of it. */
  compared_at: NullableTime;
  fingerprint: Nullable<string>;
  versions: Nullable<number>;
  missing_keys: WithDefault<number>;
  missing_bytes: WithDefault<number>;
  /** The comparison goes on: there may be more. */
  missing_more: WithDefault<boolean>;
  missing_since: NullableTime;
  failed_keys: WithDefault<number>;
  failing_since: NullableTime;
  failure: Nullable<string>;
  copied_versions: WithDefault<number>;
  copied_bytes: WithDefault<number>;
  deleted_keys: WithDefault<number>;
  conflicts: WithDefault<number>;
  /** A change that no backup was asked for yet. */
  changed_at: NullableTime;
  asked_at: NullableTime;
  /** SHA-256 of what the address for events ends with. */
  events_hash: Nullable<string>;
  told_at: NullableTime;
  /** When more was told than is kept, the last time: a comparison that begins later finds it. */
  dropped_at: NullableTime;
  lease_owner: Nullable<string>;
  lease_until: NullableTime;
  updated_at: Time;
}

/** Keys that a bucket's service told of, until they were looked at. */
export interface BucketEventTable {
  id: Generated<number>;
  workload_id: string;
  key: string;
  told_at: Time;
}

export interface BucketTables {
  bucket_streams: BucketStreamTable;
  bucket_events: BucketEventTable;
}

import type { Inventory } from "./inventory.ts";

/** What a backup's manifest says of the server, and what a restore needs to know before it begins. */
export interface PgBackupDetails {
  readonly system_identifier: string;
  readonly version: string;
  readonly major: number;
  readonly timeline: number;
  readonly start_lsn: string;
  readonly stop_lsn: string;
  /** By the server's clock where SQL was possible, else by Holdfast's: no target before it can use this backup. */
  readonly stopped_at_ms: number;
  readonly wal_segment_bytes: number;
  readonly data_checksums: boolean;
  readonly settings: Readonly<Record<string, string>>;
  readonly tablespaces: readonly { readonly oid: string; readonly location: string }[];
  readonly preload_libraries: string | null;
  readonly standby: boolean | null;
  /** The backup whose unchanged blocks were taken over; `null` when every page was read and checked. */
  readonly incremental_from?: string | null;
  /** Pages that failed their checksum. */
  readonly pages_damaged?: number;
  readonly databases: Inventory["databases"] | null;
  /** What was answered, when the backup had ended, to the questions that were to be remembered. */
  readonly answers?: Readonly<Record<string, string | null>>;
}

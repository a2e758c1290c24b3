import type { ColumnType } from "kysely";
import type { DrillFinding } from "../../model/index.ts";
import type { Json, Nullable, NullableTime, Time, WithDefault } from "./columns.ts";

export interface RecoveryKitTable {
  id: string;
  content: Json<Readonly<Record<string, unknown>>>;
  /** Of the content, as it was printed. */
  sha256: string;
  made_by: string;
  made_at: Time;
}

export interface RecoveryDrillTable {
  id: string;
  job_id: string;
  /** `2026-11` of one that was due by itself; each is made once. */
  period: Nullable<string>;
  kit_id: Nullable<string>;
  state: WithDefault<"RUNNING" | "PASSED" | "DIFFERENT" | "FAILED">;
  requested_by: string;
  requested_at: Time;
  finished_at: NullableTime;
  seconds: Nullable<number>;
  figures: ColumnType<Readonly<Record<string, number>>, string | undefined, string>;
  findings: ColumnType<readonly DrillFinding[], string | undefined, string>;
}

export interface RecoveryTables {
  recovery_kits: RecoveryKitTable;
  recovery_drills: RecoveryDrillTable;
}

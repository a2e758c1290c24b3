import type { ColumnType } from "kysely";

type Time = ColumnType<Date, Date, Date>;
type NullableTime = ColumnType<Date | null, Date | null | undefined, Date | null>;
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;
type Count = ColumnType<number, number | undefined, number>;
type Json = ColumnType<Readonly<Record<string, unknown>> | null, string | null | undefined, string | null>;

export interface RotatedKey {
  readonly key_id: string;
  readonly old_version: number;
  readonly new_version: number | null;
}

export interface RotationTable {
  id: string;
  project_id: string;
  cmk_id: string;
  /** Newest version of the CMK when the rotation was asked for. */
  old_version: number;
  new_version: Nullable<number>;
  /** Every CMK of the project that is rotated, with its newest version when the rotation was asked for. */
  keys: ColumnType<readonly RotatedKey[], string | undefined, string>;
  epoch: Nullable<number>;
  emergency: boolean;
  bytes_per_second: Nullable<number>;
  requested_by: string;
  reason: string;
  state: "RUNNING" | "DONE" | "FAILED" | "SUPERSEDED";
  job_id: string;
  created_at: Time;
  finished_at: NullableTime;
}

export interface RotationPhaseTable {
  rotation_id: string;
  region_id: string;
  phase: "hot" | "warm" | "cold";
  packs_total: number;
  bytes_total: number;
  packs_done: Count;
  bytes_done: Count;
  /** Time spent sealing anew, of which the rate is made. */
  busy_ms: Count;
  packs_left: number;
  bytes_left: number;
  locked_packs: number;
  locked_bytes: number;
  locked_until: NullableTime;
  /** Cold packs that the storage was asked for and cannot give yet. */
  thawing_packs: Count;
  thaw_ready_at: NullableTime;
  due_at: Time;
  finished_at: NullableTime;
}

export interface KeyScheduleTable {
  project_id: string;
  every: "annual" | "quarterly" | "monthly" | "never";
  set_by: string;
  updated_at: Time;
}

export interface KeyRetirementTable {
  project_id: string;
  cmk_id: string;
  version: number;
  state: "NEEDED" | "SCHEDULED" | "DESTROYED";
  needed_by: Json;
  sample: Json;
  checked_at: Time;
  destroy_at: NullableTime;
}

export interface RotationTables {
  rotations: RotationTable;
  rotation_phases: RotationPhaseTable;
  key_schedules: KeyScheduleTable;
  key_retirements: KeyRetirementTable;
}

import type { ColumnType } from "kysely";
import type {
  DrillFinding,
  DrillPlanSpec,
  DrillState,
  DrillStep,
  DrillValidation,
  ReportKind,
} from "../../model/index.ts";
import type { Json, Nullable, NullableTime, Time, WithDefault } from "./columns.ts";

type List<T> = ColumnType<readonly T[], string | undefined, string>;

/** What a class of workloads promises. */
export interface DrillClassTable {
  name: string;
  /** 1 is the strictest. */
  rank: number;
  title: string;
  rto_seconds: number;
  rpo_seconds: number;
  /** By when what a drill found must be mended. */
  remedy_seconds: number;
  /** How old a proof of restorability may be. */
  proof_seconds: number;
  /** Values of the tag `tier` that mean this class. */
  tag_values: List<string>;
  updated_at: Time;
}

export interface DrillPlanTable {
  id: string;
  name: string;
  /** Whose it is; null: the provider's. */
  project_id: Nullable<string>;
  spec: Json<DrillPlanSpec>;
  enabled: WithDefault<boolean>;
  revision: WithDefault<number>;
  /** Everything due until then has been decided. */
  planned_until: Time;
  created_by: string;
  created_at: Time;
  updated_at: Time;
}

/** What became of each time a plan was due. */
export interface DrillDueTable {
  plan_id: string;
  due_at: Time;
  outcome: "STARTED" | "MADE_UP" | "COVERED_BY" | "NOTHING_TO_DRILL";
  covered_by: NullableTime;
  workloads: WithDefault<number>;
  decided_at: Time;
}

export interface DrillTable {
  id: string;
  job_id: string;
  plan_id: Nullable<string>;
  due_at: NullableTime;
  project_id: string;
  workload_id: string;
  sandbox_project_id: string;
  class: string;
  owner: string;
  spec: Json<Pick<DrillPlanSpec, "backup" | "content_bytes_max" | "connections">>;
  state: WithDefault<DrillState>;
  backup_id: Nullable<string>;
  region_id: Nullable<string>;
  restore_id: Nullable<string>;
  target_time: NullableTime;
  /** Moment of the newest data that was there after the restore. */
  restored_to: NullableTime;
  requested_at: Time;
  started_at: NullableTime;
  functional_at: NullableTime;
  finished_at: NullableTime;
  rto_seconds: Nullable<number>;
  rpo_seconds: Nullable<number>;
  rto_target_seconds: number;
  rpo_target_seconds: number;
  restored_bytes: Nullable<number>;
  restored_files: Nullable<number>;
  status_reason: Nullable<string>;
  steps: List<DrillStep>;
  validations: List<DrillValidation>;
  findings: List<DrillFinding>;
  deviations: List<DrillFinding>;
  /** What the proof is of: policy version, key epoch, source; any other voids it. */
  subject: ColumnType<Readonly<Record<string, string | number | null>>, string | undefined, string>;
}

export interface TaskTable {
  id: string;
  drill_id: Nullable<string>;
  code: string;
  project_id: string;
  workload_id: Nullable<string>;
  title: string;
  details: string;
  owner: string;
  due_at: Time;
  state: WithDefault<"OPEN" | "DONE">;
  created_at: Time;
  done_at: NullableTime;
  done_by: Nullable<string>;
  note: Nullable<string>;
}

export interface ReportTable {
  id: string;
  kind: ReportKind;
  /** Null: of all projects. */
  project_id: Nullable<string>;
  drill_id: Nullable<string>;
  from_at: Time;
  to_at: Time;
  /** Of a report that is due by itself, e.g. `2026-Q3`; each is made once. */
  period: Nullable<string>;
  title: string;
  state: WithDefault<"MAKING" | "READY" | "FAILED">;
  job_id: string;
  requested_by: string;
  figures: List<{ readonly label: string; readonly value: string; readonly note: string; readonly records: string }>;
  created_at: Time;
  finished_at: NullableTime;
}

export interface ReportFileTable {
  report_id: string;
  name: string;
  project_id: Nullable<string>;
  media_type: string;
  sha256: string;
  size_bytes: number;
  content: Buffer;
}

export interface ReportSubscriptionTable {
  id: string;
  name: string;
  /** Null: reports of all projects. */
  project_id: Nullable<string>;
  channel_id: string;
  kinds: List<ReportKind>;
  created_by: string;
  created_at: Time;
}

export interface ReportSendingTable {
  subscription_id: string;
  report_id: string;
  delivery_id: string;
}

export interface DrillTables {
  report_subscriptions: ReportSubscriptionTable;
  report_sendings: ReportSendingTable;
  drill_classes: DrillClassTable;
  drill_plans: DrillPlanTable;
  drill_dues: DrillDueTable;
  drills: DrillTable;
  tasks: TaskTable;
  reports: ReportTable;
  report_files: ReportFileTable;
}

import type { ColumnType, Generated } from "kysely";
import type {
  AttachmentTarget,
  BackupState,
  CopyState,
  Exception,
  GfsMark,
  JobError,
  JobKind,
  JobProgress,
  JobState,
  PolicySpec,
  ScheduleRule,
  SlotOutcome,
  Source,
  StepState,
  Tags,
  Verdict,
  VerdictCause,
  VerifiedState,
  WorkloadType,
} from "../../model/index.ts";
import type { Json, Nullable, NullableJson, NullableTime, Time, WithDefault } from "./columns.ts";
import type { AgentTables } from "./schema-agents.ts";
import type { AccessTables } from "./schema-access.ts";
import type { RotationTables } from "./schema-rotation.ts";
import type { ArchivingTables } from "./schema-archiving.ts";
import type { StorageTables } from "./schema-storage.ts";
import type { AssuranceTables } from "./schema-assurance.ts";
import type { DrillTables } from "./schema-drills.ts";
import type { RecoveryTables } from "./schema-recovery.ts";
import type { BillingTables } from "./schema-billing.ts";
import type { ApplicationTables } from "./schema-applications.ts";
import type { BinlogTables } from "./schema-binlog.ts";
import type { BucketTables } from "./schema-buckets.ts";

export interface RegionTable {
  id: string;
  name: string;
  country: string;
  store: Json<{ readonly kind: "fs"; readonly path: string; readonly quota_bytes?: number }>;
  own_keys: WithDefault<boolean>;
  revision: Generated<number>;
  created_at: Time;
}

export interface ProjectTable {
  id: string;
  name: string;
  region_id: string;
  /** What is restored here is there to be looked at: whoever may only restore may restore here. */
  sandbox: WithDefault<boolean>;
  /** Of all regions together; null: none. */
  quota_bytes: Nullable<number>;
  revision: Generated<number>;
  created_at: Time;
  /** Its key is destroyed, or about to be: nothing of it can be read any more. */
  shredded_at: NullableTime;
}

export interface WorkloadTable {
  id: string;
  project_id: string;
  name: string;
  type: WorkloadType;
  region_id: string;
  source: Json<Source>;
  tags: Json<Tags>;
  exception: NullableJson<Exception>;
  revision: Generated<number>;
  created_at: Time;
  updated_at: Time;
  /** Set when the workload was taken out of the inventory; its backups stay. */
  removed_at: NullableTime;
}

export interface PolicyTable {
  id: string;
  name: string;
  version: number;
  template: WithDefault<boolean>;
  /** Whose it is; null for the provider's, which everyone may use. */
  project_id: Nullable<string>;
  created_at: Time;
  updated_at: Time;
  deleted_at: NullableTime;
}

export interface PolicyVersionTable {
  policy_id: string;
  version: number;
  spec: Json<PolicySpec>;
  created_at: Time;
}

export interface AttachmentTable {
  id: string;
  policy_id: string;
  target: Json<AttachmentTarget>;
  created_at: Time;
}

export interface RepositoryTable {
  id: string;
  project_id: string;
  region_id: string;
  /** The id inside the repository's own config; both regions of one project may share it. */
  repository_id: string;
  store_prefix: string;
  cmk_id: string;
  created_at: Time;
  /** What its packs took when that was last measured. */
  used_bytes: Nullable<number>;
  used_at: NullableTime;
}

export interface BackupTable {
  id: string;
  project_id: string;
  workload_id: string;
  policy_id: Nullable<string>;
  policy_version: Nullable<number>;
  /** Row of {@link RepositoryTable}. */
  repository_id: string;
  region_id: string;
  job_id: Nullable<string>;
  slot_id: Nullable<string>;
  manifest_key: Nullable<string>;
  state: BackupState;
  status_reason: Nullable<string>;
  gfs: ColumnType<readonly GfsMark[], string | undefined, string>;
  created_at: Time;
  completed_at: NullableTime;
  retain_until: NullableTime;
  lock_mode: Nullable<"GOVERNANCE" | "COMPLIANCE">;
  lock_until: NullableTime;
  source_bytes: Nullable<number>;
  stored_bytes: Nullable<number>;
  file_count: Nullable<number>;
  problem_count: WithDefault<number>;
  /** The first problems in full; `problem_count` counts all of them. */
  problems: ColumnType<readonly Readonly<Record<string, unknown>>[], string | undefined, string>;
  verified_state: WithDefault<VerifiedState>;
  verified_at: NullableTime;
  /** Of the host's agent that made it; null for what the server made. */
  agent_version: Nullable<string>;
  /** What else the manifest says and a list wants to show. */
  details: ColumnType<Readonly<Record<string, unknown>>, string | undefined, string>;
  deleted_at: NullableTime;
  /** Of a deleted backup: until then it can be brought back. */
  recoverable_until: NullableTime;
}

export interface CopyTable {
  id: string;
  backup_id: string;
  region_id: string;
  repository_id: string;
  state: CopyState;
  status_reason: Nullable<string>;
  job_id: Nullable<string>;
  manifest_key: Nullable<string>;
  lag_seconds: Nullable<number>;
  copied_bytes: Nullable<number>;
  created_at: Time;
  completed_at: NullableTime;
  retain_until: NullableTime;
  verified_state: WithDefault<VerifiedState>;
  verified_at: NullableTime;
}

export interface JobTable {
  id: string;
  kind: JobKind;
  state: JobState;
  project_id: Nullable<string>;
  workload_id: Nullable<string>;
  policy_id: Nullable<string>;
  policy_version: Nullable<number>;
  slot_id: Nullable<string>;
  backup_id: Nullable<string>;
  parent_id: Nullable<string>;
  input: Json<Readonly<Record<string, unknown>>>;
  result: NullableJson<Readonly<Record<string, unknown>>>;
  attempt: WithDefault<number>;
  max_attempts: WithDefault<number>;
  retry_backoff_ms: WithDefault<number>;
  run_after: Time;
  window_until: NullableTime;
  complete_until: NullableTime;
  lease_owner: Nullable<string>;
  /** Grows with each lease, so that a worker that lost its lease cannot write any more. */
  lease_fence: WithDefault<number>;
  lease_until: NullableTime;
  heartbeat_at: NullableTime;
  cancel_requested_at: NullableTime;
  status_reason: Nullable<string>;
  error: NullableJson<JobError>;
  progress: NullableJson<JobProgress>;
  idempotency_key: Nullable<string>;
  created_at: Time;
  started_at: NullableTime;
  finished_at: NullableTime;
  updated_at: Time;
}

export interface JobStepTable {
  job_id: string;
  seq: number;
  name: string;
  state: StepState;
  attempt: number;
  input: NullableJson<Readonly<Record<string, unknown>>>;
  output: NullableJson<Readonly<Record<string, unknown>>>;
  error: NullableJson<JobError>;
  started_at: Time;
  finished_at: NullableTime;
}

export interface ScheduleSlotTable {
  id: string;
  workload_id: string;
  policy_id: string;
  policy_version: number;
  rule: ScheduleRule;
  slot_at: Time;
  due_at: Time;
  window_until: Time;
  outcome: Nullable<SlotOutcome>;
  reason: Nullable<string>;
  job_id: Nullable<string>;
  created_at: Time;
  decided_at: NullableTime;
}

/** How far a rule of a policy has been planned for a workload; what lies between it and now was missed. */
export interface ScheduleCursorTable {
  workload_id: string;
  policy_id: string;
  rule: ScheduleRule;
  /** The rule's text when planned: an edit starts the cursor anew, so nobody gets a surprise run. */
  rule_text: string;
  planned_until: Time;
}

export interface RestoreTable {
  id: string;
  job_id: string;
  backup_id: string;
  copy_id: Nullable<string>;
  project_id: string;
  workload_id: string;
  region_id: string;
  mode: "in_place" | "new_resource" | "path";
  target: Json<Readonly<Record<string, unknown>>>;
  paths: ColumnType<readonly string[], string | undefined, string>;
  restored_bytes: Nullable<number>;
  restored_files: Nullable<number>;
  problem_count: WithDefault<number>;
  problems: ColumnType<readonly Readonly<Record<string, unknown>>[], string | undefined, string>;
  created_at: Time;
  completed_at: NullableTime;
  /** What the source's driver said of it. */
  details: ColumnType<Readonly<Record<string, unknown>>, string | undefined, string>;
}

export interface VerificationTable {
  id: string;
  job_id: Nullable<string>;
  backup_id: string;
  region_id: string;
  verdict: Nullable<Verdict>;
  /** Null when valid, or when nothing could be read. */
  cause: Nullable<VerdictCause>;
  checked_objects: Nullable<number>;
  checked_bytes: Nullable<number>;
  findings: ColumnType<readonly Readonly<Record<string, unknown>>[], string | undefined, string>;
  started_at: Time;
  finished_at: NullableTime;
}

export interface EventTable {
  id: string;
  /** Order of commits; null only within the transaction that wrote it. */
  sequence: Generated<number>;
  type: string;
  subject: string;
  project_id: Nullable<string>;
  time: Time;
  data: Json<Readonly<Record<string, unknown>>>;
}

export interface TokenTable {
  id: string;
  name: string;
  /** SHA-256 of the token. */
  token_hash: Buffer;
  scopes: ColumnType<readonly string[], string, string>;
  created_at: Time;
  expires_at: NullableTime;
  revoked_at: NullableTime;
  /** Whose it is: then it may do what both its scopes and its owner's roles allow. */
  user_id: Nullable<string>;
  last_used_at: NullableTime;
  created_by: Nullable<string>;
}

export interface IdempotencyKeyTable {
  /** Token that made the request: keys of different callers never meet. */
  token_id: string;
  key: string;
  method: string;
  path: string;
  body_hash: string;
  /** Null while the first request is still busy. */
  status: Nullable<number>;
  response: NullableJson<object>;
  created_at: Time;
  expires_at: Time;
}

export interface SettingTable {
  key: string;
  value: ColumnType<unknown, string, string>;
  updated_at: Time;
}

/** All tables of the control plane; the type parameter of every Kysely instance. */
export interface Tables
  extends AccessTables,
    AgentTables,
    RotationTables,
    StorageTables,
    AssuranceTables,
    DrillTables,
    RecoveryTables,
    ArchivingTables,
    BillingTables,
    BinlogTables,
    BucketTables,
    ApplicationTables {
  regions: RegionTable;
  projects: ProjectTable;
  workloads: WorkloadTable;
  policies: PolicyTable;
  policy_versions: PolicyVersionTable;
  attachments: AttachmentTable;
  repositories: RepositoryTable;
  backups: BackupTable;
  copies: CopyTable;
  jobs: JobTable;
  job_steps: JobStepTable;
  schedule_slots: ScheduleSlotTable;
  schedule_cursors: ScheduleCursorTable;
  restores: RestoreTable;
  verifications: VerificationTable;
  events: EventTable;
  tokens: TokenTable;
  idempotency_keys: IdempotencyKeyTable;
  settings: SettingTable;
}

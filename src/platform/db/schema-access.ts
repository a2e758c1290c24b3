import type { ColumnType } from "kysely";
import type { Tags } from "../../model/index.ts";
import type { Json, Nullable, NullableJson, NullableTime, Time, WithDefault } from "./columns.ts";

export interface UserTable {
  id: string;
  name: string;
  kind: "local" | "oidc" | "service";
  display_name: WithDefault<string>;
  email: Nullable<string>;
  /** argon2id as a PHC string. */
  password_hash: Nullable<string>;
  totp_secret: Nullable<string>;
  /** Made, but not yet proven with a code. */
  totp_pending_secret: Nullable<string>;
  /** The last time step whose code was used: a code is good once. */
  totp_last_step: Nullable<number>;
  failed_count: WithDefault<number>;
  locked_until: NullableTime;
  disabled_at: NullableTime;
  oidc_issuer: Nullable<string>;
  oidc_subject: Nullable<string>;
  groups: ColumnType<readonly string[], string | undefined, string>;
  created_at: Time;
  last_login_at: NullableTime;
}

export interface PasskeyTable {
  credential_id: string;
  user_id: string;
  name: string;
  /** The host name it is good at. */
  rp_id: string;
  public_key: Buffer;
  counter: number;
  transports: ColumnType<readonly string[], string | undefined, string>;
  created_at: Time;
  last_used_at: NullableTime;
}

export interface RoleTable {
  name: string;
  description: WithDefault<string>;
  permissions: ColumnType<readonly string[], string, string>;
  created_at: Time;
  updated_at: Time;
}

export interface BindingTable {
  id: string;
  subject_type: "user" | "group" | "service_account" | "token";
  /** Id; of a group the name. */
  subject_id: string;
  role: string;
  /** Null: the whole organisation. */
  project_id: Nullable<string>;
  /** Only workloads of the project with all these tags. */
  tags: NullableJson<Tags>;
  created_at: Time;
  created_by: string;
  expires_at: NullableTime;
}

export interface SessionTable {
  id: string;
  /** SHA-256 of what the cookie holds. */
  secret_hash: Buffer;
  user_id: Nullable<string>;
  token_id: Nullable<string>;
  method: string;
  address: string;
  user_agent: WithDefault<string>;
  created_at: Time;
  last_seen_at: Time;
  expires_at: Time;
  ended_at: NullableTime;
}

export interface SignInChallengeTable {
  secret_hash: Buffer;
  kind: "second_factor" | "passkey" | "passkey_new" | "oidc";
  user_id: Nullable<string>;
  data: ColumnType<Readonly<Record<string, unknown>>, string | undefined, string>;
  attempts: WithDefault<number>;
  expires_at: Time;
}

export interface AuditTable {
  sequence: number;
  time: Time;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  address: string;
  user_agent: string;
  /** The route's operation id. */
  action: string;
  method: string;
  path: string;
  project_id: Nullable<string>;
  subject: Nullable<string>;
  outcome: "DONE" | "REFUSED" | "PENDING_APPROVAL";
  status: number;
  reason: Nullable<string>;
  request: NullableJson<Record<string, unknown>>;
  before: NullableJson<Record<string, unknown>>;
  after: NullableJson<Record<string, unknown>>;
  request_id: string;
  prev_hash: string;
  hash: string;
}

export interface ApprovalRuleTable {
  kind: string;
  /** Null: in all projects. */
  project_id: Nullable<string>;
  created_at: Time;
  created_by: string;
}

export interface ApprovalTable {
  id: string;
  kind: string;
  operation_id: string;
  path: string;
  params: Json<Readonly<Record<string, unknown>>>;
  body: NullableJson<object>;
  project_id: Nullable<string>;
  requested_by: string;
  /** User, or token without an owner: whoever this is cannot approve it. */
  requested_by_id: string;
  reason: Nullable<string>;
  state: "PENDING" | "APPROVED" | "REJECTED";
  decided_by: Nullable<string>;
  result: NullableJson<object>;
  created_at: Time;
  expires_at: Time;
  decided_at: NullableTime;
}

/** Where the audit log is sent on to. */
export interface SiemSinkTable {
  id: string;
  name: string;
  kind: "syslog" | "https";
  format: "ocsf" | "cef";
  config: Json<Readonly<Record<string, unknown>>>;
  secret_ref: Nullable<string>;
  /** Sequence number of the last entry that arrived. */
  cursor: number;
  sent_count: WithDefault<number>;
  failures_in_row: WithDefault<number>;
  next_at: Time;
  lease_owner: Nullable<string>;
  lease_until: NullableTime;
  last_ok_at: NullableTime;
  last_error: Nullable<string>;
  last_error_at: NullableTime;
  created_at: Time;
  created_by: string;
}

/** Who may do what. */
export interface AccessTables {
  users: UserTable;
  passkeys: PasskeyTable;
  roles: RoleTable;
  bindings: BindingTable;
  sessions: SessionTable;
  sign_in_challenges: SignInChallengeTable;
  audit_log: AuditTable;
  approval_rules: ApprovalRuleTable;
  approvals: ApprovalTable;
  siem_sinks: SiemSinkTable;
}

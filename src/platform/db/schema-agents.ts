import type { ColumnType, Generated } from "kysely";
import type { Json, Nullable, NullableJson, NullableTime, Time } from "./columns.ts";

/** A host with an agent. It has a project to itself: one repository, keys of its own. */
export interface AgentTable {
  id: string;
  name: string;
  project_id: string;
  created_at: Time;
  created_by: string;
  /** Of the token it may enrol with, once. */
  token_hash: Nullable<string>;
  token_expires_at: NullableTime;
  enrolled_at: NullableTime;
  revoked_at: NullableTime;
  revoked_by: Nullable<string>;
  hostname: Nullable<string>;
  version: Nullable<string>;
  /** Null: since it was enrolled. */
  version_since: NullableTime;
  protocol: Nullable<number>;
  last_contact_at: NullableTime;
  /** Backups it made without the server, and has not handed over yet. */
  offline_runs: ColumnType<number, number | undefined, number>;
  silence_minutes: number;
}

export interface AgentCertificateTable {
  serial: string;
  agent_id: string;
  issued_at: Time;
  /** The certificate's own end, or earlier when another took its place. */
  valid_until: Time;
}

/** What an agent is asked to do: the part of a job that happens on its host. */
export interface AgentTaskTable {
  /** `<job>.<attempt>` */
  id: string;
  agent_id: string;
  job_id: string;
  kind: "backup" | "restore";
  region_id: string;
  backup_id: string;
  state: "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELED";
  input: Json<Readonly<Record<string, unknown>>>;
  /** Of the agent it was handed to last. */
  agent_version: Nullable<string>;
  progress: NullableJson<Readonly<Record<string, unknown>>>;
  result: NullableJson<Readonly<Record<string, unknown>>>;
  error: NullableJson<Readonly<Record<string, unknown>>>;
  created_at: Time;
  delivered_at: NullableTime;
  updated_at: Time;
}

/** Leases that an agent holds in its repository. */
export interface AgentWriterTable {
  writer_id: string;
  agent_id: string;
  created_at: Time;
}

export interface AgentOrderTable {
  id: Generated<number>;
  workload_id: string;
  labels: Json<Readonly<Record<string, string>>>;
  expires_after_ms: Nullable<number>;
  promised_at: Time;
}

export interface AgentTables {
  agent_orders: AgentOrderTable;
  agents: AgentTable;
  agent_certificates: AgentCertificateTable;
  agent_tasks: AgentTaskTable;
  agent_writers: AgentWriterTable;
}

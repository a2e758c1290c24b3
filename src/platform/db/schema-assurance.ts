import type { ColumnType, Generated } from "kysely";
import type { Json, Nullable, NullableJson, NullableTime, Time, WithDefault } from "./columns.ts";

/** A fact on its way to the evidence log: written by triggers, gone when it is a leaf. */
export interface EvidencePendingTable {
  id: Generated<number>;
  kind: string;
  subject: string;
  project_id: Nullable<string>;
  time: Time;
  data: Json<Readonly<Record<string, unknown>>>;
}

/** Append-only; `record` is the text whose hash is the leaf. */
export interface EvidenceLeafTable {
  leaf_index: number;
  kind: string;
  subject: string;
  project_id: Nullable<string>;
  time: Time;
  record: string;
  leaf_hash: Buffer;
  appended_at: Time;
}

/** Hash of each complete subtree of 2^level leaves. */
export interface EvidenceNodeTable {
  level: number;
  node_index: number;
  hash: Buffer;
}

export interface EvidenceHeadTable {
  /** UTC, `2026-05-11`. */
  day: string;
  tree_size: number;
  root_hash: Buffer;
  jws: string;
  created_at: Time;
  /** Region id → when the head was written there. */
  published: ColumnType<Readonly<Record<string, string>>, string | undefined, string>;
}

export interface AlertTable {
  id: string;
  rule: string;
  /** Rule and cause: one open alert each. */
  group_key: string;
  severity: 1 | 2 | 3;
  state: "OPEN" | "ACKNOWLEDGED" | "RESOLVED";
  project_id: Nullable<string>;
  subject: string;
  summary: string;
  members: ColumnType<readonly string[], string | undefined, string>;
  details: ColumnType<Readonly<Record<string, unknown>>, string | undefined, string>;
  opened_at: Time;
  last_seen_at: Time;
  acknowledged_at: NullableTime;
  acknowledged_by: Nullable<string>;
  resolved_at: NullableTime;
  resolved_by: Nullable<string>;
  resolution: Nullable<string>;
  /** When its cause was found gone; null while it is there. */
  cleared_at: NullableTime;
}

export interface AlertTimerTable {
  alert_id: string;
  step: "alert" | "investigation" | "customer" | "root_cause" | "remedy" | "review";
  due_at: Time;
  met_at: NullableTime;
  met_by: Nullable<string>;
  note: Nullable<string>;
  breached_at: NullableTime;
  escalated_at: NullableTime;
}

export interface CalendarTable {
  /** Id of a project, or `*`. */
  scope: string;
  spec: Json<object>;
  updated_at: Time;
}

export interface ChannelTable {
  id: string;
  name: string;
  kind: "email" | "webhook" | "slack" | "pagerduty" | "alertmanager";
  config: Json<Readonly<Record<string, unknown>>>;
  /** Where the secret is kept: `env:NAME` or `file:/PATH`. */
  secret_ref: Nullable<string>;
  failures_in_row: WithDefault<number>;
  last_error: Nullable<string>;
  last_error_at: NullableTime;
  last_ok_at: NullableTime;
  created_at: Time;
}

export interface OncallOverrideTable {
  id: string;
  rotation: string;
  person: string;
  from_at: Time;
  until_at: Time;
  created_by: string;
  created_at: Time;
}

/** How far an alert has been escalated; step -1 while somebody has it. */
export interface PageTable {
  alert_id: string;
  step: WithDefault<number>;
  round: WithDefault<number>;
  reopened: WithDefault<boolean>;
  next_at: NullableTime;
  started_at: Time;
}

export interface DeliveryTable {
  id: string;
  channel_id: string;
  alert_id: Nullable<string>;
  person: Nullable<string>;
  kind: "opened" | "escalated" | "reopened" | "breached" | "resolved" | "test" | "report";
  message: Json<object>;
  state: "PENDING" | "SENT" | "FAILED" | "CANCELED";
  attempt: WithDefault<number>;
  next_at: Time;
  last_error: Nullable<string>;
  created_at: Time;
  sent_at: NullableTime;
}

export interface AnomalyTable {
  id: string;
  project_id: string;
  workload_id: string;
  backup_id: string;
  clean_backup_id: Nullable<string>;
  /** Keeps the clean backup until somebody decides. */
  hold_id: Nullable<string>;
  kind: "encryption" | "mass_deletion";
  signals: Json<Readonly<Record<string, number>>>;
  state: "OPEN" | "DISMISSED";
  detected_at: Time;
  decided_at: NullableTime;
  decided_by: Nullable<string>;
  note: Nullable<string>;
}

export interface AnomalyCheckTable {
  backup_id: string;
  workload_id: string;
  suspect: boolean;
  checked_at: Time;
}

export interface IncidentTable {
  id: string;
  project_id: string;
  severity: 1 | 2 | 3;
  title: string;
  scope: string;
  state: "OPEN" | "RESPONDED" | "CLOSED";
  criteria: ColumnType<readonly IncidentCriterion[], string | undefined, string>;
  restore_ids: ColumnType<readonly string[], string | undefined, string>;
  alert_ids: ColumnType<readonly string[], string | undefined, string>;
  opened_by: string;
  opened_at: Time;
  response_due_at: Time;
  responded_at: NullableTime;
  responded_by: Nullable<string>;
  breached_at: NullableTime;
  closed_at: NullableTime;
  closed_by: Nullable<string>;
  debrief: NullableJson<{ readonly worked: string; readonly improve: string }>;
  allowance_year: number;
  within_allowance: boolean;
}

export interface IncidentCriterion {
  readonly text: string;
  /** Null until somebody has looked. */
  readonly met: boolean | null;
  readonly evidence: string | null;
}

export interface IncidentNoteTable {
  id: string;
  incident_id: string;
  at: Time;
  who: string;
  what: string;
}

export interface PackReadTable {
  repository_id: string;
  pack_id: string;
  size_bytes: number;
  seen_at: Time;
  /** Read whole; null before the first time. */
  last_read_at: NullableTime;
  damaged: WithDefault<boolean>;
}

export interface IntegrityReportTable {
  id: string;
  project_id: string;
  day: string;
  report: Json<Readonly<Record<string, unknown>>>;
  jws: string;
  created_at: Time;
}

/** Tables of evidence, alerts, pages, incidents and anomalies. */
export interface AssuranceTables {
  evidence_pending: EvidencePendingTable;
  evidence_leaves: EvidenceLeafTable;
  evidence_nodes: EvidenceNodeTable;
  evidence_heads: EvidenceHeadTable;
  alerts: AlertTable;
  alert_timers: AlertTimerTable;
  calendars: CalendarTable;
  channels: ChannelTable;
  oncall_overrides: OncallOverrideTable;
  pages: PageTable;
  deliveries: DeliveryTable;
  anomalies: AnomalyTable;
  anomaly_checks: AnomalyCheckTable;
  incidents: IncidentTable;
  incident_notes: IncidentNoteTable;
  pack_reads: PackReadTable;
  integrity_reports: IntegrityReportTable;
}

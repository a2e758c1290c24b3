import type { ColumnType, Generated } from "kysely";
import type { Json, Nullable, NullableTime, Time } from "./columns.ts";

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
}

export interface CalendarTable {
  /** Id of a project, or `*`. */
  scope: string;
  spec: Json<object>;
  updated_at: Time;
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
}

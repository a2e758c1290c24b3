import * as z from "zod";
import { instantSchema } from "../model/index.ts";

const text = z.string().min(1).max(10_000);
const short = z.string().min(1).max(300);
const severitySchema = z.union([z.literal(1), z.literal(2), z.literal(3)]);

export const incidentViewSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  project_name: z.string(),
  severity: severitySchema,
  title: z.string(),
  scope: z.string(),
  state: z.enum(["OPEN", "RESPONDED", "CLOSED"]),
  criteria: z.array(z.object({ text: z.string(), met: z.boolean().nullable(), evidence: z.string().nullable() })),
  restore_ids: z.array(z.string()),
  alert_ids: z.array(z.string()),
  opened_by: z.string(),
  opened_at: instantSchema,
  response_due_at: instantSchema,
  responded_at: instantSchema.nullable(),
  responded_by: z.string().nullable(),
  /** When its response clock ran out. */
  breached_at: instantSchema.nullable(),
  closed_at: instantSchema.nullable(),
  debrief: z.object({ worked: z.string(), improve: z.string() }).nullable(),
  allowance_year: z.number().int(),
  /** False: beyond what the subscription includes in that year. */
  within_allowance: z.boolean(),
});
export type IncidentView = z.infer<typeof incidentViewSchema>;

export const incidentDetailSchema = incidentViewSchema.extend({
  timeline: z.array(
    z.object({ at: instantSchema, what: z.string(), subject: z.string(), evidence_index: z.number().int().nullable() }),
  ),
  /** The same as a document, in Markdown. */
  document: z.string(),
});
export type IncidentDetail = z.infer<typeof incidentDetailSchema>;

export const openIncidentRequestSchema = z.strictObject({
  project: z.string().min(1).max(128),
  severity: severitySchema,
  title: short,
  scope: text,
  criteria: z.array(short).max(50),
});
export const updateIncidentRequestSchema = z.strictObject({
  respond: z.boolean().optional(),
  note: text.optional(),
  scope: text.optional(),
  restore_id: z.string().max(128).optional(),
  alert_id: z.string().max(128).optional(),
  criterion: z.strictObject({ index: z.number().int().min(0).max(49), met: z.boolean(), evidence: short }).optional(),
});
export const closeIncidentRequestSchema = z.strictObject({ worked: text, improve: text });

export const anomalyViewSchema = z.object({
  id: z.string(),
  project_name: z.string(),
  workload_name: z.string(),
  backup_id: z.string(),
  /** Held until somebody decides. */
  clean_backup_id: z.string().nullable(),
  kind: z.enum(["encryption", "mass_deletion"]),
  /** Measured, and usual before. */
  signals: z.record(z.string(), z.number()),
  state: z.enum(["OPEN", "DISMISSED"]),
  detected_at: instantSchema,
  decided_at: instantSchema.nullable(),
  decided_by: z.string().nullable(),
  note: z.string().nullable(),
});
export type AnomalyView = z.infer<typeof anomalyViewSchema>;
export const dismissAnomalyRequestSchema = z.strictObject({ note: text });

import * as z from "zod";
import { instantSchema, nameSchema, reportKinds } from "../model/index.ts";

export const createReportRequestSchema = z.strictObject({
  kind: z.enum(reportKinds),
  /** Id or name; without it all projects. Of a drill report: the drill's own. */
  project: z.string().min(1).max(128).optional(),
  drill_id: z.string().min(1).max(128).optional(),
  /** First UTC day of the window. */
  from: z.iso.date().optional(),
  /** Last UTC day of the window, and part of it. */
  to: z.iso.date().optional(),
});

export const reportViewSchema = z.object({
  id: z.string(),
  kind: z.enum(reportKinds),
  project_id: z.string().nullable(),
  drill_id: z.string().nullable(),
  from_at: instantSchema,
  to_at: instantSchema,
  period: z.string().nullable(),
  title: z.string(),
  state: z.enum(["MAKING", "READY", "FAILED"]),
  job_id: z.string(),
  requested_by: z.string(),
  created_at: instantSchema,
  finished_at: instantSchema.nullable(),
});
export type ReportView = z.infer<typeof reportViewSchema>;

export const reportDetailSchema = reportViewSchema.extend({
  figures: z.array(z.object({ label: z.string(), value: z.string(), note: z.string(), records: z.string() })),
  files: z.array(
    z.object({ name: z.string(), media_type: z.string(), sha256: z.string(), size_bytes: z.number().int() }),
  ),
});
export type ReportDetail = z.infer<typeof reportDetailSchema>;

export const reportFileParamsSchema = z.strictObject({ id: z.string().max(128), name: z.string().max(128) });

export const reportFileSchema = z.object({
  name: z.string(),
  media_type: z.string(),
  sha256: z.string(),
  content_base64: z.string(),
});

export const createReportSubscriptionRequestSchema = z.strictObject({
  name: nameSchema,
  /** Id or name; without it reports of all projects. */
  project: z.string().min(1).max(128).optional(),
  /** Id or name of a channel of kind email, webhook or slack. */
  channel: z.string().min(1).max(128),
  kinds: z.array(z.enum(reportKinds)).min(1).max(reportKinds.length),
});

export const reportSubscriptionViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  project_id: z.string().nullable(),
  channel_id: z.string(),
  channel_name: z.string(),
  kinds: z.array(z.enum(reportKinds)),
  created_by: z.string(),
  created_at: instantSchema,
});
export type ReportSubscriptionView = z.infer<typeof reportSubscriptionViewSchema>;

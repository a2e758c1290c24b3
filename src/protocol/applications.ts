import * as z from "zod";
import { instantSchema } from "../model/index.ts";

/** How an application stands: its parts, the backup that ties them together, its suppression log. */
export const applicationViewSchema = z.object({
  workload_id: z.string(),
  workload_name: z.string(),
  project_id: z.string(),
  profile: z.string().nullable(),
  parts: z.array(
    z.object({
      name: z.string(),
      order: z.number().int(),
      workload_id: z.string(),
      workload_name: z.string(),
      kind: z.string(),
      rpo_seconds: z.number().nullable(),
      /** `log` or `backup`: what the figure is measured by. */
      rpo_by: z.enum(["log", "backup"]),
    }),
  ),
  /** The worst of its parts; null when one has nothing. */
  rpo_seconds: z.number().nullable(),
  last_backup: z.object({ backup_id: z.string(), point: instantSchema }).nullable(),
  suppressions: z
    .object({
      state: z.string(),
      message: z.string().nullable(),
      entries: z.number().int(),
      last_recorded_at: instantSchema.nullable(),
      collected_at: instantSchema.nullable(),
    })
    .nullable(),
});
export type ApplicationView = z.infer<typeof applicationViewSchema>;

export const suppressionSchema = z.object({
  address: z.string(),
  scope: z.string().nullable(),
  reason: z.string(),
  at: instantSchema.nullable(),
  recorded_at: instantSchema,
  by: z.string(),
});

export const suppressionsQuerySchema = z.strictObject({
  address: z.string().max(320).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export const foundSuppressionsSchema = z.object({ total: z.number().int(), items: z.array(suppressionSchema) });
export type FoundSuppressions = z.infer<typeof foundSuppressionsSchema>;

export const recordSuppressionsRequestSchema = z.strictObject({
  entries: z
    .array(
      z.strictObject({
        address: z.string().min(1).max(320),
        /** Within what, e.g. `list:12`; without it everywhere. */
        scope: z.string().min(1).max(255).optional(),
        reason: z.string().max(500).optional(),
        at: instantSchema.optional(),
      }),
    )
    .min(1)
    .max(10_000),
});
/** `known`: in the log already. */
export const recordedSuppressionsSchema = z.object({ recorded: z.number().int(), known: z.number().int() });

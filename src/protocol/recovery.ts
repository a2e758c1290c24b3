import * as z from "zod";
import { drillFindingSchema, instantSchema, regionSchema } from "../model/index.ts";

/** What is needed, beside the keys, to build the control plane anew. */
export const recoveryKitSchema = z.object({
  kit: z.object({
    format: z.string(),
    kit_id: z.string(),
    made_at: instantSchema,
    regions: z.array(regionSchema.pick({ id: true, name: true, country: true, store: true })),
    key_ids: z.array(z.string()),
  }),
  sha256: z.string(),
  /** The page to be printed. */
  text: z.string(),
});
export type RecoveryKitView = z.infer<typeof recoveryKitSchema>;

export const createRecoveryKitRequestSchema = z.strictObject({});

export const recoveryDrillViewSchema = z.object({
  id: z.string(),
  job_id: z.string(),
  /** `2026-11` of one that was due by itself. */
  period: z.string().nullable(),
  kit_id: z.string().nullable(),
  state: z.enum(["RUNNING", "PASSED", "DIFFERENT", "FAILED"]),
  requested_by: z.string(),
  requested_at: instantSchema,
  finished_at: instantSchema.nullable(),
  /** Until the catalog was there again. */
  seconds: z.number().nullable(),
  figures: z.record(z.string(), z.number()),
  findings: z.array(drillFindingSchema),
});
export type RecoveryDrillView = z.infer<typeof recoveryDrillViewSchema>;

import * as z from "zod";
import {
  drillBackupSchema,
  drillConnectionsSchema,
  drillFindingSchema,
  drillPlanChangesSchema,
  drillPlanSpecSchema,
  drillStates,
  drillStepSchema,
  drillValidationSchema,
  instantSchema,
  nameSchema,
} from "../model/index.ts";

export const drillClassViewSchema = z.object({
  name: z.string(),
  title: z.string(),
  rank: z.number().int(),
  rto_seconds: z.number(),
  rpo_seconds: z.number(),
  remedy_seconds: z.number(),
  proof_seconds: z.number(),
  tag_values: z.array(z.string()),
});
export type DrillClassView = z.infer<typeof drillClassViewSchema>;

const secondsSchema = z.number().int().positive().max(315_360_000).optional();
export const changeDrillClassRequestSchema = z.strictObject({
  rto_seconds: secondsSchema,
  rpo_seconds: secondsSchema,
  remedy_seconds: secondsSchema.describe("By when what a drill found must be mended"),
  proof_seconds: secondsSchema.describe("How old a proof of restorability may be"),
});

export const changeDrillPlanRequestSchema = drillPlanChangesSchema;
export const createDrillPlanRequestSchema = z.strictObject({ name: nameSchema, spec: drillPlanSpecSchema });

export const drillPlanViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  project_id: z.string().nullable(),
  spec: drillPlanSpecSchema,
  cadence: z.string(),
  enabled: z.boolean(),
  /** Null while it is disabled. */
  next_due_at: instantSchema.nullable(),
  revision: z.number().int(),
  created_by: z.string(),
  created_at: instantSchema,
  updated_at: instantSchema,
});
export type DrillPlanView = z.infer<typeof drillPlanViewSchema>;

export const drillPlanDetailSchema = drillPlanViewSchema.extend({
  /** Names of the workloads it would drill now. */
  workloads: z.array(z.string()),
  /** What became of the last times it was due, newest first. */
  dues: z.array(
    z.object({
      due_at: instantSchema,
      outcome: z.string(),
      covered_by: instantSchema.nullable(),
      workloads: z.number().int(),
      decided_at: instantSchema,
    }),
  ),
});
export type DrillPlanDetail = z.infer<typeof drillPlanDetailSchema>;

export const createDrillRequestSchema = z.strictObject({
  /** Id or name. */
  workload: z.string().min(1).max(128),
  project: z.string().min(1).max(128).optional(),
  /** Id or name of the sandbox project that is restored into. */
  sandbox: z.string().min(1).max(128),
  /** Who gets the tasks; without it whoever asks. */
  owner: z.string().min(1).max(255).optional(),
  backup: drillBackupSchema.optional(),
  /** Network rules that are tried from where it is restored. */
  connections: drillConnectionsSchema.optional(),
});

export const drillViewSchema = z.object({
  id: z.string(),
  job_id: z.string(),
  plan_id: z.string().nullable(),
  plan_name: z.string().nullable(),
  due_at: instantSchema.nullable(),
  project_id: z.string(),
  workload_id: z.string(),
  workload_name: z.string(),
  class: z.string(),
  owner: z.string(),
  state: z.enum(drillStates),
  backup_id: z.string().nullable(),
  target_time: instantSchema.nullable(),
  restored_to: instantSchema.nullable(),
  requested_at: instantSchema,
  started_at: instantSchema.nullable(),
  functional_at: instantSchema.nullable(),
  finished_at: instantSchema.nullable(),
  rto_seconds: z.number().nullable(),
  rpo_seconds: z.number().nullable(),
  rto_target_seconds: z.number(),
  rpo_target_seconds: z.number(),
  restored_bytes: z.number().nullable(),
  restored_files: z.number().nullable(),
  status_reason: z.string().nullable(),
  findings: z.array(drillFindingSchema),
});
export type DrillView = z.infer<typeof drillViewSchema>;

export const drillDetailSchema = drillViewSchema.extend({
  restore_id: z.string().nullable(),
  region_id: z.string().nullable(),
  steps: z.array(drillStepSchema),
  validations: z.array(drillValidationSchema),
  deviations: z.array(drillFindingSchema),
  /** What the proof is of; any other voids it. */
  subject: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
});
export type DrillDetail = z.infer<typeof drillDetailSchema>;

export const taskViewSchema = z.object({
  id: z.string(),
  drill_id: z.string().nullable(),
  project_id: z.string(),
  workload_id: z.string().nullable(),
  title: z.string(),
  details: z.string(),
  owner: z.string(),
  due_at: instantSchema,
  state: z.enum(["OPEN", "DONE"]),
  created_at: instantSchema,
  done_at: instantSchema.nullable(),
  done_by: z.string().nullable(),
  note: z.string().nullable(),
});
export type TaskView = z.infer<typeof taskViewSchema>;

export const completeTaskRequestSchema = z.strictObject({ note: z.string().max(2000).optional() });

/** Last drill that restored, and whether it still proves something. */
export const proofSchema = z.object({
  drill_id: z.string(),
  proven_at: instantSchema,
  age_seconds: z.number(),
  /** `old`: older than its class allows. `void`: something it was a proof of has changed. */
  state: z.enum(["proven", "old", "void"]),
  void_reasons: z.array(z.string()),
  rto_seconds: z.number().nullable(),
  rpo_seconds: z.number().nullable(),
});

/** RTO and RPO as measured, by class, and how much is proven. */
export const proofSummarySchema = z.object({
  generated_at: instantSchema,
  /** Workloads that have to be restorable: those under a policy. */
  workloads: z.number().int(),
  proven: z.number().int(),
  proven_share: z.number(),
  classes: z.array(
    z.object({
      class: z.string(),
      title: z.string(),
      workloads: z.number().int(),
      proven: z.number().int(),
      drills: z.number().int(),
      failed: z.number().int(),
      rto_target_seconds: z.number(),
      rpo_target_seconds: z.number(),
      rto_p50_seconds: z.number().nullable(),
      rto_p95_seconds: z.number().nullable(),
      rpo_p50_seconds: z.number().nullable(),
      rpo_p95_seconds: z.number().nullable(),
    }),
  ),
  /** The same by the size of the backup, the project's subscription tier, and the region it was read from. */
  groups: z.array(
    z.object({
      by: z.enum(["size", "tier", "region"]),
      name: z.string(),
      drills: z.number().int(),
      failed: z.number().int(),
      rto_p50_seconds: z.number().nullable(),
      rto_p95_seconds: z.number().nullable(),
      rpo_p50_seconds: z.number().nullable(),
      rpo_p95_seconds: z.number().nullable(),
    }),
  ),
});
export type ProofSummaryView = z.infer<typeof proofSummarySchema>;

export const proofQuerySchema = z.strictObject({
  project: z.string().max(128).optional().describe("Id or name; without it all projects"),
  days: z.coerce.number().int().min(1).max(3660).default(365).describe("Drills of so many days"),
});

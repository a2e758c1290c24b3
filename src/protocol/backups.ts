import * as z from "zod";
import { backupSchema, copySchema, restoreSchema, verificationSchema } from "../model/index.ts";

const names = {
  workload_name: z.string(),
  project_name: z.string(),
  policy_name: z.string().nullable(),
  region_name: z.string(),
};

/** A backup as lists show it: with the names of what it belongs to. */
export const backupViewSchema = backupSchema.extend(names);
export type BackupView = z.infer<typeof backupViewSchema>;

export const copyViewSchema = copySchema.extend({
  region_name: z.string(),
  workload_name: z.string(),
  policy_name: z.string().nullable(),
});
export type CopyView = z.infer<typeof copyViewSchema>;

/** One backup in full. */
export const backupDetailSchema = backupViewSchema.extend({
  /** The first of `problem_count`. */
  problems: z.array(z.record(z.string(), z.unknown())),
  /** Why it is kept, one sentence a rule. */
  retention_reasons: z.array(z.string()),
  /** Its job's failure, when there was one. */
  error: z.record(z.string(), z.unknown()).nullable(),
  copies: z.array(copyViewSchema),
});
export type BackupDetail = z.infer<typeof backupDetailSchema>;

export const createBackupRequestSchema = z.strictObject({
  /** Id, or name together with `project`. */
  workload: z.string().min(1).max(128),
  project: z.string().min(1).max(128).optional(),
  /** Id or name of an attached policy whose retention the backup gets; without it the workload's effective one. */
  policy: z.string().min(1).max(128).optional(),
});

/** Where a restore writes. */
export const restoreTargetSchema = z.discriminatedUnion("mode", [
  /** Over the workload itself; `confirm` must be the workload's name. */
  z.strictObject({ mode: z.literal("in_place"), confirm: z.string().max(128).optional() }),
  /** A new workload of this name in a project; `path` is the folder it lives in. */
  z.strictObject({
    mode: z.literal("new_resource"),
    target_project: z.string().min(1).max(128),
    new_name: z.string().min(1).max(127),
    path: z.string().startsWith("/").max(4096).optional(),
  }),
  /** Into a folder on the server. */
  z.strictObject({ mode: z.literal("path"), path: z.string().startsWith("/").max(4096) }),
]);

export const createRestoreRequestSchema = z.strictObject({
  backup_id: z.string().min(1).max(128),
  target: restoreTargetSchema,
  /** Id or name of the region whose copy is read; by default the backup's own. */
  from_region: z.string().min(1).max(128).optional(),
  /** Only these paths and what is below them. */
  paths: z.array(z.string().min(1).max(4096)).min(1).max(1000).optional(),
});
export type CreateRestoreRequest = z.infer<typeof createRestoreRequestSchema>;

export const restorePlanSchema = z.object({
  workload_name: z.string(),
  region_name: z.string(),
  target_description: z.string(),
  files: z.number().int(),
  directories: z.number().int(),
  bytes: z.number(),
  /** The first 1,000 existing paths that would be overwritten. */
  overwrites: z.array(z.string()),
  overwrites_total: z.number().int(),
});
export type RestorePlanView = z.infer<typeof restorePlanSchema>;

export const restoreViewSchema = restoreSchema.extend({ workload_name: z.string(), region_name: z.string() });
export type RestoreView = z.infer<typeof restoreViewSchema>;

export const createVerificationRequestSchema = z.strictObject({
  backup_id: z.string().min(1).max(128),
  /** Id or name of the region whose copy is verified; by default the backup's own. */
  region: z.string().min(1).max(128).optional(),
});

export const verificationViewSchema = verificationSchema.extend({ region_name: z.string(), workload_name: z.string() });
export type VerificationView = z.infer<typeof verificationViewSchema>;

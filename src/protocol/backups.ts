import * as z from "zod";
import { restorableSchema } from "./archiving.ts";
import {
  backupSchema,
  copySchema,
  nameSchema,
  restoreModes,
  restoreSchema,
  verificationSchema,
} from "../model/index.ts";

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
  /** Of a database with a write-ahead log: to which points it can be recovered. */
  restorable: restorableSchema.nullable(),
});
export type BackupDetail = z.infer<typeof backupDetailSchema>;

export const createBackupRequestSchema = z.strictObject({
  /** Id, or name together with `project`. */
  workload: z.string().min(1).max(128),
  project: z.string().min(1).max(128).optional(),
  /** Id or name of an attached policy whose retention the backup gets; without it the workload's effective one. */
  policy: z.string().min(1).max(128).optional(),
});

/** As many as a list gives on a page. */
const BACK_UP_WORKLOADS_MAX = 1000;

export const backUpWorkloadsRequestSchema = z.strictObject({
  /** Ids. */
  workloads: z.array(z.string().min(1).max(128)).min(1).max(BACK_UP_WORKLOADS_MAX),
});

/** What came of each, in the order asked. */
export const backedUpWorkloadsSchema = z.object({
  queued: z.number().int(),
  refused: z.number().int(),
  /** The project of all of them, when they have one in common. */
  project_id: z.string().nullable(),
  items: z.array(
    z.object({
      workload_id: z.string(),
      /** Null of one that is not there. */
      name: z.string().nullable(),
      outcome: z.enum(["QUEUED", "REFUSED"]),
      /** Null of one that is refused. */
      job_id: z.string().nullable(),
      /** Why it was refused. */
      error: z.object({ code: z.string(), detail: z.string(), fix: z.string() }).nullable(),
    }),
  ),
});
export type BackedUpWorkloads = z.infer<typeof backedUpWorkloadsSchema>;

export const createRestoreRequestSchema = z.strictObject({
  backup_id: z.string().min(1).max(128),
  /** Id or name of the region to read from; without it the backup's own, unless that is damaged. */
  region: z.string().min(1).max(128).optional(),
  /** Back to where it came from. */
  in_place: z.boolean().optional(),
  /** Id or name of the agent whose host it goes to; without it to the server, or in place to where it came from. */
  agent: z.string().min(1).max(128).optional(),
  /** A folder on the server, or on the agent's host. */
  target_path: z.string().startsWith("/", "an absolute path").max(4096).optional(),
  /** Id or name of the project the new resource belongs to; without it the backup's. */
  target_project: z.string().min(1).max(128).optional(),
  /** Name of the new resource, which becomes a workload of its own. */
  new_name: nameSchema.optional(),
  /** Only these paths and what is below them. */
  paths: z.array(z.string().min(1).max(4096)).min(1).max(1000).optional(),
  /** Replace files that are there; in place that is what happens anyway. */
  replace_existing: z.boolean().optional(),
  /** Also delete files that the backup does not have. */
  delete_extra: z.boolean().optional(),
  /** What the source's kind understands beyond files, e.g. a target time: docs/sources. */
  options: z.record(z.string().max(64), z.unknown()).optional(),
  /** Why a backup that did not verify is restored all the same; needs the permission `restores:override`. */
  override: z.string().trim().min(3).max(500).optional(),
  /** The workload's name: needed where something that exists would be overwritten or deleted. */
  confirm: z.string().max(128).optional(),
});
export type CreateRestoreRequest = z.infer<typeof createRestoreRequestSchema>;

/** How long it will probably take until it works, from what drills measured; the thaw of what is cold is in it. */
export const restoreForecastSchema = z.object({
  basis: z.enum(["workload", "kind", "none"]),
  drills: z.number().int(),
  p50_seconds: z.number().nullable(),
  p95_seconds: z.number().nullable(),
  thaw_seconds: z.number(),
  /** What is cold and has to be made readable first. */
  thaw_bytes: z.number(),
  /** Null: the region's price for it is not said. */
  thaw_cost: z.number().nullable(),
  class: z.string(),
  rto_target_seconds: z.number(),
  /** Null: nothing like it was drilled yet. */
  meets_target: z.boolean().nullable(),
});

/** What a restore would do. */
export const restorePlanSchema = z.object({
  backup_id: z.string(),
  region: z.string(),
  copy_id: z.string().nullable(),
  mode: z.enum(restoreModes),
  target: z.string(),
  files: z.number().int(),
  directories: z.number().int(),
  others: z.number().int(),
  bytes: z.number(),
  /** The first 1,000 existing paths that would be overwritten. */
  overwrites: z.array(z.string()),
  overwrites_total: z.number().int(),
  deletes: z.array(z.string()),
  deletes_total: z.number().int(),
  /** What will happen beside the files, a sentence each. */
  notes: z.array(z.string()),
  forecast: restoreForecastSchema.nullable(),
  /** What `confirm` must be before this may run; null when nothing that exists is touched. */
  confirm_with: z.string().nullable(),
});
export type RestorePlanView = z.infer<typeof restorePlanSchema>;

export const restoreViewSchema = restoreSchema.extend({ workload_name: z.string(), region_name: z.string() });
export type RestoreView = z.infer<typeof restoreViewSchema>;

/** One restore in full. */
export const restoreDetailSchema = restoreViewSchema.extend({
  /** Paths that could not be restored, or not in full, each with its reason: the first 1,000. */
  problems: z.array(z.record(z.string(), z.unknown())),
  /** What the source's driver said of it: where it runs, how far it was recovered, how long it took. */
  details: z.record(z.string(), z.unknown()),
});
export type RestoreDetail = z.infer<typeof restoreDetailSchema>;

export const createVerificationRequestSchema = z.strictObject({
  backup_id: z.string().min(1).max(128),
  /** Id or name of the region whose copy is verified; by default the backup's own. */
  region: z.string().min(1).max(128).optional(),
});

export const verificationViewSchema = verificationSchema.extend({ region_name: z.string(), workload_name: z.string() });
export type VerificationView = z.infer<typeof verificationViewSchema>;

import * as z from "zod";
import { instantSchema } from "./common.ts";
import { gfsClassSchema, lockModes } from "./policy.ts";

export const backupStates = ["CREATING", "AVAILABLE", "FAILED", "DAMAGED", "DELETING", "DELETED"] as const;
export const copyStates = ["PENDING", "RUNNING", "AVAILABLE", "FAILED", "DAMAGED", "DELETED"] as const;
/** PARTIAL: some paths do not restore. INVALID: the backup cannot be used. */
export const verdicts = ["VALID", "PARTIAL", "INVALID"] as const;
export type Verdict = (typeof verdicts)[number];
export const verifiedStates = ["UNVERIFIED", ...verdicts] as const;
/** Why a verdict is not VALID. */
export const verdictCauses = ["SourceCorruption", "KeyRevoked", "StorageBackend"] as const;
export type VerdictCause = (typeof verdictCauses)[number];
export type BackupState = (typeof backupStates)[number];
export type CopyState = (typeof copyStates)[number];
export type VerifiedState = (typeof verifiedStates)[number];

/** One retention class a backup carries from birth: it was the first good one of this period. */
export const gfsMarkSchema = z.object({
  class: gfsClassSchema,
  /** In the policy's zone: `2026-05-11T02+06:00`, `2026-05-11`, `2026-W20`, `2026-05` or `2026`. */
  period: z.string(),
  /** Kept for this class until then. */
  retain_until: instantSchema,
});
export type GfsMark = z.infer<typeof gfsMarkSchema>;

export const backupSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  workload_id: z.string(),
  policy_id: z.string().nullable(),
  policy_version: z.number().int().nullable(),
  /** Of the host's agent that made it; null for what the server made. */
  agent_version: z.string().nullable(),
  region_id: z.string(),
  repository_id: z.string(),
  job_id: z.string().nullable(),
  manifest_key: z.string().nullable(),
  state: z.enum(backupStates),
  status_reason: z.string().nullable(),
  gfs: z.array(gfsMarkSchema),
  /** The instant whose state of the source this backup holds. */
  created_at: instantSchema,
  completed_at: instantSchema.nullable(),
  /** Null: kept until someone decides (made without a policy). */
  retain_until: instantSchema.nullable(),
  lock_mode: z.enum(lockModes).nullable(),
  lock_until: instantSchema.nullable(),
  source_bytes: z.number().nullable(),
  stored_bytes: z.number().nullable(),
  file_count: z.number().int().nullable(),
  problem_count: z.number().int(),
  verified_state: z.enum(verifiedStates),
  verified_at: instantSchema.nullable(),
});
export type Backup = z.infer<typeof backupSchema>;

export const copySchema = z.object({
  id: z.string(),
  backup_id: z.string(),
  region_id: z.string(),
  repository_id: z.string(),
  state: z.enum(copyStates),
  status_reason: z.string().nullable(),
  job_id: z.string().nullable(),
  /** From the backup's completion to the copy's. */
  lag_seconds: z.number().nullable(),
  copied_bytes: z.number().nullable(),
  created_at: instantSchema,
  completed_at: instantSchema.nullable(),
});
export type Copy = z.infer<typeof copySchema>;

export const restoreModes = ["in_place", "new_resource", "path"] as const;
export const restoreSchema = z.object({
  id: z.string(),
  job_id: z.string(),
  backup_id: z.string(),
  /** Region the data is read from: the backup's own or that of a copy. */
  region_id: z.string(),
  mode: z.enum(restoreModes),
  target: z.record(z.string(), z.unknown()),
  restored_bytes: z.number().nullable(),
  restored_files: z.number().int().nullable(),
  problem_count: z.number().int(),
  created_at: instantSchema,
  completed_at: instantSchema.nullable(),
});
export type Restore = z.infer<typeof restoreSchema>;

export const verificationSchema = z.object({
  id: z.string(),
  job_id: z.string().nullable(),
  backup_id: z.string(),
  region_id: z.string(),
  /** Null while it runs, and when it could not look. */
  verdict: z.enum(verdicts).nullable(),
  cause: z.enum(verdictCauses).nullable(),
  checked_objects: z.number().int().nullable(),
  checked_bytes: z.number().nullable(),
  /** One for each damaged object: object, code, message, backup_ids, paths. */
  findings: z.array(z.record(z.string(), z.unknown())),
  started_at: instantSchema,
  finished_at: instantSchema.nullable(),
});
export type Verification = z.infer<typeof verificationSchema>;

import * as z from "zod";
import { instantSchema } from "./common.ts";

export const jobStates = [
  "QUEUED",
  "WAITING_WINDOW",
  "RUNNING",
  "VERIFYING",
  "SUCCEEDED",
  "SUCCEEDED_WITH_WARNINGS",
  "FAILED",
  "EXPIRED",
  "SKIPPED",
  "COVERED_BY",
  "CANCELED",
] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

/** A job in one of these never changes again. */
export const finalJobStates = [
  "SUCCEEDED",
  "SUCCEEDED_WITH_WARNINGS",
  "FAILED",
  "EXPIRED",
  "SKIPPED",
  "COVERED_BY",
  "CANCELED",
] as const satisfies readonly JobState[];

export const jobKinds = [
  "backup",
  "copy",
  "verify",
  "restore",
  "catalog_rebuild",
  "delete",
  "undelete",
  "sweep",
  "hold",
  "tier",
  "thaw",
  "retention_audit",
  "rotate",
  "reseal",
  "retire_key",
  "deep_read",
  "integrity",
  "drill",
  "recovery_drill",
  "report",
] as const;
export const jobKindSchema = z.enum(jobKinds);
export type JobKind = z.infer<typeof jobKindSchema>;

/** What is asked of the job runner; kept with the job and handed to every attempt unchanged. */
export interface JobSpec {
  readonly kind: JobKind;
  readonly project_id?: string;
  readonly workload_id?: string;
  readonly policy_id?: string;
  readonly policy_version?: number;
  readonly slot_id?: string;
  readonly backup_id?: string;
  readonly parent_id?: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Not before. */
  readonly run_after?: Date;
  /** The job must have started by then, else it ends EXPIRED. */
  readonly window_until?: Date;
  /** The job must have ended by then. */
  readonly complete_until?: Date;
  readonly max_attempts?: number;
  readonly retry_backoff_ms?: number;
  /** A second enqueue with the same key returns the first job. */
  readonly idempotency_key?: string;
}

/** The error of a failed job or step as plain data (SerializedError of base). */
export const jobErrorSchema = z.object({
  code: z.string(),
  fault: z.enum(["user", "operational", "bug"]),
  retry: z.enum(["never", "soon", "later"]),
  status_reason: z.string(),
  message: z.string(),
  fix: z.string(),
  context: z.record(z.string(), z.unknown()),
});
export type JobError = z.infer<typeof jobErrorSchema>;

export const jobProgressSchema = z.object({
  done_bytes: z.number(),
  total_bytes: z.number().nullable(),
  done_files: z.number(),
  total_files: z.number().nullable(),
  rate_bytes_per_second: z.number().nullable(),
  left_seconds: z.number().nullable(),
  step: z.string().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

export const jobSchema = z.object({
  id: z.string(),
  kind: jobKindSchema,
  state: jobStateSchema,
  project_id: z.string().nullable(),
  workload_id: z.string().nullable(),
  policy_id: z.string().nullable(),
  policy_version: z.number().int().nullable(),
  slot_id: z.string().nullable(),
  backup_id: z.string().nullable(),
  parent_id: z.string().nullable(),
  attempt: z.number().int(),
  max_attempts: z.number().int(),
  run_after: instantSchema,
  window_until: instantSchema.nullable(),
  status_reason: z.string().nullable(),
  error: jobErrorSchema.nullable(),
  progress: jobProgressSchema.nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  created_at: instantSchema,
  started_at: instantSchema.nullable(),
  finished_at: instantSchema.nullable(),
});
export type Job = z.infer<typeof jobSchema>;

export const stepStates = ["RUNNING", "SUCCEEDED", "FAILED"] as const;
export const stepSchema = z.object({
  job_id: z.string(),
  seq: z.number().int(),
  name: z.string(),
  state: z.enum(stepStates),
  attempt: z.number().int(),
  started_at: instantSchema,
  finished_at: instantSchema.nullable(),
});
export type Step = z.infer<typeof stepSchema>;
export type StepState = Step["state"];

import * as z from "zod";
import { instantSchema } from "../model/index.ts";

export const walGapSchema = z.object({
  timeline: z.number().int(),
  from_lsn: z.string(),
  to_lsn: z.string(),
  from_time: instantSchema.nullable(),
  reason: z.string(),
  found_at: instantSchema,
});

/** How the streaming of one workload's write-ahead log stands. */
export const walArchiveSchema = z.object({
  workload_id: z.string(),
  workload_name: z.string(),
  project_id: z.string(),
  /** STARTING, STREAMING, RETRYING, or STOPPED when no server holds its lease. */
  state: z.string(),
  status_reason: z.string().nullable(),
  message: z.string().nullable(),
  system_identifier: z.string().nullable(),
  timeline: z.number().int().nullable(),
  slot_name: z.string(),
  slot_status: z.string().nullable(),
  /** Log the server keeps for us. */
  slot_retained_bytes: z.number().nullable(),
  flushed_lsn: z.string().nullable(),
  server_lsn: z.string().nullable(),
  lag_bytes: z.number().nullable(),
  last_commit_at: instantSchema.nullable(),
  /** Age of the last transaction that is durable here. */
  rpo_seconds: z.number().nullable(),
  heartbeat_at: instantSchema.nullable(),
  heartbeat_error: z.string().nullable(),
  gaps: z.array(walGapSchema),
  updated_at: instantSchema,
});
export type WalArchiveView = z.infer<typeof walArchiveSchema>;

/** What became of a file that a server pushed. */
export const walPushedSchema = z.object({
  /** `stored`, `held` when the same bytes were there, `passed` when no recovery needs it. */
  outcome: z.enum(["stored", "held", "passed"]),
  system_identifier: z.string(),
  timeline: z.number().int(),
  end_lsn: z.string().nullable(),
});
export type WalPushedView = z.infer<typeof walPushedSchema>;

export const walFileParamsSchema = z.strictObject({
  id: z.string().min(1).max(128),
  name: z.string().regex(/^[0-9A-F]{8}[0-9A-F.a-z]{0,56}$/, "a file's name as PostgreSQL archives it"),
});

export const walArchivesSchema = z.object({ items: z.array(walArchiveSchema) });

/** To which points a backup of a database can be recovered. */
export const restorableSchema = z.object({
  earliest: instantSchema,
  earliest_lsn: z.string(),
  latest: instantSchema.nullable(),
  latest_lsn: z.string(),
  timeline: z.number().int().nullable(),
  gap: z
    .object({ timeline: z.number().int().nullable(), from_lsn: z.string(), to_lsn: z.string().nullable() })
    .nullable(),
  summary: z.string(),
});
export type RestorableView = z.infer<typeof restorableSchema>;

export const recoveryBaseQuerySchema = z.strictObject({
  to_time: instantSchema.optional(),
  to_lsn: z.string().max(20).optional(),
  /** MariaDB: a place such as mysql-bin.000042:1234. */
  to_position: z.string().max(300).optional(),
  /** MariaDB: a transaction such as 0-1-4711. */
  to_gtid: z.string().max(60).optional(),
});

/** The backup that a recovery to a point begins with. */
export const recoveryBaseSchema = z.object({
  backup_id: z.string(),
  kind: z.enum(["postgresql", "mariadb", "application"]),
  restorable: restorableSchema,
});

/** How the streaming of one workload's binary log stands. */
export const binlogArchiveSchema = z.object({
  workload_id: z.string(),
  workload_name: z.string(),
  project_id: z.string(),
  /** STARTING, STREAMING, RETRYING, or STOPPED when no server holds its lease. */
  state: z.string(),
  status_reason: z.string().nullable(),
  message: z.string().nullable(),
  file: z.string().nullable(),
  position: z.number().nullable(),
  gtid: z.string().nullable(),
  last_event_at: instantSchema.nullable(),
  /** When everything that the server had written was durable here. */
  complete_at: instantSchema.nullable(),
  rpo_seconds: z.number().nullable(),
  gaps: z.array(
    z.object({
      from: z.string(),
      to: z.string(),
      from_time: instantSchema.nullable(),
      reason: z.string(),
      found_at: instantSchema,
    }),
  ),
  updated_at: instantSchema,
});
export type BinlogArchiveView = z.infer<typeof binlogArchiveSchema>;

export const binlogArchivesSchema = z.object({ items: z.array(binlogArchiveSchema) });

import * as z from "zod";
import { instantSchema, nameSchema } from "../model/index.ts";

const caFile = z.string().regex(/^\//, "an absolute path on the server").max(500).optional();

/** Where the audit log is sent on to. */
export const newSinkRequestSchema = z.strictObject({
  name: nameSchema,
  format: z.enum(["ocsf", "cef"]),
  to: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("syslog"),
      host: z.string().min(1).max(255),
      port: z.int().min(1).max(65_535),
      ca_file: caFile,
    }),
    z.strictObject({ kind: z.literal("https"), url: z.url().max(1000), ca_file: caFile }),
  ]),
  /** Of the authorization header of an https sink. */
  secret_ref: z
    .string()
    .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, "env:NAME or file:/PATH")
    .optional(),
  /** All that is in the log, and not only what comes. */
  from_start: z.boolean().optional(),
});

export const sinkSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["syslog", "https"]),
  format: z.enum(["ocsf", "cef"]),
  config: z.record(z.string(), z.unknown()),
  has_secret: z.boolean(),
  /** Sequence number of the last entry that arrived. */
  cursor: z.number().int(),
  sent_count: z.number().int(),
  /** Entries that have not arrived yet. */
  backlog: z.number().int(),
  oldest_unsent_at: instantSchema.nullable(),
  failures_in_row: z.number().int(),
  next_at: instantSchema,
  last_ok_at: instantSchema.nullable(),
  last_error: z.string().nullable(),
  last_error_at: instantSchema.nullable(),
  created_at: instantSchema,
  created_by: z.string(),
});

export const sinksSchema = z.object({ items: z.array(sinkSchema) });

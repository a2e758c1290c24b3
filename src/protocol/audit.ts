import * as z from "zod";
import { instantSchema } from "../model/index.ts";

const loose = z.record(z.string(), z.unknown()).nullable();

export const auditEntrySchema = z.object({
  sequence: z.number().int(),
  time: instantSchema,
  actor_kind: z.string(),
  actor_id: z.string(),
  actor_name: z.string(),
  /** From where; `socket` for the unix socket of the machine. */
  address: z.string(),
  user_agent: z.string(),
  /** The route's operation id. */
  action: z.string(),
  method: z.string(),
  path: z.string(),
  project_id: z.string().nullable(),
  subject: z.string().nullable(),
  outcome: z.enum(["DONE", "REFUSED", "PENDING_APPROVAL"]),
  status: z.number().int(),
  /** The header `x-reason`, or the body's `reason`. */
  reason: z.string().nullable(),
  request: loose,
  before: loose,
  after: loose,
  request_id: z.string(),
  prev_hash: z.string(),
  /** SHA-256 over the canonical JSON of all the other members. */
  hash: z.string(),
});

export const auditVerdictSchema = z.object({
  valid: z.boolean(),
  entries: z.number().int(),
  head: z.object({ sequence: z.number().int(), hash: z.string() }),
  broken_at: z.number().int().nullable(),
  detail: z.string().nullable(),
});

const kindSchema = z.enum(["in_place_restore", "delete", "retention_shortening", "lock_bypass", "emergency_rotation"]);

export const approvalSchema = z.object({
  id: z.string(),
  kind: kindSchema,
  operation_id: z.string(),
  path: z.string(),
  body: loose,
  project_id: z.string().nullable(),
  requested_by: z.string(),
  reason: z.string().nullable(),
  state: z.enum(["PENDING", "APPROVED", "REJECTED", "EXPIRED"]),
  decided_by: z.string().nullable(),
  /** What the operation answered once it was approved. */
  result: loose,
  created_at: instantSchema,
  expires_at: instantSchema,
  decided_at: instantSchema.nullable(),
});

export const approvalRulesSchema = z.object({
  items: z.array(z.object({ kind: kindSchema, project_id: z.string().nullable() })),
  next_page_token: z.null(),
});

export const approvalRuleRequestSchema = z.strictObject({
  kind: kindSchema,
  /** Id or name; without it in all projects. */
  project: z.string().min(1).max(128).optional(),
  /** False takes the rule away. */
  required: z.boolean(),
});

import * as z from "zod";
import { instantSchema, nameSchema } from "../model/index.ts";

const channelKinds = ["email", "webhook", "slack", "pagerduty", "alertmanager"] as const;

export const channelViewSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(channelKinds),
  /** Where to; an address that is a secret is not part of it. */
  config: z.record(z.string(), z.unknown()),
  /** Where the secret is kept, never the secret. */
  secret_ref: z.string().nullable(),
  failures_in_row: z.number().int(),
  last_error: z.string().nullable(),
  last_error_at: instantSchema.nullable(),
  last_ok_at: instantSchema.nullable(),
  created_at: instantSchema,
});
export type ChannelView = z.infer<typeof channelViewSchema>;

export const addChannelRequestSchema = z.strictObject({
  name: nameSchema,
  kind: z.enum(channelKinds),
  config: z.record(z.string(), z.unknown()),
  secret_ref: z.string().max(4096).optional(),
});

export const deliveryViewSchema = z.object({
  id: z.string(),
  channel_id: z.string(),
  channel_name: z.string(),
  alert_id: z.string().nullable(),
  person: z.string().nullable(),
  kind: z.string(),
  state: z.enum(["PENDING", "SENT", "FAILED", "CANCELED"]),
  attempt: z.number().int(),
  next_at: instantSchema,
  last_error: z.string().nullable(),
  created_at: instantSchema,
  sent_at: instantSchema.nullable(),
});
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

export const oncallQuerySchema = z.strictObject({
  at: instantSchema.optional().describe("Instead of now"),
});
export const oncallViewSchema = z.object({
  at: instantSchema,
  on_call: z.array(
    z.object({
      rotation: z.string(),
      person: z.string().nullable(),
      because: z.string(),
      until: instantSchema,
      next: z.string().nullable(),
    }),
  ),
  /** People, rotations, escalation: what `baas oncall set` takes. */
  config: z.record(z.string(), z.unknown()),
});
export type OncallView = z.infer<typeof oncallViewSchema>;

export const shiftsQuerySchema = z.strictObject({
  from: instantSchema.optional().describe("Without it a day ago"),
  until: instantSchema.optional().describe("Without it 14 days ahead; at most 62 days after from"),
});
/** Who is on call when, rotation by rotation, without a gap. */
export const shiftsSchema = z.object({
  from: instantSchema,
  until: instantSchema,
  items: z.array(
    z.object({
      rotation: z.string(),
      person: z.string().nullable(),
      because: z.string(),
      override_id: z.string().nullable(),
      from: instantSchema,
      until: instantSchema,
    }),
  ),
});
export type ShiftsView = z.infer<typeof shiftsSchema>;

export const setOncallRequestSchema = z.strictObject({ config: z.record(z.string(), z.unknown()) });
export const addOverrideRequestSchema = z.strictObject({
  rotation: nameSchema,
  person: nameSchema,
  /** Without it from now on. */
  from: instantSchema.optional(),
  until: instantSchema,
});
export const overrideViewSchema = z.object({
  id: z.string(),
  rotation: z.string(),
  person: z.string(),
  from_at: instantSchema,
  until_at: instantSchema,
  created_by: z.string(),
});

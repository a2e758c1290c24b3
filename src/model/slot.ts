import * as z from "zod";
import { instantSchema } from "./common.ts";
import { scheduleRules } from "./policy.ts";

/** How a slot of a schedule ended. Each gets exactly one, and it never changes. */
export const slotOutcomes = [
  "SUCCEEDED",
  "SUCCEEDED_WITH_WARNINGS",
  "FAILED",
  "EXPIRED",
  "SKIPPED",
  "COVERED_BY",
  "CANCELED",
] as const;
export const slotOutcomeSchema = z.enum(slotOutcomes);
export type SlotOutcome = z.infer<typeof slotOutcomeSchema>;

/** One planned run: workload × policy × rule × time. */
export const slotSchema = z.object({
  id: z.string(),
  workload_id: z.string(),
  policy_id: z.string(),
  policy_version: z.number().int(),
  rule: z.enum(scheduleRules),
  /** The time the schedule names. */
  slot_at: instantSchema,
  /** With the workload's share of the jitter: not started before. */
  due_at: instantSchema,
  window_until: instantSchema,
  /** Null while it is not decided. */
  outcome: slotOutcomeSchema.nullable(),
  reason: z.string().nullable(),
  /** The job that runs it, or the one that covers it. */
  job_id: z.string().nullable(),
});
export type Slot = z.infer<typeof slotSchema>;

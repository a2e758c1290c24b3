import * as z from "zod";
import { instantSchema } from "../model/index.ts";

export const alertStates = ["OPEN", "ACKNOWLEDGED", "RESOLVED"] as const;
const stepSchema = z.enum(["alert", "investigation", "customer", "root_cause", "remedy", "review"]);

export const alertViewSchema = z.object({
  id: z.string(),
  rule: z.string(),
  severity: z.number().int(),
  state: z.enum(alertStates),
  project_id: z.string().nullable(),
  project_name: z.string().nullable(),
  subject: z.string(),
  /** One sentence. */
  summary: z.string(),
  /** What the cause hurts. */
  members: z.array(z.string()),
  opened_at: instantSchema,
  last_seen_at: instantSchema,
  acknowledged_at: instantSchema.nullable(),
  acknowledged_by: z.string().nullable(),
  resolved_at: instantSchema.nullable(),
  resolved_by: z.string().nullable(),
  resolution: z.string().nullable(),
  /** The clock that runs out next, or ran out first; null: none runs. */
  next_clock: z.object({ step: stepSchema, due_at: instantSchema }).nullable(),
});
export type AlertView = z.infer<typeof alertViewSchema>;

const timerViewSchema = z.object({
  step: stepSchema,
  due_at: instantSchema,
  met_at: instantSchema.nullable(),
  met_by: z.string().nullable(),
  note: z.string().nullable(),
  breached_at: instantSchema.nullable(),
});

export const alertDetailSchema = alertViewSchema.extend({
  details: z.record(z.string(), z.unknown()),
  /** Path of the page that says what to do. */
  runbook: z.string(),
  /** The clocks that run for it. */
  timers: z.array(timerViewSchema),
  /** What happened to it, oldest first. */
  history: z.array(z.object({ time: instantSchema, type: z.string(), data: z.record(z.string(), z.unknown()) })),
});
export type AlertDetail = z.infer<typeof alertDetailSchema>;

const noteSchema = z.string().min(1).max(4000);
export const acknowledgeAlertRequestSchema = z.strictObject({ note: noteSchema.optional() });
export const resolveAlertRequestSchema = z.strictObject({ note: noteSchema });
/** Says that a clock is met: the customer was told, the root cause found. */
export const markAlertRequestSchema = z.strictObject({ step: stepSchema, note: noteSchema });

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
export const calendarViewSchema = z.object({
  /** Name of the project; null for every project without one of its own. */
  project: z.string().nullable(),
  timezone: z.string(),
  workdays: z.array(z.number().int()),
  opens: z.string(),
  closes: z.string(),
  holidays: z.array(z.string()),
});
export type CalendarView = z.infer<typeof calendarViewSchema>;
export const calendarQuerySchema = z.strictObject({ project: z.string().max(128).optional() });
export const setCalendarRequestSchema = z.strictObject({
  project: z.string().max(128).optional(),
  timezone: z.string().max(64),
  /** 1 is Monday. */
  workdays: z.array(z.number().int().min(1).max(7)).min(1).max(7),
  opens: timeOfDay,
  closes: timeOfDay,
  holidays: z.array(z.iso.date()).max(1000),
});

import * as z from "zod";
import { jobProgressSchema, jobSchema, jobStateSchema, stepSchema } from "../model/index.ts";

export const jobViewSchema = jobSchema.extend({ workload_name: z.string().nullable() });
export type JobView = z.infer<typeof jobViewSchema>;

export const jobDetailSchema = jobViewSchema.extend({ steps: z.array(stepSchema) });
export type JobDetail = z.infer<typeof jobDetailSchema>;

/** Of `/v1/events`. */
export const eventsQuerySchema = z.strictObject({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe("Start behind this sequence number; Last-Event-ID wins over it"),
  subject: z.string().max(128).optional().describe("Only events about this id"),
});
export const eventsHeadersSchema = z.object({
  "last-event-id": z
    .string()
    .regex(/^\d{1,16}$/)
    .optional()
    .describe("Sequence number of the last event that was read"),
});

/** `data` of a job stream's `progress` events. */
export const jobProgressEventSchema = z.object({
  job_id: z.string(),
  state: jobStateSchema,
  attempt: z.number().int(),
  progress: jobProgressSchema.nullable(),
});
export type JobProgressEvent = z.infer<typeof jobProgressEventSchema>;

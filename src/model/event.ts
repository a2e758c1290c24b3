import * as z from "zod";
import { instantSchema } from "./common.ts";

/** CloudEvents 1.0 in structured JSON, with the sequence extension: durable and in order. */
export const eventSchema = z.object({
  specversion: z.literal("1.0"),
  id: z.string(),
  /** e.g. `holdfast.job.state`. */
  type: z.string(),
  source: z.string(),
  /** Id of what it is about. */
  subject: z.string(),
  time: instantSchema,
  datacontenttype: z.literal("application/json"),
  sequence: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type Event = z.infer<typeof eventSchema>;

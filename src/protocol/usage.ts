import * as z from "zod";

const month = z.string().max(16).describe("A calendar month in UTC, e.g. 2026-11");

export const usageQuerySchema = z.strictObject({
  /** By name or id. */
  project: z.string().min(1).max(128),
  month,
});

export const usageSchema = z.object({
  project: z.string(),
  project_id: z.string(),
  month: z.string(),
  hours_in_month: z.number().int(),
  last_record: z.number().int(),
  lines: z.array(
    z.object({
      meter: z.string(),
      class: z.string(),
      region: z.string().nullable(),
      to_region: z.string().nullable(),
      unit: z.enum(["byte_hours", "bytes", "count"]),
      /** Whole numbers as text: byte-hours pass what a JSON number holds. */
      quantity: z.string(),
      corrected: z.string(),
      hours: z.number().int(),
    }),
  ),
});
export type UsageView = z.infer<typeof usageSchema>;

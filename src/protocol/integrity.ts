import * as z from "zod";
import { instantSchema } from "../model/index.ts";

export const ledgerSchema = z.object({
  items: z.array(
    z.object({
      repository_id: z.string(),
      project: z.string(),
      region: z.string(),
      packs: z.number().int(),
      bytes: z.number(),
      /** Read whole within the set time. */
      read_packs: z.number().int(),
      read_bytes: z.number(),
      damaged_packs: z.number().int(),
      never_read_packs: z.number().int(),
      oldest_read_at: instantSchema.nullable(),
      period_days: z.number().int(),
      /** No pack has gone unread for longer than that. */
      on_time: z.boolean(),
    }),
  ),
});
/** What is left out stays. */
export const setLedgerRequestSchema = z.strictObject({
  days: z.number().int().min(1).max(3650).optional().describe("every pack is read whole within so many days"),
  bytes_per_day_max: z
    .number()
    .int()
    .min(1)
    .max(2 ** 53 - 1)
    .optional()
    .describe("of each repository, read in a day at most"),
});
export const ledgerSettingSchema = z.object({ days: z.number().int(), bytes_per_day_max: z.number() });
export type LedgerView = z.infer<typeof ledgerSchema>;

export const integrityReportSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  project_name: z.string(),
  /** UTC. */
  day: z.string(),
  report: z.record(z.string(), z.unknown()),
  /** The same, signed with the key of the evidence log (EdDSA). */
  jws: z.string(),
  created_at: instantSchema,
});
export type IntegrityReportView = z.infer<typeof integrityReportSchema>;

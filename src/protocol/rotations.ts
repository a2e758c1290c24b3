import * as z from "zod";

const phase = z.enum(["hot", "warm", "cold"]);
const count = z.number().int();

export const createRotationRequestSchema = z.strictObject({
  /** Id or name. */
  project: z.string().min(1).max(128),
  /** After a compromise: all phases at once, without a limit, and the old version out of use. */
  emergency: z.boolean().default(false),
  /** How fast packs are read and sealed anew in each region, at most. */
  bytes_per_second: z.number().int().positive().optional(),
});

export const rotationPlanSchema = z.object({
  project: z.string(),
  key_id: z.string(),
  old_version: count,
  regions: z.array(
    z.object({
      region: z.string(),
      phases: z.array(
        z.object({
          phase,
          packs: count,
          bytes: z.number(),
          /** These keep their epoch until their lock ends. */
          locked_packs: count,
          locked_bytes: z.number(),
          locked_until: z.string().nullable(),
        }),
      ),
    }),
  ),
});
export type RotationPlan = z.infer<typeof rotationPlanSchema>;

export const rotationSchema = z.object({
  id: z.string(),
  project: z.string(),
  key_id: z.string(),
  /** Every master key of the project: one, and those of regions that have their own. */
  keys: z.array(z.object({ key_id: z.string(), old_version: count, new_version: count.nullable() })),
  state: z.enum(["RUNNING", "DONE", "FAILED", "SUPERSEDED"]),
  old_version: count,
  new_version: count.nullable(),
  epoch: count.nullable(),
  emergency: z.boolean(),
  bytes_per_second_max: z.number().nullable(),
  requested_by: z.string(),
  reason: z.string(),
  job_id: z.string(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  phases: z.array(
    z.object({
      region: z.string(),
      region_id: z.string(),
      phase,
      packs_total: count,
      bytes_total: z.number(),
      packs_done: count,
      bytes_done: z.number(),
      packs_left: count,
      bytes_left: z.number(),
      bytes_per_second: z.number().nullable(),
      left_seconds: z.number().nullable(),
      locked_packs: count,
      locked_bytes: z.number(),
      locked_until: z.string().nullable(),
      /** Cold packs that the storage was asked for and cannot give yet. */
      thawing_packs: count,
      thaw_ready_at: z.string().nullable(),
      due_at: z.string(),
      finished_at: z.string().nullable(),
    }),
  ),
});
export type RotationView = z.infer<typeof rotationSchema>;
export const rotationListSchema = z.object({ items: z.array(rotationSchema) });
export const rotationQuerySchema = z.strictObject({ project: z.string().min(1).max(128).optional() });

export const retireKeyRequestSchema = z.strictObject({
  project: z.string().min(1).max(128),
  /** Name or id of a region that has a key of its own. */
  region: z.string().min(1).max(128).optional(),
  version: z.number().int().min(1),
});

export const setKeyScheduleRequestSchema = z.strictObject({
  project: z.string().min(1).max(128),
  every: z.enum(["annual", "quarterly", "monthly", "never"]),
});
export const keyScheduleSchema = z.object({
  project: z.string(),
  every: z.enum(["annual", "quarterly", "monthly", "never"]),
  last_at: z.string().nullable(),
  next_at: z.string().nullable(),
});
export type KeyScheduleView = z.infer<typeof keyScheduleSchema>;

export const shredProjectRequestSchema = z.strictObject({
  /** The project's name once more. */
  confirm: z.string().max(128).optional(),
});

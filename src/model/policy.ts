import * as z from "zod";
import { durationSchema, nameSchema, timeZoneSchema } from "./common.ts";

/** The rules a schedule may hold, and the retention classes of GFS (grandfather, father, son), finest first. */
export const scheduleRules = ["hourly", "daily", "weekly", "monthly", "cron"] as const;
export type ScheduleRule = (typeof scheduleRules)[number];
export const gfsClasses = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;
export const gfsClassSchema = z.enum(gfsClasses);
export type GfsClass = z.infer<typeof gfsClassSchema>;

export const storageClasses = ["STANDARD", "INFREQUENT", "ARCHIVE"] as const;
export const lockModes = ["GOVERNANCE", "COMPLIANCE"] as const;

const count = z.number().int().min(0).max(10_000);

/** Retention counts: how many periods of each class are kept. A missing class keeps none of its own. */
export const retentionSchema = z.strictObject({
  hourly: count.optional(),
  daily: count.optional(),
  weekly: count.optional(),
  monthly: count.optional(),
  yearly: count.optional(),
  /** The newest good backups, however old. */
  keep_last: count.optional(),
  /** Every good backup younger than this. */
  keep_within: durationSchema.optional(),
});

export const tiersSchema = z.strictObject({
  hot: durationSchema.default("30d"),
  warm: durationSchema.default("90d"),
  cold: durationSchema.default("365d"),
});

export const retrySchema = z.strictObject({
  /** Attempts in all, the first one included. */
  max: z.number().int().min(1).max(20).default(3),
  /** Pause before the second attempt; doubles each time up to an hour. */
  backoff: durationSchema.default("1m"),
});

/**
 * A policy as users write it, with every default filled in. `schedule` keeps the user's text
 * (`daily: "02:00 Asia/Dhaka"`); the control plane's policy room parses it into rules.
 */
export const policySpecSchema = z.strictObject({
  name: nameSchema,
  description: z.string().max(1000).optional(),
  /** Zone of rules that name none, and of the retention periods when no rule names one. */
  timezone: timeZoneSchema.optional(),
  schedule: z.strictObject({
    hourly: z.string().optional(),
    daily: z.string().optional(),
    weekly: z.string().optional(),
    monthly: z.string().optional(),
    cron: z.string().optional(),
  }),
  retention: retentionSchema,
  /** Name of the region that gets a second copy. */
  copy: z.strictObject({ cross_region: nameSchema }).optional(),
  target: z
    .strictObject({
      storage_class: z.enum(storageClasses).optional(),
      object_lock: z
        .strictObject({
          mode: z.enum(lockModes),
          /** Upper bound of a backup's lock; the lock itself follows the backup's own expiry. */
          days: z.number().int().min(1).max(36_500),
        })
        .optional(),
    })
    .optional(),
  /** Ages at which a backup leaves the hot and the warm tier, and for how long the cold one is meant. */
  tiers: tiersSchema.optional(),
  /** Locks every backup to its expiry in COMPLIANCE mode: nobody can delete it before. */
  immutable: z.boolean().default(false),
  /** At most this old may the last good backup be. Without it: derived from the schedule. */
  rpo: durationSchema.optional(),
  /** How long after its time a run may still start. */
  start_window: durationSchema.default("8h"),
  /** How long after its time a run may still be busy. */
  complete_within: durationSchema.default("7d"),
  /** Spread of starts; each workload always gets the same share of it. */
  jitter: durationSchema.default("0s"),
  /** `one`: runs missed while the server was down are made up for by a single one. */
  catch_up: z.enum(["one", "none"]).default("one"),
  catch_up_window: durationSchema.default("7d"),
  /** When the previous run is still busy: skip this one, or let one wait. */
  overlap: z.enum(["skip", "queue_one"]).default("skip"),
  /** Jobs of this policy that may run at once. */
  max_concurrent: z.number().int().min(1).max(10_000).optional(),
  retry: retrySchema.prefault({}),
});
export type PolicySpec = z.infer<typeof policySpecSchema>;
/** What a user may write: every field with a default may be left out. */
export type PolicySpecInput = z.input<typeof policySpecSchema>;

export const policySchema = z.object({
  id: z.string(),
  name: nameSchema,
  /** Grows by one with each edit; backups name the version that made them. */
  version: z.number().int(),
  /** Shipped with the product. */
  template: z.boolean(),
  spec: policySpecSchema,
  created_at: z.string(),
  updated_at: z.string(),
});
export type Policy = z.infer<typeof policySchema>;

import * as z from "zod";
import { instantSchema } from "../model/index.ts";

const place = {
  /** By name or id. */
  project: z.string().min(1).max(128),
  region: z.string().min(1).max(128),
};
const tierSchema = z.enum(["hot", "warm", "cold"]);
const sumSchema = z.object({ packs: z.number().int(), bytes: z.number() });
const perTier = <T extends z.ZodType>(schema: T) => z.object({ hot: schema, warm: schema, cold: schema });
const price = z.number().min(0).max(1000).nullable();
const days = z.number().int().min(0).max(3650);
const storageClass = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, "a storage class such as STANDARD_IA");

export const tierPlaceSchema = z.strictObject(place);

/** What a run would do. */
export const tierPlanSchema = z.object({
  moves_by: z.array(sumSchema.extend({ from: tierSchema, to: tierSchema })),
  /** Packs that another tier would do for, and that stay: by why. */
  deferred: z.object({ minimum: sumSchema, expires: sumSchema, locked: sumSchema }),
  now: perTier(sumSchema),
  after: perTier(sumSchema),
  /** A month, at the region's prices; null where one of them is not said. */
  saves_month: z.number().nullable(),
  backups: perTier(z.number().int()),
});
export type TierPlanView = z.infer<typeof tierPlanSchema>;

export const tierStatusSchema = z.object({
  items: z.array(
    z.object({
      project_id: z.string(),
      project: z.string(),
      region_id: z.string(),
      region: z.string(),
      enabled: z.boolean(),
      last_run_at: instantSchema.nullable(),
      tiers: z.record(z.string(), z.unknown()).nullable(),
      packs_moved: z.number().int().nullable(),
      packs_thawing: z.number().int().nullable(),
    }),
  ),
});
export type TierStatusView = z.infer<typeof tierStatusSchema>["items"][number];

export const tierSettingsRequestSchema = z.strictObject({
  enabled: z.boolean().optional(),
  price_gib_month: z.strictObject({ hot: price.optional(), warm: price.optional(), cold: price.optional() }).optional(),
  min_days: z.strictObject({ hot: days.optional(), warm: days.optional(), cold: days.optional() }).optional(),
  thaw_hours: z.number().min(0).max(720).optional(),
  thaw_price_gib: price.optional(),
  /** Of a folder: how long a cold object takes to be readable; null: at once, and unasked. */
  thaw_seconds: z.number().int().min(0).max(2_592_000).nullable().optional(),
  /** Of a bucket: its storage classes. */
  classes: z
    .strictObject({ hot: storageClass.optional(), warm: storageClass.optional(), cold: storageClass.optional() })
    .optional(),
});

export const tierSettingsViewSchema = z.object({
  region: z.string(),
  enabled: z.boolean(),
  price_gib_month: perTier(price),
  min_days: perTier(days),
  thaw_hours: z.number(),
  thaw_price_gib: price,
});

export const createThawRequestSchema = z.strictObject({
  backup_id: z.string().min(1).max(128),
  /** Id or name; by default the backup's own. */
  region: z.string().min(1).max(128).optional(),
  keep_hours: z.number().int().min(1).max(8760).optional(),
});

export const thawEstimateSchema = z.object({
  backup_id: z.string(),
  region: z.string(),
  packs: z.number().int(),
  bytes: z.number(),
  expected_at: instantSchema,
  /** Null: the region's price is not said. */
  cost: z.number().nullable(),
});
export type ThawEstimateView = z.infer<typeof thawEstimateSchema>;

export const thawQuerySchema = z.strictObject({ backup_id: z.string().max(128).optional() });

export const thawListSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      backup_id: z.string(),
      region: z.string(),
      job_id: z.string().nullable(),
      /** `EXPIRED`: it was readable, and is no more. */
      state: z.enum(["THAWING", "READY", "FAILED", "EXPIRED"]),
      packs: z.number().int(),
      bytes: z.number(),
      cost: z.number().nullable(),
      expected_at: instantSchema.nullable(),
      requested_at: instantSchema,
      ready_at: instantSchema.nullable(),
      expires_at: instantSchema.nullable(),
    }),
  ),
});
export type ThawView = z.infer<typeof thawListSchema>["items"][number];

import * as z from "zod";
import { instantSchema, jobStateSchema, tagsSchema, workloadTypeSchema } from "../model/index.ts";
import { proofSchema } from "./drills.ts";

export const coverageQuerySchema = z.strictObject({
  project: z.string().max(128).optional().describe("Id or name; without it all projects"),
  workloads: z.string().max(8192).optional().describe("Only these: ids joined by commas, at most 200"),
});

export const workloadCoverageSchema = z.object({
  workload_id: z.string(),
  name: z.string(),
  type: workloadTypeSchema,
  project: z.string(),
  tags: tagsSchema,
  status: z.enum(["protected", "excepted", "at_risk"]),
  policies: z.array(z.object({ name: z.string(), reasons: z.array(z.string()) })),
  rpo_seconds: z.number().nullable(),
  last_good_backup: z.object({ id: z.string(), created_at: instantSchema, age_seconds: z.number() }).nullable(),
  /** Null when no policy sets one. */
  rpo_met: z.boolean().nullable(),
  next_run_at: instantSchema.nullable(),
  exception: z
    .object({ owner: z.string().nullable(), reason: z.string().nullable(), expires_at: z.string().nullable() })
    .nullable(),
  findings: z.array(
    z.object({ code: z.string(), level: z.enum(["risk", "warning"]), message: z.string(), fix: z.string() }),
  ),
  /** The last drill that restored it; null: never. */
  proof: proofSchema.nullable(),
});
export type WorkloadCoverageView = z.infer<typeof workloadCoverageSchema>;

/** Is everything protected, and if not, why not and what to do. */
export const coverageSchema = z.object({
  generated_at: instantSchema,
  project: z.string().nullable(),
  totals: z.object({
    workloads: z.number().int(),
    protected: z.number().int(),
    excepted: z.number().int(),
    at_risk: z.number().int(),
    /** Of those under a policy: how many a drill has proven to restore as they are now. */
    proven: z.number().int(),
  }),
  /** Ids or names of tagged workloads that no policy matches. */
  uncovered: z.array(z.string()),
  workloads: z.array(workloadCoverageSchema),
});
export type CoverageView = z.infer<typeof coverageSchema>;

export const overviewQuerySchema = coverageQuerySchema.pick({ project: true });

/** One look at everything. */
export const overviewSchema = z.object({
  generated_at: instantSchema,
  coverage: coverageSchema.shape.totals.extend({
    /** Tagged workloads that no policy matches. */
    uncovered: z.number().int(),
  }),
  rpo: z.array(
    z.object({
      policy: z.string(),
      rpo_seconds: z.number(),
      workloads: z.number().int(),
      met: z.number().int(),
      /** Names of the first 20 that miss it. */
      missed: z.array(z.string()),
    }),
  ),
  /** Backup runs of the last 24 hours: the 60 workloads with the most failures. */
  activity: z.object({
    since: instantSchema,
    until: instantSchema,
    /** Runs by state. */
    counts: z.record(z.string(), z.number().int()),
    workloads_total: z.number().int(),
    workloads: z.array(
      z.object({
        workload_id: z.string(),
        name: z.string(),
        project: z.string(),
        failed: z.number().int(),
        runs: z.array(
          z.object({
            job_id: z.string(),
            state: jobStateSchema,
            status_reason: z.string().nullable(),
            started_at: instantSchema,
            finished_at: instantSchema.nullable(),
          }),
        ),
      }),
    ),
  }),
  storage: z.array(
    z.object({
      region: z.string(),
      backups: z.number().int(),
      copies: z.number().int(),
      /** What the protected data would take without compression and deduplication. */
      source_bytes: z.number(),
      /** What these backups and copies added to the region when they were made. */
      stored_bytes: z.number(),
    }),
  ),
});
export type OverviewView = z.infer<typeof overviewSchema>;

/** What packs take by tier, as measured hour by hour, and where that leads. */
export const storageGrowthSchema = z.object({
  generated_at: instantSchema,
  /** How the figures ahead come about. */
  method: z.string(),
  /** Of the last 90. */
  days_measured: z.number().int(),
  /** With fewer, nothing is said about what comes. */
  days_needed: z.number().int(),
  tiers: z.array(
    z.object({
      tier: z.enum(["hot", "warm", "cold"]),
      /** Of the newest measured day, like each of `history`: the mean of its hours. */
      bytes: z.number(),
      history: z.array(z.object({ day: z.string(), bytes: z.number() })),
      change_bytes_per_day: z.number().nullable(),
      ahead: z
        .array(z.object({ days: z.number().int(), bytes: z.number(), low_bytes: z.number(), high_bytes: z.number() }))
        .nullable(),
    }),
  ),
});
export type StorageGrowthView = z.infer<typeof storageGrowthSchema>;

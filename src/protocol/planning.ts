import * as z from "zod";
import { gfsClasses, gfsClassSchema, instantSchema, scheduleRules, storeConfigSchema } from "../model/index.ts";

/** Of a preview: how many runs to look ahead. */
export const previewQuerySchema = z.strictObject({
  runs: z.coerce.number().int().min(1).max(100).default(10).describe("How many runs to look ahead"),
});

export const previewRequestSchema = z.union([
  z.strictObject({ yaml: z.string().min(1).max(65_536) }),
  z.strictObject({ spec: z.record(z.string(), z.unknown()) }),
]);

/** What a policy would do: the next runs, and what each backup would carry, until when, and why. */
export const previewSchema = z.object({
  rpo_seconds: z.number(),
  /** Zone in which the retention counts. */
  zone: z.string(),
  runs: z.array(
    z.object({
      at: instantSchema,
      rules: z.array(z.enum(scheduleRules)),
      classes: z.array(gfsClassSchema),
      retain_until: instantSchema.nullable(),
      lock_until: instantSchema.nullable(),
      reasons: z.array(z.string()),
    }),
  ),
  kept: z.array(
    z.object({ class: z.enum([...gfsClasses, "keep_last", "keep_within"]), count: z.number().int(), text: z.string() }),
  ),
  warnings: z.array(z.string()),
});
export type PreviewView = z.infer<typeof previewSchema>;

const reattachedSchema = z.object({ workload_id: z.string(), name: z.string(), reasons: z.array(z.string()) });

/** What a policy covers now, beside what it covered before. */
export const reattachSchema = z.object({
  policy: z.string(),
  added: z.array(reattachedSchema),
  removed: z.array(reattachedSchema),
  unchanged: z.array(reattachedSchema),
});
export type ReattachView = z.infer<typeof reattachSchema>;

/** How copies may use the way from one region to another. */
export const regionLinkSchema = z.object({
  from_region: z.string(),
  to_region: z.string(),
  /** All copies of a server together; null: as fast as it goes. */
  bytes_per_second: z.number().nullable(),
  /** Hours of each day in a zone; null: at all times. */
  window: z.string().nullable(),
  open: z.boolean(),
  /** Null while it is open. */
  opens_at: instantSchema.nullable(),
});
export type RegionLinkView = z.infer<typeof regionLinkSchema>;
export const regionLinkListSchema = z.object({ items: z.array(regionLinkSchema) });

/** What is left out stays; null takes it away. */
export const regionLinkRequestSchema = z.strictObject({
  from: z.string().min(1).max(128).describe("Id or name of the region that copies come from"),
  to: z.string().min(1).max(128).describe("Id or name of the region that they go to"),
  bytes_per_second: z.number().int().min(1024).max(1e12).nullable().optional(),
  window: z.string().max(64).nullable().optional().describe("For example 22:00-06:00 Asia/Dhaka"),
});

export const replicationQuerySchema = z.strictObject({
  policy: z.string().max(128).optional().describe("Id or name; without it all policies"),
});

/** How a bucket that is replicated, or watched between its backups, stands. */
export const bucketStreamSchema = z.object({
  workload_id: z.string(),
  workload_name: z.string(),
  project_id: z.string(),
  /** STARTING, STREAMING, RETRYING, or STOPPED when no server does it. */
  state: z.string(),
  status_reason: z.string().nullable(),
  message: z.string().nullable(),
  /** Service and bucket; null: it is not replicated. */
  target: z.string().nullable(),
  /** Age of the oldest change known to be missing in the target; until a first complete comparison, since it began. */
  lag_seconds: z.number().nullable(),
  missing_keys: z.number(),
  missing_bytes: z.number(),
  /** A comparison goes on: more may be missing. */
  missing_more: z.boolean(),
  /** Keys that could not be brought over, and the first of them. */
  failed_keys: z.number(),
  failure: z.string().nullable(),
  /** Everything that was there then is in the target. */
  complete_at: instantSchema.nullable(),
  compared_at: instantSchema.nullable(),
  versions: z.number().nullable(),
  copied_versions: z.number(),
  copied_bytes: z.number(),
  deleted_keys: z.number(),
  /** Keys of the target that somebody else wrote to. */
  conflicts: z.number(),
  /** An address for events was made; when the last came. */
  events: z.boolean(),
  told_at: instantSchema.nullable(),
  /** A change that no backup was asked for yet; when one was asked for, for a change. */
  changed_at: instantSchema.nullable(),
  asked_at: instantSchema.nullable(),
  updated_at: instantSchema,
});
export type BucketStreamView = z.infer<typeof bucketStreamSchema>;
export const bucketStreamsSchema = z.object({ items: z.array(bucketStreamSchema) });

export const bucketEventsRequestSchema = z.strictObject({
  /**
   * Where the bucket's service reaches this server, e.g. `https://backup.example.com`; by default as the caller did.
   */
  base_url: z
    .url({ protocol: /^https?$/ })
    .max(1000)
    .optional(),
  /** The bucket's service is told to push there. */
  register: z.boolean().default(false),
});
export const bucketEventsSchema = z.object({
  /** Shown once. Whoever knows it can have keys of the bucket looked at, and nothing more. */
  url: z.string().nullable(),
  /** What pushes to it; null: nothing was told to. */
  topic: z.string().nullable(),
});
export const bucketEventsTakenSchema = z.object({ keys: z.number().int() });

export const replicationSchema = z.object({
  /** Of all pairs, the worst. */
  lag_seconds: z.number(),
  failures_24h: z.number().int(),
  pairs: z.array(
    z.object({
      from_region: z.string(),
      to_region: z.string(),
      /** Age of the oldest backup not copied yet; with nothing left to copy, how long the newest copy took. */
      lag_seconds: z.number(),
      pending: z.number().int(),
      failed: z.number().int(),
      oldest_uncopied: z.string().nullable(),
      newest_copy_at: instantSchema.nullable(),
      newest_lag_seconds: z.number().nullable(),
      failures_24h: z.number().int(),
      copied_bytes_24h: z.number(),
      bytes_per_second_24h: z.number().nullable(),
      /** What the backups that wait added when they were made, less what is on its way. */
      backlog_bytes: z.number(),
      /** What backups that are to be copied added in the last 24 hours. */
      source_bytes_24h: z.number(),
      link: regionLinkSchema.nullable(),
      /** Why copies wait, what has to change first being told first; null: none waits. */
      cause: z
        .enum([
          "window_closed",
          "target_quota",
          "link_down",
          "copy_failed",
          "source_faster_than_link",
          "copying",
          "queued",
        ])
        .nullable(),
      cause_text: z.string().nullable(),
    }),
  ),
});
export type ReplicationView = z.infer<typeof replicationSchema>;

export const sweepRequestSchema = z.strictObject({
  /** By name or id. */
  project: z.string().min(1).max(128),
  region: z.string().min(1).max(128),
});

/** Why a GOVERNANCE lock is bypassed; put on record. */
export const bypassRequestSchema = z.strictObject({ reason: z.string().trim().min(1).max(1000) });

export const createHoldRequestSchema = z
  .strictObject({
    backup_id: z.string().min(1).max(128).optional(),
    /** Id or name; holds all its backups, those to come included. */
    workload: z.string().min(1).max(128).optional(),
    /** Id or name, when several projects have a workload of this name. */
    project: z.string().min(1).max(128).optional(),
    reason: z.string().trim().min(1).max(1000),
  })
  .refine((body) => (body.backup_id === undefined) !== (body.workload === undefined), "name a backup or a workload");

export const releaseHoldRequestSchema = z.strictObject({ reason: z.string().trim().min(1).max(1000) });

/** A legal hold: nothing of it is deleted before it is released. */
export const holdSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  backup_id: z.string().nullable(),
  workload_id: z.string().nullable(),
  reason: z.string(),
  created_by: z.string(),
  created_at: instantSchema,
  released_by: z.string().nullable(),
  released_at: instantSchema.nullable(),
  release_reason: z.string().nullable(),
});

export const holdViewSchema = holdSchema.extend({ workload_name: z.string().nullable() });
export type HoldView = z.infer<typeof holdViewSchema>;

export const rebuildRequestSchema = z.strictObject({
  /** Places of regions that the server does not know (any more); those it knows are read in any case. */
  stores: z.array(storeConfigSchema).max(100).default([]),
});

export const simulateRequestSchema = z.strictObject({
  days: z.int().min(1).max(3660).default(365),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default("EUR"),
  /** The policy as it would be: YAML. Without it only what is stored is looked at. */
  yaml: z.string().min(1).max(65_536).optional(),
});

const forecastSchema = z.object({
  rpo_seconds: z.number(),
  longest_gap_seconds: z.number(),
  /** No pause between two runs is longer than the RPO that the policy promises now. */
  rpo_held: z.boolean(),
  rpo_misses: z.array(instantSchema),
  runs: z.number().int(),
  /** Recovery points that a workload has at the end, oldest first. */
  kept: z.array(z.object({ at: instantSchema, classes: z.array(z.string()), until: instantSchema.nullable() })),
  months: z.array(
    z.object({
      month: z.string(),
      points: z.number().int(),
      bytes: z.object({ hot: z.number(), warm: z.number(), cold: z.number() }),
      transfer_bytes: z.number(),
      cost: z.string().nullable(),
    }),
  ),
  /** Null: the price book lacks a price for it. */
  cost_total: z.string().nullable(),
});

const changedWorkloadSchema = z.object({ workload_id: z.string(), name: z.string(), why: z.string() });

/** What coverage would say right after the change, beside what it says now. */
const coverageChangeSchema = z.object({
  gains_total: z.number().int(),
  /** At risk now, and why; the first 100. */
  gains: z.array(changedWorkloadSchema),
  loses_total: z.number().int(),
  /** At risk with the change, and why; the first 100. */
  loses: z.array(changedWorkloadSchema),
  /** Proofs that a workload restores, which hold for one version of a policy. */
  proofs_ended: z.number().int(),
});

/** What a policy will keep, take and cost: reckoned from its calendar and from what its backups measured. */
export const simulationSchema = z.object({
  policy: z.string(),
  days: z.number().int(),
  currency: z.string(),
  workloads: z.number().int(),
  /** Workloads without two backups yet: their bytes are in no figure. */
  unmeasured: z.number().int(),
  base_bytes: z.number(),
  change_bytes_per_day: z.number(),
  current: forecastSchema,
  changed: forecastSchema.nullable(),
  /** Who would gain or lose coverage; null without a change. */
  coverage: coverageChangeSchema.nullable(),
});
export type SimulationView = z.infer<typeof simulationSchema>;

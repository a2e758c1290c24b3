import * as z from "zod";
import {
  exceptionSchema,
  instantSchema,
  nameSchema,
  projectSchema,
  regionSchema,
  sourceSchema,
  tagKeySchema,
  tagsSchema,
  tagValueSchema,
  workloadSchema,
  workloadTypeSchema,
} from "../model/index.ts";
import { listQuerySchema } from "./common.ts";

export const createRegionRequestSchema = z.strictObject({
  name: nameSchema,
  country: regionSchema.shape.country,
  store: regionSchema.shape.store,
  /** Projects get a master key of their own here, apart from those of other regions. */
  own_keys: z.boolean().optional(),
});

export const setRegionKeysRequestSchema = z.strictObject({
  own_keys: z.boolean(),
});

/** What a region's storage was seen to do. */
export const regionTestSchema = z.object({
  /** The storage, for people; no credentials. */
  store: z.string(),
  /** Nothing dangerous was found. */
  usable: z.boolean(),
  lock_modes: z.array(z.enum(["GOVERNANCE", "COMPLIANCE"])),
  findings: z.array(
    z.object({
      what: z.string(),
      /** `no`: it does not, and Holdfast gets along without. `bad`: it does not, and that is dangerous. */
      verdict: z.enum(["yes", "no", "bad"]),
      detail: z.string(),
    }),
  ),
});

export const createProjectRequestSchema = z.strictObject({
  name: nameSchema,
  /** Id or name of the region its backups go to first. */
  region: z.string().min(1).max(128),
  /** Restores that may touch nothing else go here. */
  sandbox: z.boolean().default(false),
});

/** Null lifts the limit. */
export const projectQuotaRequestSchema = z.strictObject({ quota_bytes: z.number().int().positive().nullable() });

/** A project with what its repositories took when that was last measured. */
export const projectViewSchema = projectSchema.extend({
  region_name: z.string(),
  used_bytes: z.number().nullable(),
  used_at: instantSchema.nullable(),
});
export type ProjectView = z.infer<typeof projectViewSchema>;

export const createWorkloadRequestSchema = z.strictObject({
  name: nameSchema,
  /** Id or name. */
  project: z.string().min(1).max(128),
  type: workloadTypeSchema,
  /** Id or name; without it the project's region. */
  region: z.string().min(1).max(128).optional(),
  source: sourceSchema,
  tags: tagsSchema.default({}),
});

export const updateWorkloadRequestSchema = z
  .strictObject({
    source: sourceSchema.optional(),
    /** Sets the tags given; null takes one away. Others stay. */
    tags: z.record(tagKeySchema, tagValueSchema.nullable()).optional(),
    /** Null takes it back. */
    exception: exceptionSchema.nullable().optional(),
    /** Refuse unless the workload still is at this revision; the same as If-Match. */
    revision: z.number().int().positive().optional(),
  })
  .refine((body) => Object.keys(body).some((key) => key !== "revision"), "name at least one change");

/** A list of workloads is also narrowed by their tags, in the words of a policy's selector. */
export const listWorkloadsQuerySchema = listQuerySchema.extend({
  search: z.string().min(1).max(127).optional().describe("Only workloads whose name contains this, in any case"),
  selector: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .describe(
      "Only workloads with such tags, e.g. `env=prod,tier in (1,2),!temporary`; `*` and `?` in values are globs",
    ),
});

/** A workload with the names of what it belongs to. */
export const workloadViewSchema = workloadSchema.extend({ project_name: z.string(), region_name: z.string() });
export type WorkloadView = z.infer<typeof workloadViewSchema>;

/** What workloads are tagged with, what most have first: at most 200 keys, and 50 values of each. */
export const workloadTagsSchema = z.object({
  items: z.array(
    z.object({ key: z.string(), values: z.array(z.object({ value: z.string(), workloads: z.number().int() })) }),
  ),
});
export type WorkloadTagsView = z.infer<typeof workloadTagsSchema>;

/** As many as a list gives on a page. */
const TAG_WORKLOADS_MAX = 1000;

export const tagWorkloadsRequestSchema = z.strictObject({
  /** Ids. */
  workloads: z.array(z.string().min(1).max(128)).min(1).max(TAG_WORKLOADS_MAX),
  /** Sets the tags given; null takes one away. Others stay. */
  tags: z
    .record(tagKeySchema, tagValueSchema.nullable())
    .refine((tags) => Object.keys(tags).length > 0, "name at least one tag"),
});

/** What came of each, in the order asked. */
export const taggedWorkloadsSchema = z.object({
  changed: z.number().int(),
  /** Had these tags already. */
  unchanged: z.number().int(),
  refused: z.number().int(),
  /** The project of all of them, when they have one in common. */
  project_id: z.string().nullable(),
  items: z.array(
    z.object({
      workload_id: z.string(),
      /** Null of one that is not there. */
      name: z.string().nullable(),
      outcome: z.enum(["CHANGED", "UNCHANGED", "REFUSED"]),
      /** What the named tags were before; null: not set. */
      before: z.record(z.string(), z.string().nullable()),
      /** Why it was refused. */
      error: z.object({ code: z.string(), detail: z.string(), fix: z.string() }).nullable(),
    }),
  ),
});
export type TaggedWorkloads = z.infer<typeof taggedWorkloadsSchema>;

import * as z from "zod";
import { instantSchema, nameSchema } from "./common.ts";

/** Where a region keeps its objects. More kinds follow with the S3 adapter. */
export const storeConfigSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("fs"),
    path: z.string().startsWith("/"),
    quota_bytes: z.number().int().positive().optional(),
  }),
]);

export const regionSchema = z.object({
  id: z.string(),
  name: nameSchema,
  /** ISO 3166-1 alpha-2, upper case: decides which copies stay domestic. */
  country: z.string().regex(/^[A-Z]{2}$/, "a two-letter country code such as BD"),
  store: storeConfigSchema,
  revision: z.number().int(),
  created_at: instantSchema,
});
export type Region = z.infer<typeof regionSchema>;

export const projectSchema = z.object({
  id: z.string(),
  name: nameSchema,
  /** Backups of the project's workloads are written here first, unless the workload names another region. */
  region_id: z.string(),
  revision: z.number().int(),
  created_at: instantSchema,
});
export type Project = z.infer<typeof projectSchema>;

export const workloadTypes = ["vm", "volume", "share", "database", "bucket", "host", "application"] as const;
export const workloadTypeSchema = z.enum(workloadTypes);
export type WorkloadType = z.infer<typeof workloadTypeSchema>;

/** Tag keys and values are case-sensitive. A comma would break selectors (`k=v,k=v`), so it is refused. */
export const tagKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}$/, "1 to 127 letters, digits or ._:/- starting with a letter or digit");
export const tagValueSchema = z
  .string()
  .max(255)
  .regex(/^[^,\r\n\0]*$/, "at most 255 characters, no comma or line break");
export const tagsSchema = z
  .record(tagKeySchema, tagValueSchema)
  .refine((tags) => Object.keys(tags).length <= 64, "at most 64 tags");
export type Tags = Readonly<Record<string, string>>;

/** `files`: folders and files reachable from where the agent (or this server) runs. */
export const filesSourceSchema = z.strictObject({
  kind: z.literal("files"),
  paths: z.array(z.string().startsWith("/", "an absolute path")).min(1).max(1000),
  exclude: z.array(z.string().min(1)).max(1000).default([]),
  /** Do not descend into other file systems mounted below the paths. */
  one_file_system: z.boolean().optional(),
});

/** What to read when this workload is backed up. */
export const sourceSchema = z.discriminatedUnion("kind", [filesSourceSchema]);
export type Source = z.infer<typeof sourceSchema>;

/** A declared gap in protection: someone answers for it, says why, and it ends. */
export const exceptionSchema = z.strictObject({
  owner: z.string().min(1).max(255),
  reason: z.string().min(1).max(1000),
  expires_at: instantSchema,
});
export type Exception = z.infer<typeof exceptionSchema>;

export const workloadSchema = z.object({
  id: z.string(),
  project_id: z.string(),
  name: nameSchema,
  type: workloadTypeSchema,
  region_id: z.string(),
  source: sourceSchema,
  tags: tagsSchema,
  /** Not protected on purpose. */
  exception: exceptionSchema.nullable(),
  revision: z.number().int(),
  created_at: instantSchema,
  updated_at: instantSchema,
});
export type Workload = z.infer<typeof workloadSchema>;

import * as z from "zod";
import { instantSchema } from "../model/index.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "./common.ts";

const pathSchema = z
  .string()
  .max(16_384)
  .default("/")
  .describe("Path from the top of the backup; bytes that are no UTF-8 as `\\xHH`");
const regionSchema = z
  .string()
  .min(1)
  .max(128)
  .optional()
  .describe("Id or name of the region to read from; without it the backup's own, unless that is damaged");

export const fileQuerySchema = z.strictObject({ path: pathSchema, region: regionSchema });

export const fileListQuerySchema = fileQuerySchema.extend({
  page_size: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(PAGE_SIZE_DEFAULT),
  page_token: z.string().max(16_384).optional().describe("`next_page_token` of the page before"),
});

const limitSchema = z.coerce.number().int().min(1).max(10_000).default(1000).describe("How many hits at most");
const patternSchema = z.string().min(1).max(1024);

export const fileFindQuerySchema = fileQuerySchema.extend({
  name: patternSchema.default("*").describe("Name with `*` and `?` as in a shell; case does not count"),
  limit: limitSchema,
});

export const fileSearchQuerySchema = z.strictObject({
  workload: z.string().min(1).max(128).describe("Id, or name together with `project`"),
  project: z.string().min(1).max(128).optional(),
  name: patternSchema.describe("Part of a name, or all of it with `*` and `?`; case does not count"),
  limit: limitSchema,
});

export const fileContentQuerySchema = fileQuerySchema.extend({
  format: z.enum(["raw", "tar"]).default("raw").describe("`tar`: a folder, or a file, as an archive"),
});

/** One entry of a backup. */
export const fileEntrySchema = z.object({
  name: z.string(),
  /** From the top of the backup; give it back as it is. */
  path: z.string(),
  type: z.enum(["file", "directory", "symlink", "block_device", "character_device", "fifo", "socket"]),
  /** Permission bits in octal, e.g. `0644`. */
  mode: z.string(),
  uid: z.number().int(),
  gid: z.number().int(),
  nlink: z.number().int(),
  size_bytes: z.number().int(),
  modified_at: instantSchema,
  /** Of a symlink. */
  target: z.string().nullable(),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

export const fileDetailSchema = fileEntrySchema.extend({
  /** To the nanosecond, since 1970. */
  mtime_ns: z.string(),
  xattrs: z.array(z.object({ name: z.string(), value_base64: z.string() })),
});
export type FileDetail = z.infer<typeof fileDetailSchema>;

export const filePageSchema = z.object({
  backup_id: z.string(),
  path: z.string(),
  items: z.array(fileDetailSchema),
  next_page_token: z.string().nullable(),
});
export type FilePage = z.infer<typeof filePageSchema>;

export const fileSearchSchema = z.object({
  items: z.array(fileEntrySchema.extend({ backup_id: z.string(), created_at: instantSchema })),
  searched_backups: z.number().int(),
  /** False: there is more than was looked at within 25 s, or than `limit` let through. */
  complete: z.boolean(),
});
export type FileSearch = z.infer<typeof fileSearchSchema>;

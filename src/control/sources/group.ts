import * as z from "zod";

export const APPLICATION_KIND = "application";

const partSchema = z.object({
  name: z.string(),
  workload_id: z.string(),
  workload_name: z.string(),
  kind: z.string(),
  backup_id: z.string(),
  region_id: z.string(),
  /** When the state that the part's backup holds was whole. */
  point_ms: z.number(),
});
export type GroupPart = z.infer<typeof partSchema>;

/** What the backup of an application says of itself: which backups of its parts belong together. */
export const groupDetailsSchema = z.object({
  profile: z.string().nullable(),
  parts: z.array(partSchema),
  /** By then every part's state was whole: the earliest common target. */
  point_ms: z.number(),
});
export type GroupDetails = z.infer<typeof groupDetailsSchema>;

/** What a backup's row says of an application; `undefined` for backups of other kinds. */
export function groupOf(details: Readonly<Record<string, unknown>>): GroupDetails | undefined {
  if (details["kind"] !== APPLICATION_KIND) return undefined;
  return groupDetailsSchema.parse(details["source"]);
}

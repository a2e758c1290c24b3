import * as z from "zod";
import type { Db } from "../../platform/db/index.ts";

/** How many jobs may run at once; kept in the settings table under `job_limits`, in force from the next claim. */
export const jobLimitsSchema = z.strictObject({
  /** Per region, for regions that have no figure of their own. */
  region_max: z.number().int().min(1).max(10_000).default(4),
  /** By region id. */
  regions: z.record(z.string(), z.number().int().min(1).max(10_000)).default({}),
  /** Jobs that read or write one workload's source. */
  source_max: z.number().int().min(1).max(100).default(1),
});
export type JobLimits = z.infer<typeof jobLimitsSchema>;

const SETTING = "job_limits";

/** What the server's own configuration says; the settings table wins over it. */
export type LimitDefaults = Partial<Pick<JobLimits, "region_max" | "source_max">>;

export async function readJobLimits(db: Db, defaults: LimitDefaults = {}): Promise<JobLimits> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", SETTING).executeTakeFirst();
  return jobLimitsSchema.parse({ ...defaults, ...(row?.value as object | undefined) });
}

export async function writeJobLimits(db: Db, limits: z.input<typeof jobLimitsSchema>, now: Date): Promise<JobLimits> {
  const value = jobLimitsSchema.parse(limits);
  const text = JSON.stringify(limits); // as given: what it leaves out stays with the configuration
  await db
    .insertInto("settings")
    .values({ key: SETTING, value: text, updated_at: now })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: text, updated_at: now }))
    .execute();
  return value;
}

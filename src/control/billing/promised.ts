import * as z from "zod";
import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";

const KEY = "reports.evidence.";
const settingSchema = z.object({ every: z.literal("quarterly"), since: z.coerce.date() });

/**
 * From now on, or no more: a compliance package of each quarter of a project, made by itself. Promised again, it goes
 * on.
 */
export async function promiseEvidence(
  db: Db,
  project_id: string,
  promised: boolean,
  { clock }: { readonly clock: Clock },
): Promise<void> {
  const key = `${KEY}${project_id}`;
  if (!promised) {
    await db.deleteFrom("settings").where("key", "=", key).execute();
    return;
  }
  const now = new Date(clock.now_ms());
  const value = JSON.stringify({ every: "quarterly", since: now.toISOString() });
  await db
    .insertInto("settings")
    .values({ key, value, updated_at: now })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

/** Projects that are promised packages, and since when. */
export async function promisedEvidence(db: Db): Promise<{ readonly project_id: string; readonly since: Date }[]> {
  const rows = await db.selectFrom("settings").select(["key", "value"]).where("key", "like", `${KEY}%`).execute();
  return rows.map(({ key, value }) => ({
    project_id: key.slice(KEY.length),
    since: settingSchema.parse(value).since,
  }));
}

import type { Selectable } from "kysely";
import type { Tags } from "../../model/index.ts";
import type { Db, DrillClassTable, Ports } from "../../platform/db/index.ts";
import { drillError } from "./errors.ts";

export type DrillClass = Selectable<DrillClassTable>;

/** The tag that says what a workload is worth. */
export const TIER_TAG = "tier";

/** Strictest first. */
export async function listDrillClasses(db: Db): Promise<DrillClass[]> {
  return db.selectFrom("drill_classes").selectAll().orderBy("rank").execute();
}

/** By the tag `tier`; without one, or with one nobody knows, the least strict class. */
export function classOf(tags: Tags, classes: readonly DrillClass[]): DrillClass {
  const tier = tags[TIER_TAG]?.toLowerCase();
  const found = classes.find(
    ({ name, tag_values }) => tier !== undefined && (tag_values.includes(tier) || name === tier),
  );
  const least = classes.at(-1);
  if (least === undefined) throw drillError("DRILL_CLASS_NOT_FOUND", "there is no class of workloads");
  return found ?? least;
}

export type DrillClassChanges = Partial<
  Pick<DrillClass, "rto_seconds" | "rpo_seconds" | "remedy_seconds" | "proof_seconds">
>;

/** Targets are data; drills that ran keep those they were measured against. @throws DRILL_CLASS_NOT_FOUND */
export async function changeDrillClass(
  db: Db,
  name: string,
  changes: DrillClassChanges,
  ports: Pick<Ports, "clock">,
): Promise<DrillClass> {
  const row = await db
    .updateTable("drill_classes")
    .set({ ...changes, updated_at: new Date(ports.clock.now_ms()) })
    .where("name", "=", name)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) throw drillError("DRILL_CLASS_NOT_FOUND", `there is no class ${name}`, { class: name });
  return row;
}

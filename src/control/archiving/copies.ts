import type { Db } from "../../platform/db/index.ts";

/** The other regions that have copies of a workload's backups. */
export async function copyRegions(db: Db, workload_id: string): Promise<string[]> {
  const rows = await db
    .selectFrom("copies")
    .innerJoin("backups", "backups.id", "copies.backup_id")
    .select("copies.region_id")
    .distinct()
    .where("backups.workload_id", "=", workload_id)
    .where("copies.state", "in", ["AVAILABLE", "DAMAGED"])
    .execute();
  return rows.map(({ region_id }) => region_id);
}

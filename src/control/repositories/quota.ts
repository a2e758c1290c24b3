import type { Clock } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { repositoriesError } from "./errors.ts";
import type { Repositories, RepositoryRow } from "./repositories.ts";

export interface UsagePorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly repositories: Repositories;
}

/** Adds up what a repository's packs take in its region, and keeps the figure with its row. */
export async function measureUsage(row: RepositoryRow, { db, clock, repositories }: UsagePorts): Promise<number> {
  const used_bytes = await repositories.useStore(row, async (store) => {
    let bytes = 0;
    for await (const { size_bytes } of store.list("packs/")) bytes += size_bytes;
    return bytes;
  });
  await db
    .updateTable("repositories")
    .set({ used_bytes, used_at: new Date(clock.now_ms()) })
    .where("id", "=", row.id)
    .execute();
  return used_bytes;
}

/**
 * Refuses what would pass the project's quota, before anything is written. What is stored is measured now, in all of
 * its regions; what the new backup will add is taken to be what the workload's last one did.
 * @throws PROJECT_QUOTA_EXCEEDED, STORE_*
 */
export async function assertProjectQuota(
  place: { readonly project_id: string; readonly workload_id: string },
  ports: UsagePorts,
): Promise<void> {
  const { db } = ports;
  const { project_id, workload_id } = place;
  const project = await db.selectFrom("projects").selectAll().where("id", "=", project_id).executeTakeFirstOrThrow();
  const { quota_bytes } = project;
  if (quota_bytes === null) return;
  let used_bytes = 0;
  for (const row of await db
    .selectFrom("repositories")
    .selectAll()
    .where("project_id", "=", project_id)
    .orderBy("id")
    .execute())
    used_bytes += await measureUsage(row, ports);
  const last = await db
    .selectFrom("backups")
    .select("stored_bytes")
    .where("workload_id", "=", workload_id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .orderBy("created_at", "desc")
    .executeTakeFirst();
  const expected_bytes = last?.stored_bytes ?? 0;
  if (used_bytes < quota_bytes && used_bytes + expected_bytes <= quota_bytes) return;
  const more = expected_bytes > 0 ? `, and the last backup of this workload added ${expected_bytes}` : "";
  const message = `project ${project.name} has ${used_bytes} of ${quota_bytes} bytes stored${more}`;
  const context = { project: project.name, used_bytes, quota_bytes, expected_bytes };
  throw repositoriesError("PROJECT_QUOTA_EXCEEDED", message, context);
}

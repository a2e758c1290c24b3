import { HoldfastError } from "../../base/index.ts";
import { parseLsn, pgError } from "../../engine/source/postgresql/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { pgDetailsOf, type Restorable, restorableOf } from "./status.ts";

/**
 * The newest backup that had ended before the point: PostgreSQL would take one that had not, and recover to a later
 * state without a word.
 * @throws PG_TARGET_UNREACHABLE when there is none, or its log does not lead there
 */
export async function chooseBase(
  workload_id: string,
  target: { readonly to_time?: string | undefined; readonly to_lsn?: string | undefined },
  { db, repositories }: { readonly db: Db; readonly repositories: Repositories },
): Promise<{ readonly backup_id: string; readonly restorable: Restorable }> {
  const rows = await db
    .selectFrom("backups")
    .select(["id", "project_id", "region_id", "details"])
    .where("workload_id", "=", workload_id)
    .where("state", "=", "AVAILABLE")
    .orderBy("created_at", "desc")
    .execute();
  const at_ms = target.to_time === undefined ? undefined : Date.parse(target.to_time);
  const lsn = target.to_lsn === undefined ? undefined : parseLsn(target.to_lsn);
  const known = rows.flatMap((row) => {
    const details = pgDetailsOf(row.details);
    return details === undefined ? [] : [{ ...row, details }];
  });
  const chosen = known.find(
    ({ details }) =>
      (at_ms === undefined || details.stopped_at_ms <= at_ms) &&
      (lsn === undefined || parseLsn(details.stop_lsn) <= lsn),
  );
  if (chosen === undefined) {
    const oldest = known.at(-1);
    const earliest = oldest === undefined ? null : new Date(oldest.details.stopped_at_ms).toISOString();
    const point = target.to_time ?? target.to_lsn ?? "now";
    throw pgError(
      "PG_TARGET_UNREACHABLE",
      earliest === null
        ? "this workload has no backup that a server could be recovered from"
        : `no backup had ended before ${point}; the earliest point that can be recovered is ${earliest} (${oldest?.details.stop_lsn ?? ""})`,
      { earliest, latest: null },
    );
  }
  const row = await repositories.find(chosen.project_id, chosen.region_id);
  const restorable = await repositories.use(row, (repository) => restorableOf(repository, chosen.details));
  return { backup_id: chosen.id, restorable };
}

/**
 * To which points a backup can be recovered; `null` for kinds without a log, and when its region cannot be read now.
 */
export async function restorableBackup(
  row: Pick<BackupRow, "state" | "project_id" | "region_id" | "details">,
  { repositories }: { readonly repositories: Repositories },
): Promise<Restorable | null> {
  const details = pgDetailsOf(row.details);
  if (details === undefined || row.state !== "AVAILABLE") return null;
  try {
    const place = await repositories.find(row.project_id, row.region_id);
    return await repositories.use(place, (repository) => restorableOf(repository, details));
  } catch (error) {
    if (error instanceof HoldfastError) return null;
    throw error;
  }
}

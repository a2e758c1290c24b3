import type { Db } from "../../platform/db/index.ts";
import { getBackupRow } from "../catalog/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import { getRegion, listRegions } from "../inventory/index.ts";
import { recoverError } from "./errors.ts";

/** Where a restore reads from: the backup itself, or its copy in another region. */
export interface RestoreSource {
  readonly backup: BackupRow;
  readonly region_id: string;
  readonly region_name: string;
  readonly copy_id: string | null;
}

/**
 * Chooses the region to read from. A damaged backup is never read unasked: its good copies are offered, and the caller
 * names one (or the damaged one, for what is left of it).
 * @throws BACKUP_UNKNOWN, REGION_NOT_FOUND, RESTORE_SOURCE_DAMAGED, RESTORE_NOT_AVAILABLE
 */
export async function chooseSource(db: Db, backup_id: string, region?: string): Promise<RestoreSource> {
  const backup = await getBackupRow(db, backup_id);
  const copies = await db.selectFrom("copies").selectAll().where("backup_id", "=", backup_id).execute();
  const regions = new Map((await listRegions(db)).map((each) => [each.id, each.name]));
  const nameOf = (id: string) => regions.get(id) ?? id;
  const here = { backup, region_id: backup.region_id, region_name: nameOf(backup.region_id), copy_id: null };

  if (region === undefined) {
    if (backup.state === "AVAILABLE" && backup.verified_state !== "INVALID") return here;
    if (backup.state !== "AVAILABLE" && backup.state !== "DAMAGED") throw notAvailable(backup, here.region_name);
    const good = copies
      .filter((copy) => copy.state === "AVAILABLE" && copy.verified_state !== "INVALID")
      .map((copy) => nameOf(copy.region_id));
    const offer = good.length === 0 ? "it has no other copy" : `there is a copy in ${good.join(", ")}`;
    throw recoverError(
      "RESTORE_SOURCE_DAMAGED",
      `backup ${backup.id} is damaged in region ${here.region_name}; ${offer}`,
      {
        backup_id,
        region: here.region_name,
        copies: good,
      },
    );
  }
  const wanted = await getRegion(db, region);
  if (wanted.id === backup.region_id) {
    if (backup.state === "AVAILABLE" || backup.state === "DAMAGED") return here;
    throw notAvailable(backup, wanted.name);
  }
  const copy = copies.find((each) => each.region_id === wanted.id);
  if (copy?.state === "AVAILABLE" || copy?.state === "DAMAGED") {
    return { backup, region_id: wanted.id, region_name: wanted.name, copy_id: copy.id };
  }
  const state = copy === undefined ? "has no copy" : `has a copy that is ${copy.state}`;
  throw recoverError("RESTORE_NOT_AVAILABLE", `backup ${backup.id} ${state} in region ${wanted.name}`, {
    backup_id,
    region: wanted.name,
  });
}

function notAvailable(backup: BackupRow, region: string) {
  const message = `backup ${backup.id} in region ${region} is ${backup.state}`;
  return recoverError("RESTORE_NOT_AVAILABLE", message, { backup_id: backup.id, state: backup.state, region });
}

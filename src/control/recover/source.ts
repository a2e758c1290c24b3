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
  /** It did not verify, and is read all the same. */
  readonly damaged: boolean;
}

/**
 * Chooses the region to read from. What did not verify is not read unless somebody who may says so: the newest good
 * backup is offered instead, and of this one its good copies.
 * @throws BACKUP_UNKNOWN, REGION_NOT_FOUND, RESTORE_SOURCE_DAMAGED, RESTORE_NOT_AVAILABLE
 */
export async function chooseSource(
  db: Db,
  backup_id: string,
  region?: string,
  how: { readonly read_damaged?: boolean } = {},
): Promise<RestoreSource> {
  const backup = await getBackupRow(db, backup_id);
  const copies = await db.selectFrom("copies").selectAll().where("backup_id", "=", backup_id).execute();
  const regions = new Map((await listRegions(db)).map((each) => [each.id, each.name]));
  const nameOf = (id: string) => regions.get(id) ?? id;
  const wanted = region === undefined ? undefined : (await getRegion(db, region)).id;
  const places: readonly Place[] = [
    { ...backup, copy_id: null },
    ...copies.map((copy) => ({ ...copy, copy_id: copy.id })),
  ];
  const place = places.find(({ region_id }) => region_id === (wanted ?? backup.region_id));
  if (place === undefined || (place.state !== "AVAILABLE" && place.state !== "DAMAGED")) {
    const state =
      place === undefined
        ? "has no copy"
        : place.copy_id === null
          ? `is ${place.state}`
          : `has a copy that is ${place.state}`;
    const where = nameOf(wanted ?? backup.region_id);
    const message = `backup ${backup.id} ${state} in region ${where}`;
    throw recoverError("RESTORE_NOT_AVAILABLE", message, { backup_id, region: where });
  }
  const { region_id, copy_id } = place;
  const source = { backup, region_id, region_name: nameOf(region_id), copy_id, damaged: !isGood(place) };
  if (!source.damaged || how.read_damaged === true) return source;
  const good = places.filter((each) => each !== place && isGood(each)).map((each) => nameOf(each.region_id));
  throw refused(source, good, place.verified_at, await newestGood(db, backup, nameOf));
}

interface Place {
  readonly region_id: string;
  readonly copy_id: string | null;
  readonly state: string;
  readonly verified_state: string;
  readonly verified_at: Date | null;
}

function isGood({ state, verified_state }: Pick<Place, "state" | "verified_state">): boolean {
  return state === "AVAILABLE" && verified_state !== "INVALID";
}

interface Offer {
  readonly id: string;
  readonly created_at: Date;
  /** Where it is good; null: in its own region. */
  readonly from_region: string | null;
}

/** Of the other backups of the same workload, the newest that is good somewhere. */
async function newestGood(db: Db, damaged: BackupRow, nameOf: (id: string) => string): Promise<Offer | null> {
  const others = await db
    .selectFrom("backups")
    .select(["id", "created_at", "region_id", "state", "verified_state"])
    .where("workload_id", "=", damaged.workload_id)
    .where("id", "!=", damaged.id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .orderBy("created_at", "desc")
    .limit(OFFERS_MAX)
    .execute();
  const copies = await db
    .selectFrom("copies")
    .select(["backup_id", "region_id", "state", "verified_state"])
    .where("backup_id", "in", [damaged.id, ...others.map(({ id }) => id)])
    .execute();
  for (const other of others) {
    if (isGood(other)) return { ...other, from_region: null };
    const copy = copies.find((each) => each.backup_id === other.id && isGood(each));
    if (copy !== undefined) return { ...other, from_region: nameOf(copy.region_id) };
  }
  return null;
}

const OFFERS_MAX = 1000;

function refused(source: RestoreSource, good: readonly string[], verified_at: Date | null, offer: Offer | null) {
  const { backup, region_name } = source;
  const when = verified_at === null ? "" : ` (found ${verified_at.toISOString()})`;
  const copies = good.length === 0 ? "it has no other copy" : `there is a copy in ${good.join(", ")}`;
  const command =
    offer === null
      ? null
      : `baas restore --backup-id ${offer.id}${offer.from_region === null ? "" : ` --from-region ${offer.from_region}`}`;
  const other =
    offer === null
      ? "there is no other good backup of this workload"
      : `the newest other good backup is ${offer.id} of ${offer.created_at.toISOString()}: ${command}`;
  const message = `backup ${backup.id} is damaged in region ${region_name}${when}; ${copies}; ${other}`;
  return recoverError("RESTORE_SOURCE_DAMAGED", message, {
    backup_id: backup.id,
    region: region_name,
    copies: good,
    offer_backup_id: offer?.id ?? null,
    offer_created_at: offer?.created_at.toISOString() ?? null,
    offer_command: command,
  });
}

import { duration_ms } from "../../model/index.ts";
import type { DrillBackup, DrillFinding } from "../../model/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Db } from "../../platform/db/index.ts";

export interface Choice {
  readonly backup_id: string;
  /** Where it is read: its own region, or another one when it is damaged there. */
  readonly region: string;
  readonly created_at_ms: number;
  /** The moment somebody wants back. */
  readonly target_ms: number;
  readonly deviations: readonly DrillFinding[];
}

interface Eligible {
  readonly id: string;
  readonly created_at_ms: number;
  readonly regions: readonly string[];
  readonly damaged: boolean;
}

const WEEK_MS = 7 * 86_400_000;
const DRAWS = 16;
const BACKUPS_MAX = 5000;
const EARLIER_MAX = 100;
/** A clock that was a little ahead when the backup was made. */
const TOLERANCE_MS = 60_000;

/** `undefined`: there is no backup that a restore would be made from. */
export async function chooseBackup(
  db: Db,
  workload_id: string,
  { choose, ...how }: DrillBackup & { readonly within?: string },
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<Choice | undefined> {
  const now_ms = ports.clock.now_ms();
  const all = await backupsOf(db, workload_id);
  const good = all.filter((each) => each.regions.length > 0 && each.created_at_ms <= now_ms + TOLERANCE_MS);
  const [newest] = good;
  const oldest = good.at(-1);
  if (newest === undefined || oldest === undefined) return undefined;
  let target_ms = now_ms;
  if (choose === "random") {
    const from_ms = Math.max(now_ms - duration_ms(how.within ?? "30d"), oldest.created_at_ms);
    target_ms = farthest(from_ms, now_ms, await earlierTargets(db, workload_id), ports.random);
  }
  const backup = good.find((each) => each.created_at_ms <= target_ms) ?? oldest;
  const deviations: DrillFinding[] = [];
  const skipped = all.find((each) => each.regions.length === 0 && each.created_at_ms > backup.created_at_ms);
  if (skipped !== undefined && skipped.created_at_ms <= target_ms) {
    const message = `backup ${skipped.id} is newer and damaged in every region; an older one was restored`;
    deviations.push({ code: "NEWER_BACKUP_DAMAGED", message });
  }
  const [region] = backup.regions;
  if (region === undefined) return undefined;
  if (backup.damaged) {
    const message = `backup ${backup.id} is damaged in its own region; the copy in ${region} was restored`;
    deviations.push({ code: "COPY_INSTEAD", message });
  }
  return { backup_id: backup.id, region, created_at_ms: backup.created_at_ms, target_ms, deviations };
}

/** Newest first, each with the regions in which it can be read, its own first. */
async function backupsOf(db: Db, workload_id: string): Promise<Eligible[]> {
  const backups = await db
    .selectFrom("backups")
    .innerJoin("regions", "regions.id", "backups.region_id")
    .select(["backups.id", "backups.created_at", "state", "verified_state", "regions.name as region"])
    .where("workload_id", "=", workload_id)
    .where("state", "in", ["AVAILABLE", "DAMAGED"])
    .orderBy("backups.created_at", "desc")
    .limit(BACKUPS_MAX)
    .execute();
  if (backups.length === 0) return [];
  const copies = await db
    .selectFrom("copies")
    .innerJoin("backups", "backups.id", "copies.backup_id")
    .innerJoin("regions", "regions.id", "copies.region_id")
    .select(["copies.backup_id", "regions.name as region"])
    .where("backups.workload_id", "=", workload_id)
    .where("copies.state", "=", "AVAILABLE")
    .where("copies.verified_state", "!=", "INVALID")
    .execute();
  return backups.map((row) => {
    const good = row.state === "AVAILABLE" && row.verified_state !== "INVALID";
    const others = copies.filter((copy) => copy.backup_id === row.id).map(({ region }) => region);
    const regions = good ? [row.region, ...others] : others;
    return { id: row.id, created_at_ms: row.created_at.getTime(), regions, damaged: !good };
  });
}

async function earlierTargets(db: Db, workload_id: string): Promise<number[]> {
  const rows = await db
    .selectFrom("drills")
    .select("target_time")
    .where("workload_id", "=", workload_id)
    .where("target_time", "is not", null)
    .orderBy("requested_at", "desc")
    .limit(EARLIER_MAX)
    .execute();
  return rows.flatMap(({ target_time }) => (target_time === null ? [] : [target_time.getTime()]));
}

/**
 * Of some moments drawn by lot the one that is farthest, in the week's round of hours, from all that were drilled
 * before: so that over a year the nights, noons and weekends all have their turn.
 */
export function farthest(from_ms: number, until_ms: number, earlier: readonly number[], random: Random): number {
  let best = { at_ms: until_ms, distance: -1 };
  for (let draw = 0; draw < DRAWS; draw++) {
    const share = Buffer.from(random.bytes(6)).readUIntBE(0, 6) / 2 ** 48;
    const at_ms = Math.floor(from_ms + share * Math.max(0, until_ms - from_ms));
    const distance = Math.min(WEEK_MS, ...earlier.map((each) => roundDistance(each, at_ms)));
    if (distance > best.distance) best = { at_ms, distance };
    if (earlier.length === 0) break;
  }
  return best.at_ms;
}

function roundDistance(a_ms: number, b_ms: number): number {
  const apart = Math.abs(a_ms - b_ms) % WEEK_MS;
  return Math.min(apart, WEEK_MS - apart);
}

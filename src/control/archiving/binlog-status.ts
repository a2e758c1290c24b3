import { HoldfastError } from "../../base/index.ts";
import { type MariaBackupDetails, mariaError, reachOfBinlog } from "../../engine/source/mariadb/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Restorable } from "./status.ts";

/** How the streaming of one workload's binary log stands. */
export interface BinlogStatus {
  readonly workload_id: string;
  readonly workload_name: string;
  readonly project_id: string;
  readonly state: string;
  readonly status_reason: string | null;
  readonly message: string | null;
  readonly file: string | null;
  readonly position: number | null;
  readonly gtid: string | null;
  readonly last_event_at: Date | null;
  /** When everything that the server had written was durable here, the last time. */
  readonly complete_at: Date | null;
  /** How much would be lost if the server were gone now. */
  readonly rpo_seconds: number | null;
  readonly gaps: readonly BinlogHole[];
  readonly updated_at: Date;
}

export interface BinlogHole {
  readonly from: string;
  readonly to: string;
  readonly from_time: Date | null;
  readonly reason: string;
  readonly found_at: Date;
}

export async function listBinlogs(
  db: Db,
  now_ms: number,
  filter: { readonly workload_id?: string } = {},
): Promise<BinlogStatus[]> {
  let query = db
    .selectFrom("binlog_archives")
    .innerJoin("workloads", "workloads.id", "binlog_archives.workload_id")
    .selectAll("binlog_archives")
    .select("workloads.name as workload_name")
    .where("workloads.removed_at", "is", null)
    .orderBy("workloads.name");
  if (filter.workload_id !== undefined) query = query.where("binlog_archives.workload_id", "=", filter.workload_id);
  const rows = await query.execute();
  return rows.map(({ lease_owner: _, lease_until, region_id: __, gaps, position, ...row }) => ({
    ...row,
    position: position === null ? null : Number(position),
    // Nobody holds the lease: whatever the row says was true some time ago.
    state: lease_until === null || lease_until.getTime() < now_ms ? "STOPPED" : row.state,
    rpo_seconds: rpoOf(row, now_ms),
    gaps: gaps.map(holeOf),
  }));
}

/** A server that writes without pause is never waited for: then the last event's own time counts. */
function rpoOf(row: { readonly complete_at: Date | null; readonly last_event_at: Date | null }, now_ms: number) {
  const known_ms = Math.max(row.complete_at?.getTime() ?? 0, row.last_event_at?.getTime() ?? 0);
  return known_ms === 0 ? null : Math.max(0, (now_ms - known_ms) / 1000);
}

function holeOf(gap: Readonly<Record<string, unknown>>): BinlogHole {
  const { from, to, from_ms, reason, found_at } = gap;
  return {
    from: String(from),
    to: String(to),
    from_time: typeof from_ms === "number" ? new Date(from_ms) : null,
    reason: String(reason),
    found_at: new Date(String(found_at)),
  };
}

/** When everything was durable the last time; `null` when nobody knows, e.g. after the loss of the database. */
async function completeAt(db: Db, workload_id: string): Promise<number | null> {
  const row = await db
    .selectFrom("binlog_archives")
    .select("complete_at")
    .where("workload_id", "=", workload_id)
    .executeTakeFirst();
  return row?.complete_at?.getTime() ?? null;
}

/** To which points a backup of a MariaDB server can be brought. @throws STORE_*, LOG_* */
export async function restorableMaria(
  repository: Repository,
  workload_id: string,
  { snapshot_at_ms, position }: MariaBackupDetails,
  complete_ms: number | null,
): Promise<Restorable> {
  const taken = new Date(snapshot_at_ms).toISOString();
  const here = position === null ? "" : `${position.file}:${position.position}`;
  const only = (why: string): Restorable => ({
    earliest: taken,
    earliest_lsn: here,
    latest: null,
    latest_lsn: here,
    timeline: null,
    gap: null,
    summary: `only as it was at ${taken}: ${why}`,
  });
  if (position === null) return only("the server wrote no binary log");
  const reach = await reachOfBinlog(repository, workload_id, position, snapshot_at_ms).catch((error: unknown) => {
    if (error instanceof HoldfastError && error.code === "LOG_DAMAGED") return error;
    throw error;
  });
  if (reach === null) return only("no binary log behind it is held");
  if (reach instanceof HoldfastError) return only(`the binary log behind it is damaged: ${reach.message}`);
  // The log knows seconds: everything of the backup's own second may be in the backup.
  const earliest = new Date((Math.floor(snapshot_at_ms / 1000) + 1) * 1000).toISOString();
  const known_ms = reach.gap === null ? Math.max(reach.latest_ms, complete_ms ?? 0) : reach.latest_ms;
  const latest_ms = Math.floor(known_ms / 1000) * 1000;
  const latest = latest_ms < Date.parse(earliest) ? null : new Date(latest_ms).toISOString();
  const behind =
    reach.gap === null
      ? ""
      : `; could not be restored past ${reach.gap.from}: the binary log is missing to ${reach.gap.to}`;
  return {
    earliest,
    earliest_lsn: here,
    latest,
    latest_lsn: `${reach.end_text}`,
    timeline: null,
    gap: reach.gap === null ? null : { timeline: null, from_lsn: reach.gap.from, to_lsn: reach.gap.to },
    summary: `${latest === null ? `only as it was at ${taken}` : `to any second from ${earliest} to ${latest}`}${behind}`,
  };
}

/**
 * Refuses a time to which the log is not known to be whole: replay would end earlier without a word.
 * @throws MARIA_TARGET_UNREACHABLE with the earliest and the latest point there is
 */
export async function checkBinlogHeld(
  db: Db,
  repository: Repository,
  workload_id: string,
  details: MariaBackupDetails,
  to_time: string,
): Promise<void> {
  const complete_ms = await completeAt(db, workload_id);
  const restorable = await restorableMaria(repository, workload_id, details, complete_ms);
  const at_ms = Math.floor(Date.parse(to_time) / 1000) * 1000;
  // Where nobody knows how far the log was whole, its own events are all there is to go by, and replay says how far.
  // That it is too early, the driver says.
  if (at_ms < Date.parse(restorable.earliest)) return;
  // Where nobody knows how far the log was whole, its own events are all there is to go by, and replay says how far.
  const known = complete_ms !== null || restorable.gap !== null;
  if (restorable.latest !== null && !(known && at_ms > Date.parse(restorable.latest))) return;
  throw unreachable(to_time, restorable);
}

export function unreachable(point: string, { earliest, latest, summary }: Restorable) {
  return mariaError("MARIA_TARGET_UNREACHABLE", `${point} cannot be reached: this backup is restorable ${summary}`, {
    earliest,
    latest,
  });
}

export { completeAt as binlogCompleteAt };

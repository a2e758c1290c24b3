import { HoldfastError } from "../../base/index.ts";
import { formatLsn, parseLsn, type PgBackupDetails, reachOf, readSteps } from "../../engine/source/postgresql/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** How the streaming of one workload's log stands. */
export interface ArchiveStatus {
  readonly workload_id: string;
  readonly workload_name: string;
  readonly project_id: string;
  readonly state: string;
  readonly status_reason: string | null;
  readonly message: string | null;
  readonly system_identifier: string | null;
  readonly timeline: number | null;
  readonly slot_name: string;
  readonly slot_status: string | null;
  readonly slot_retained_bytes: number | null;
  readonly flushed_lsn: string | null;
  readonly server_lsn: string | null;
  /** What the server has written and is not durable here. */
  readonly lag_bytes: number | null;
  readonly last_commit_at: Date | null;
  /** How much would be lost if the server were gone now: the age of the last transaction that is durable here. */
  readonly rpo_seconds: number | null;
  readonly heartbeat_at: Date | null;
  readonly heartbeat_error: string | null;
  readonly gaps: readonly RecordedGap[];
  readonly updated_at: Date;
}

export interface RecordedGap {
  readonly timeline: number;
  readonly from_lsn: string;
  readonly to_lsn: string;
  readonly from_time: Date | null;
  readonly reason: string;
  readonly found_at: Date;
}

export async function listArchives(
  db: Db,
  now_ms: number,
  filter: { readonly workload_id?: string } = {},
): Promise<ArchiveStatus[]> {
  let query = db
    .selectFrom("wal_archives")
    .innerJoin("workloads", "workloads.id", "wal_archives.workload_id")
    .selectAll("wal_archives")
    .select("workloads.name as workload_name")
    .where("workloads.removed_at", "is", null)
    .orderBy("workloads.name");
  if (filter.workload_id !== undefined) query = query.where("wal_archives.workload_id", "=", filter.workload_id);
  const rows = await query.execute();
  const gaps = await db.selectFrom("wal_gaps").selectAll().orderBy("found_at", "desc").execute();
  return rows.map(({ lease_owner: _, lease_until, region_id: __, started_at: ___, flushed_at: ____, ...row }) => ({
    ...row,
    // Nobody holds the lease: whatever the row says was true some time ago.
    // Where the server itself pushes, there is no lease to hold.
    state:
      row.state === "PUSHED"
        ? row.state
        : lease_until === null || lease_until.getTime() < now_ms
          ? "STOPPED"
          : row.state,
    slot_retained_bytes: row.slot_retained_bytes === null ? null : Number(row.slot_retained_bytes),
    lag_bytes: lagOf(row.server_lsn, row.flushed_lsn),
    rpo_seconds: row.last_commit_at === null ? null : Math.max(0, (now_ms - row.last_commit_at.getTime()) / 1000),
    gaps: gaps
      .filter(({ workload_id }) => workload_id === row.workload_id)
      .map(({ timeline, from_lsn, to_lsn, from_time, reason, found_at }) => ({
        timeline,
        from_lsn,
        to_lsn,
        from_time,
        reason,
        found_at,
      })),
  }));
}

function lagOf(server: string | null, flushed: string | null): number | null {
  if (server === null || flushed === null) return null;
  const lag = parseLsn(server) - parseLsn(flushed);
  return lag < 0n ? 0 : Number(lag);
}

/** To which points a backup can be recovered. */
export interface Restorable {
  readonly earliest: string;
  readonly earliest_lsn: string;
  /** Null: only to the backup itself. */
  readonly latest: string | null;
  readonly latest_lsn: string;
  /** Null for databases that have none. */
  readonly timeline: number | null;
  /** What is missing behind; nothing past it can be reached from this backup. */
  readonly gap: { readonly timeline: number | null; readonly from_lsn: string; readonly to_lsn: string | null } | null;
  /** In a sentence. */
  readonly summary: string;
}

/** @throws STORE_*, LOG_DAMAGED */
export async function restorableOf(repository: Repository, details: PgBackupDetails): Promise<Restorable> {
  const earliest = new Date(details.stopped_at_ms).toISOString();
  try {
    const { end, latest_ms, gap, timeline } = await reachOf(repository, details);
    const latest = latest_ms === null || latest_ms < details.stopped_at_ms ? null : new Date(latest_ms).toISOString();
    const hole =
      gap === null
        ? null
        : { timeline: gap.timeline, from_lsn: formatLsn(gap.from), to_lsn: gap.to === null ? null : formatLsn(gap.to) };
    const reach = latest === null ? `only as it was at ${earliest}` : `to any second from ${earliest} to ${latest}`;
    const limit =
      hole === null
        ? ""
        : `; could not be restored past ${hole.from_lsn}: the write-ahead log is missing to ${hole.to_lsn ?? "its end"} on timeline ${hole.timeline}`;
    return {
      earliest,
      earliest_lsn: details.stop_lsn,
      latest,
      latest_lsn: formatLsn(end),
      timeline,
      gap: hole,
      summary: `${reach}${limit}`,
    };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== "LOG_DAMAGED") throw error;
    return {
      earliest,
      earliest_lsn: details.stop_lsn,
      latest: null,
      latest_lsn: details.stop_lsn,
      timeline: details.timeline,
      gap: { timeline: details.timeline, from_lsn: details.stop_lsn, to_lsn: null },
      summary: `only as it was at ${earliest}; the write-ahead log behind it is damaged: ${error.message}`,
    };
  }
}

/** A piece of a backup's log that cannot be trusted. */
export interface DamagedPiece {
  readonly object: string;
  readonly code: string;
  readonly message: string;
}

/** Reads all log that leads on from a backup. @returns bytes read, and the first damaged piece. @throws STORE_* */
export async function verifyLog(
  repository: Repository,
  details: PgBackupDetails,
  signal?: AbortSignal,
): Promise<{ readonly bytes: number; readonly damaged: DamagedPiece | null }> {
  let bytes = 0;
  try {
    const reach = await reachOf(repository, details);
    for await (const part of readSteps(repository, details, reach)) {
      signal?.throwIfAborted();
      bytes += part.bytes.length;
    }
    return { bytes, damaged: null };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== "LOG_DAMAGED") throw error;
    const object = String(error.context["object"] ?? "a piece of the log");
    return { bytes, damaged: { object, code: error.code, message: error.message } };
  }
}

/** What a backup's row says of its server; `undefined` for backups of other kinds. */
export function pgDetailsOf(details: Readonly<Record<string, unknown>>): PgBackupDetails | undefined {
  const found = (details["source"] ?? details) as Partial<PgBackupDetails>;
  return typeof found.system_identifier === "string" && typeof found.start_lsn === "string"
    ? (found as PgBackupDetails)
    : undefined;
}

import type { Db } from "../../platform/db/index.ts";

/** How a bucket's replication, and what else happens between its backups, stands. */
export interface BucketStream {
  readonly workload_id: string;
  readonly workload_name: string;
  readonly project_id: string;
  /** STARTING, STREAMING, RETRYING, or STOPPED when no server holds its lease. */
  readonly state: string;
  readonly status_reason: string | null;
  readonly message: string | null;
  /** Service and bucket; null: it is not replicated. */
  readonly target: string | null;
  /**
   * Age of the oldest change that is known to be missing in the target, or could not be brought there; before the first
   * complete comparison, since when it is replicated. Null: it is not replicated.
   */
  readonly lag_seconds: number | null;
  readonly missing_keys: number;
  readonly missing_bytes: number;
  /** A comparison goes on: more may be missing. */
  readonly missing_more: boolean;
  readonly failed_keys: number;
  /** The first of them, and why. */
  readonly failure: string | null;
  /** Everything that was there then is in the target; null: never compared to its end. */
  readonly complete_at: Date | null;
  readonly compared_at: Date | null;
  readonly versions: number | null;
  readonly copied_versions: number;
  readonly copied_bytes: number;
  readonly deleted_keys: number;
  /** Keys of the target that somebody else wrote to. */
  readonly conflicts: number;
  /** An address for events was made. */
  readonly events: boolean;
  readonly told_at: Date | null;
  /** A change that no backup was asked for yet. */
  readonly changed_at: Date | null;
  /** When a backup was asked for the last time, for a change. */
  readonly asked_at: Date | null;
  readonly updated_at: Date;
}

export async function listBucketStreams(db: Db, now_ms: number): Promise<BucketStream[]> {
  const rows = await db
    .selectFrom("bucket_streams")
    .innerJoin("workloads", "workloads.id", "bucket_streams.workload_id")
    .selectAll("bucket_streams")
    .select("workloads.name as workload_name")
    .select((select) =>
      select
        .selectFrom("bucket_events")
        .select(({ fn }) => fn.min("told_at").as("oldest"))
        .whereRef("bucket_events.workload_id", "=", "bucket_streams.workload_id")
        .as("oldest_told_at"),
    )
    .where("workloads.removed_at", "is", null)
    // The workload may no longer be watched.
    .where((where) => where(where.ref("workloads.source", "->").key("continuous"), "is not", null))
    .orderBy("workloads.name")
    .execute();
  return rows.map(
    ({
      lease_owner: _,
      lease_until,
      fingerprint: __,
      events_hash,
      dropped_at: ___,
      begun_at,
      missing_since,
      failing_since,
      oldest_told_at,
      ...row
    }) => ({
      ...row,
      // Nobody holds the lease: whatever the row says was true some time ago.
      state: lease_until === null || lease_until.getTime() < now_ms ? "STOPPED" : row.state,
      lag_seconds:
        row.target === null
          ? null
          : lagOf([missing_since, failing_since, oldest_told_at, row.complete_at === null ? begun_at : null], {
              begun_at,
              now_ms,
            }),
      missing_keys: Number(row.missing_keys),
      missing_bytes: Number(row.missing_bytes),
      failed_keys: Number(row.failed_keys),
      versions: row.versions === null ? null : Number(row.versions),
      copied_versions: Number(row.copied_versions),
      copied_bytes: Number(row.copied_bytes),
      deleted_keys: Number(row.deleted_keys),
      conflicts: Number(row.conflicts),
      events: events_hash !== null,
    }),
  );
}

/** What was there before it was replicated is not late by its own age. */
function lagOf(
  since: readonly (Date | null)[],
  { begun_at, now_ms }: { readonly begun_at: Date; readonly now_ms: number },
): number {
  const ages = since.flatMap((at) => (at === null ? [] : [now_ms - Math.max(at.getTime(), begun_at.getTime())]));
  return Math.max(0, ...ages) / 1000;
}

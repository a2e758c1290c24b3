import { sql } from "kysely";
import { finalJobStates } from "../../model/index.ts";
import type { Db } from "../../platform/db/index.ts";

/** What the catalog knows of one workload. */
export interface Facts {
  readonly last_good: LastBackup | null;
  /** A backup newer than the last good one that turned out damaged. */
  readonly newer_damaged_id: string | null;
  readonly last_job: { readonly id: string; readonly state: string; readonly status_reason: string | null } | null;
  /** A backup is being made, or waits for its start. */
  readonly open_job_id: string | null;
}

export interface LastBackup {
  readonly id: string;
  readonly created_at_ms: number;
  readonly completed_at_ms: number;
  /** Names of other regions that have a complete copy. */
  readonly copied_to: readonly string[];
}

const CLOCK_TOLERANCE_MS = 3_600_000;

const NOTHING: Facts = { last_good: null, newer_damaged_id: null, last_job: null, open_job_id: null };

/** Of every workload that has any, or of those named, in a fixed number of queries. */
export async function loadFacts(
  db: Db,
  now_ms: number,
  workload_ids?: readonly string[],
): Promise<(workload_id: string) => Facts> {
  const asked =
    workload_ids === undefined ? sql<boolean>`true` : sql<boolean>`workload_id = any(${[...workload_ids]}::text[])`;
  const good = await db
    .selectFrom("backups")
    .distinctOn("workload_id")
    .select(["workload_id", "id", "created_at", "completed_at"])
    .where(asked)
    .where("state", "=", "AVAILABLE")
    .where("verified_state", "!=", "INVALID")
    // One dated ahead, by a clock that was wrong, says nothing about how old the last one is.
    .where("created_at", "<=", new Date(now_ms + CLOCK_TOLERANCE_MS))
    .orderBy("workload_id")
    .orderBy("created_at", "desc")
    .execute();
  const damaged = await db
    .selectFrom("backups")
    .distinctOn("workload_id")
    .select(["workload_id", "id", "created_at"])
    .where(asked)
    .where((where) => where.or([where("state", "=", "DAMAGED"), where("verified_state", "=", "INVALID")]))
    .where("state", "not in", ["DELETING", "DELETED"])
    .orderBy("workload_id")
    .orderBy("created_at", "desc")
    .execute();
  const copies = await db
    .selectFrom("copies")
    .innerJoin("regions", "regions.id", "copies.region_id")
    .select(["backup_id", "regions.name"])
    .where("state", "=", "AVAILABLE")
    // One array parameter: a list of as many as there are workloads would pass PostgreSQL's limit of 65535.
    .where(sql<boolean>`backup_id = any(${good.map((row) => row.id)}::text[])`)
    .execute();
  const ended = await db
    .selectFrom("jobs")
    .distinctOn("workload_id")
    .select(["workload_id", "id", "state", "status_reason"])
    .where(asked)
    .where("kind", "=", "backup")
    .where("state", "in", ["SUCCEEDED", "SUCCEEDED_WITH_WARNINGS", "FAILED", "EXPIRED"])
    .orderBy("workload_id")
    .orderBy("created_at", "desc")
    .execute();
  const open = await db
    .selectFrom("jobs")
    .select(["workload_id", "id"])
    .where(asked)
    .where("kind", "=", "backup")
    .where("state", "not in", [...finalJobStates])
    .execute();

  const facts = new Map<string, Facts>();
  const merge = (workload_id: string | null, part: Partial<Facts>) => {
    if (workload_id !== null) facts.set(workload_id, { ...(facts.get(workload_id) ?? NOTHING), ...part });
  };
  const copied = new Map<string, string[]>();
  for (const { backup_id, name } of copies) copied.set(backup_id, [...(copied.get(backup_id) ?? []), name]);
  for (const row of good) {
    const created_at_ms = row.created_at.getTime();
    const completed_at_ms = (row.completed_at ?? row.created_at).getTime();
    merge(row.workload_id, {
      last_good: { id: row.id, created_at_ms, completed_at_ms, copied_to: copied.get(row.id) ?? [] },
    });
  }
  for (const row of damaged) {
    const last_good_ms = facts.get(row.workload_id)?.last_good?.created_at_ms ?? 0;
    if (row.created_at.getTime() > last_good_ms) merge(row.workload_id, { newer_damaged_id: row.id });
  }
  for (const { workload_id, ...last_job } of ended) merge(workload_id, { last_job });
  for (const { workload_id, id } of open) merge(workload_id, { open_job_id: id });
  return (workload_id) => facts.get(workload_id) ?? NOTHING;
}

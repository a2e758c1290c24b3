import { HoldfastError } from "../../base/index.ts";
import { type MariaBackupDetails, mariaError } from "../../engine/source/mariadb/index.ts";
import { parseLsn, type PgBackupDetails, pgError } from "../../engine/source/postgresql/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { BackupRow } from "../catalog/index.ts";
import type { Repositories } from "../repositories/index.ts";
import { mariaDetailsOf } from "./binlog-prune.ts";
import { binlogCompleteAt, checkBinlogHeld, restorableMaria } from "./binlog-status.ts";
import { pgDetailsOf, type Restorable, restorableOf } from "./status.ts";

interface BasePorts {
  readonly db: Db;
  readonly repositories: Repositories;
}

/** The point somebody wants back; none: the end of the log. */
export interface BaseTarget {
  readonly to_time?: string | undefined;
  readonly to_lsn?: string | undefined;
  readonly to_position?: string | undefined;
  readonly to_gtid?: string | undefined;
}

export interface Base {
  readonly backup_id: string;
  readonly kind: "postgresql" | "mariadb";
  readonly restorable: Restorable;
}

type Candidate = Pick<BackupRow, "id" | "project_id" | "region_id" | "details"> &
  (
    | { readonly kind: "postgresql"; readonly pg: PgBackupDetails }
    | { readonly kind: "mariadb"; readonly maria: MariaBackupDetails }
  );

/**
 * The newest backup that had ended before the point: PostgreSQL would take one that had not, and recover to a later
 * state without a word. Of MariaDB, the newest whose snapshot is of an earlier second.
 * @throws PG_TARGET_UNREACHABLE, MARIA_TARGET_UNREACHABLE when there is none, or its log does not lead there
 */
export async function chooseBase(workload_id: string, target: BaseTarget, ports: BasePorts): Promise<Base> {
  const { db, repositories } = ports;
  const rows = await db
    .selectFrom("backups")
    .select(["id", "project_id", "region_id", "details"])
    .where("workload_id", "=", workload_id)
    .where("state", "=", "AVAILABLE")
    .orderBy("created_at", "desc")
    .execute();
  const known = rows.flatMap((row) => candidateOf(row));
  const chosen = known.find((each) =>
    each.kind === "postgresql" ? endsBefore(each.pg, target) : takenBefore(each.maria, target),
  );
  if (chosen === undefined) throw noBase(known.at(-1), target);
  const row = await repositories.find(chosen.project_id, chosen.region_id);
  const restorable = await repositories.use(row, async (repository) => {
    if (chosen.kind === "postgresql") return restorableOf(repository, chosen.pg);
    if (target.to_time !== undefined) await checkBinlogHeld(db, repository, workload_id, chosen.maria, target.to_time);
    return restorableMaria(repository, workload_id, chosen.maria, await binlogCompleteAt(db, workload_id));
  });
  return { backup_id: chosen.id, kind: chosen.kind, restorable };
}

function candidateOf(row: Pick<BackupRow, "id" | "project_id" | "region_id" | "details">): Candidate[] {
  const maria = mariaDetailsOf(row.details);
  if (maria !== undefined) return [{ ...row, kind: "mariadb", maria }];
  const pg = pgDetailsOf(row.details);
  return pg === undefined ? [] : [{ ...row, kind: "postgresql", pg }];
}

function endsBefore({ stopped_at_ms, stop_lsn }: PgBackupDetails, { to_time, to_lsn }: BaseTarget): boolean {
  return (
    (to_time === undefined || stopped_at_ms <= Date.parse(to_time)) &&
    (to_lsn === undefined || parseLsn(stop_lsn) <= parseLsn(to_lsn))
  );
}

function takenBefore(
  { snapshot_at_ms, position }: MariaBackupDetails,
  { to_time, to_position, to_gtid }: BaseTarget,
): boolean {
  const second = (at_ms: number) => Math.floor(at_ms / 1000);
  if (to_time !== undefined && second(snapshot_at_ms) >= second(Date.parse(to_time))) return false;
  if (to_position !== undefined) {
    if (position === null) return false;
    const [file, offset] = [
      to_position.slice(0, to_position.lastIndexOf(":")),
      to_position.slice(to_position.lastIndexOf(":") + 1),
    ];
    if (position.file > file || (position.file === file && position.position > Number(offset))) return false;
  }
  if (to_gtid !== undefined) {
    if (position === null) return false;
    const [domain, , sequence] = to_gtid.split("-");
    const held = position.gtid.split(",").find((each) => each.split("-")[0] === domain);
    if (held !== undefined && Number(held.split("-")[2]) >= Number(sequence)) return false;
  }
  return true;
}

function noBase(oldest: Candidate | undefined, target: BaseTarget) {
  const point = target.to_time ?? target.to_lsn ?? target.to_position ?? target.to_gtid ?? "now";
  if (oldest === undefined)
    return pgError("PG_TARGET_UNREACHABLE", "this workload has no backup that a server could be recovered from", {
      earliest: null,
      latest: null,
    });
  if (oldest.kind === "mariadb") {
    const { snapshot_at_ms, position } = oldest.maria;
    const earliest = new Date((Math.floor(snapshot_at_ms / 1000) + 1) * 1000).toISOString();
    const place = position === null ? "" : ` (${position.file}:${position.position})`;
    const message = `no backup was taken before ${point}; the earliest point that can be recovered is ${earliest}${place}`;
    return mariaError("MARIA_TARGET_UNREACHABLE", message, { earliest, latest: null });
  }
  const earliest = new Date(oldest.pg.stopped_at_ms).toISOString();
  return pgError(
    "PG_TARGET_UNREACHABLE",
    `no backup had ended before ${point}; the earliest point that can be recovered is ${earliest} (${oldest.pg.stop_lsn})`,
    { earliest, latest: null },
  );
}

/**
 * To which points a backup can be recovered; `null` for kinds without a log, and when its region cannot be read now.
 */
export async function restorableBackup(
  row: Pick<BackupRow, "id" | "state" | "project_id" | "region_id" | "workload_id" | "details">,
  { db, repositories }: BasePorts,
): Promise<Restorable | null> {
  const [found] = candidateOf(row);
  if (found === undefined || row.state !== "AVAILABLE") return null;
  try {
    const place = await repositories.find(row.project_id, row.region_id);
    return await repositories.use(place, async (repository) =>
      found.kind === "postgresql"
        ? restorableOf(repository, found.pg)
        : restorableMaria(repository, row.workload_id, found.maria, await binlogCompleteAt(db, row.workload_id)),
    );
  } catch (error) {
    if (error instanceof HoldfastError) return null;
    throw error;
  }
}

/**
 * Before a restore of a backup to a time: is the log known to be whole up to there? Where the source says so by itself
 * (PostgreSQL), nothing is asked.
 * @throws MARIA_TARGET_UNREACHABLE
 */
export async function checkTimeHeld(
  db: Db,
  repository: Repository,
  backup: Pick<BackupRow, "workload_id" | "details">,
  to_time: unknown,
): Promise<void> {
  const maria = mariaDetailsOf(backup.details);
  if (maria === undefined || maria.position === null || typeof to_time !== "string") return;
  await checkBinlogHeld(db, repository, backup.workload_id, maria, to_time);
}

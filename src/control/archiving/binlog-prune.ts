import { copyPieces, deletePieces, type ListedPiece } from "../../engine/log/index.ts";
import {
  binlogPrefix,
  binlogsOf,
  type MariaBackupDetails,
  piecesOf,
  positionOf,
} from "../../engine/source/mariadb/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Db } from "../../platform/db/index.ts";
import { binlogWorkloads, type MariaWorkload } from "./binlog-targets.ts";
import { copyRegions } from "./copies.ts";
import type { ArchivingPorts } from "./supervise.ts";

type Ports = Pick<ArchivingPorts, "db" | "repositories" | "clock">;

/** What a backup's row says of a MariaDB server; `undefined` for backups of other kinds. */
export function mariaDetailsOf(details: Readonly<Record<string, unknown>>): MariaBackupDetails | undefined {
  const source = details["source"] as MariaBackupDetails | undefined;
  return typeof source?.snapshot_at_ms === "number" ? source : undefined;
}

/** From where on log is needed by the oldest backup that can still be restored. `null`: nobody knows, all is kept. */
async function neededFrom(
  db: Db,
  workload: MariaWorkload,
  now_ms: number,
): Promise<{ readonly taken_ms: number; readonly from: bigint } | null> {
  const rows = await db
    .selectFrom("backups")
    .select("details")
    .where("workload_id", "=", workload.id)
    .where((where) =>
      where.or([
        where("state", "in", ["AVAILABLE", "DAMAGED"]),
        where.and([where("state", "=", "DELETED"), where("recoverable_until", ">", new Date(now_ms))]),
      ]),
    )
    .execute();
  let oldest: { taken_ms: number; from: bigint } | null = null;
  for (const { details } of rows) {
    const each = mariaDetailsOf(details);
    if (each === undefined || each.position === null || (oldest !== null && oldest.taken_ms <= each.snapshot_at_ms))
      continue;
    oldest = { taken_ms: each.snapshot_at_ms, from: positionOf(each.position.file, 0) };
  }
  return oldest;
}

/** Deletes log that no backup needs, file by file. @returns how many pieces went */
export async function pruneBinlogs(ports: Ports): Promise<number> {
  const { db, clock } = ports;
  let deleted = 0;
  for (const workload of await binlogWorkloads(db)) {
    const needed = await neededFrom(db, workload, clock.now_ms());
    if (needed === null) continue;
    for (const region_id of [workload.region_id, ...(await copyRegions(db, workload.id))]) {
      const row = await ports.repositories.find(workload.project_id, region_id);
      await ports.repositories.useStore(row, async (store) => {
        deleted += await pruneStore(store, workload.id, needed);
      });
    }
  }
  return deleted;
}

async function pruneStore(
  store: ObjectStore,
  workload_id: string,
  { taken_ms, from }: { readonly taken_ms: number; readonly from: bigint },
): Promise<number> {
  const logs = await binlogsOf(store, workload_id);
  const prefix = binlogPrefix(workload_id).length;
  const begun = logs.filter((name) => Number(name.slice(prefix)) * 1000 <= taken_ms + 1000);
  const used = begun.at(-1);
  let deleted = 0;
  for (const log of begun) {
    const pieces: ListedPiece[] = await piecesOf(store, log);
    const old = log === used ? pieces.filter(({ end }) => end <= from) : pieces;
    deleted += (
      await deletePieces(
        store,
        old.map(({ key }) => key),
      )
    ).length;
  }
  return deleted;
}

/** Carries log to the regions that have copies of the workload's backups. @returns pieces copied */
export async function copyBinlogs({ db, repositories }: Ports): Promise<number> {
  let copied = 0;
  for (const workload of await binlogWorkloads(db)) {
    for (const region_id of await copyRegions(db, workload.id)) {
      const from = await repositories.find(workload.project_id, workload.region_id);
      const to = await repositories.find(workload.project_id, region_id);
      await repositories.use(from, (source) =>
        repositories.useStore(to, async (target) => {
          for (const log of await binlogsOf(source.store, workload.id))
            copied += (await copyPieces(source, target, log)).pieces;
        }),
      );
    }
  }
  return copied;
}

import { copyPieces, deletePieces, type ListedPiece, listPieces } from "../../engine/log/index.ts";
import { historyLog, parseLsn, segmentStart, walLog } from "../../engine/source/postgresql/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Repositories } from "../repositories/index.ts";
import type { Clock } from "../../base/index.ts";
import { copyRegions } from "./copies.ts";
import { pgDetailsOf } from "./status.ts";
import { loggedWorkloads } from "./targets.ts";

const DAY_MS = 86_400_000;
/** Timelines that one server can have been through; far more than anybody has seen. */
const TIMELINES_MAX = 200;

interface PrunePorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly repositories: Repositories;
}

/** From where on log of a server is needed: everything on later timelines, and on this one from `from` on. */
export interface Needed {
  readonly system_identifier: string;
  readonly timeline: number;
  readonly from: bigint;
}

/**
 * The oldest log that backups of a workload can need. `null`: nobody knows yet, so everything is kept.
 * @param keep_days log older than the last backup made so many days ago is not kept for older backups, which are
 * recovered as they are; `null` keeps it for all
 */
export async function neededLog(
  db: Db,
  workload_id: string,
  keep_days: number | null,
  now_ms: number,
): Promise<readonly Needed[] | null> {
  const rows = await db
    .selectFrom("backups")
    .select(["details", "completed_at"])
    .where("workload_id", "=", workload_id)
    .where((where) =>
      where.or([
        where("state", "in", ["AVAILABLE", "DAMAGED"]),
        where.and([where("state", "=", "DELETED"), where("recoverable_until", ">", new Date(now_ms))]),
      ]),
    )
    .where("completed_at", "is not", null)
    .orderBy("completed_at", "desc")
    .execute();
  const needed = new Map<string, Needed>();
  for (const { details, completed_at } of rows) {
    const found = pgDetailsOf(details);
    if (found === undefined) continue;
    const from = segmentStart(parseLsn(found.start_lsn), found.wal_segment_bytes);
    const { system_identifier, timeline } = found;
    const before = needed.get(system_identifier);
    if (before === undefined || timeline < before.timeline || (timeline === before.timeline && from < before.from))
      needed.set(system_identifier, { system_identifier, timeline, from });
    // Newest first: this one covers the whole window that was promised.
    if (keep_days !== null && completed_at !== null && completed_at.getTime() <= now_ms - keep_days * DAY_MS) break;
  }
  return needed.size === 0 ? null : [...needed.values()];
}

/** Deletes log that no backup needs, and pieces that a larger one holds as well. @returns how many pieces went */
export async function pruneWal(ports: PrunePorts): Promise<number> {
  const { db, clock, repositories } = ports;
  let deleted = 0;
  for (const workload of await loggedWorkloads(db)) {
    const needed = await neededLog(db, workload.id, workload.source.wal.keep_days ?? null, clock.now_ms());
    if (needed === null) continue;
    for (const region_id of [workload.region_id, ...(await copyRegions(db, workload.id))]) {
      const row = await repositories.find(workload.project_id, region_id);
      await repositories.useStore(row, async (store) => {
        for (const each of needed) deleted += await pruneServer(store, each);
      });
    }
  }
  return deleted;
}

async function pruneServer(store: ObjectStore, { system_identifier, timeline, from }: Needed): Promise<number> {
  let deleted = 0;
  for (let each = 1; each <= Math.min(timeline, TIMELINES_MAX); each++) {
    const pieces: ListedPiece[] = [];
    for await (const piece of listPieces(store, walLog(system_identifier, each))) pieces.push(piece);
    const old = each < timeline ? pieces : pieces.filter(({ end }) => end <= from);
    const gone = await deletePieces(
      store,
      [...new Set([...old, ...heldTwice(pieces)])].map(({ key }) => key),
    );
    deleted += gone.length;
  }
  return deleted;
}

/** Pieces that lie within another one. */
export function heldTwice(pieces: readonly ListedPiece[]): ListedPiece[] {
  const inside: ListedPiece[] = [];
  let widest: ListedPiece | undefined;
  for (const piece of [...pieces].sort((a, b) =>
    a.start === b.start ? Number(b.end - a.end) : a.start < b.start ? -1 : 1,
  )) {
    if (widest !== undefined && piece.end <= widest.end && piece.end > piece.start) inside.push(piece);
    else if (widest === undefined || piece.end > widest.end) widest = piece;
  }
  return inside;
}

/** Carries log to the regions that have copies of the workload's backups. @returns pieces copied */
export async function copyWal(ports: PrunePorts): Promise<number> {
  const { db, repositories } = ports;
  let copied = 0;
  for (const workload of await loggedWorkloads(db)) {
    const row = await db
      .selectFrom("wal_archives")
      .select(["system_identifier", "timeline"])
      .where("workload_id", "=", workload.id)
      .executeTakeFirst();
    if (row === undefined || row.system_identifier === null || row.timeline === null) continue;
    const { system_identifier, timeline } = row;
    const logs = [historyLog(system_identifier), walLog(system_identifier, timeline)];
    if (timeline > 1) logs.push(walLog(system_identifier, timeline - 1));
    for (const region_id of await copyRegions(db, workload.id)) {
      const from = await repositories.find(workload.project_id, workload.region_id);
      const to = await repositories.find(workload.project_id, region_id);
      await repositories.use(from, (source) =>
        repositories.useStore(to, async (target) => {
          for (const log of logs) copied += (await copyPieces(source, target, log)).pieces;
        }),
      );
    }
  }
  return copied;
}

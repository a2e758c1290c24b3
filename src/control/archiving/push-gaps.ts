import type { Clock, Random } from "../../base/index.ts";
import { listPieces, stretchesOf } from "../../engine/log/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import {
  formatLsn,
  type KeptWal,
  parseLsn,
  type PgBackupDetails,
  reachOf,
  walLog,
} from "../../engine/source/postgresql/index.ts";
import { appendEvent, type Db, withTransaction } from "../../platform/db/index.ts";
import type { PgWorkload } from "./targets.ts";

interface GapPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  backUp(workload_id: string, why: string): Promise<void>;
}

interface Pushed {
  readonly workload: PgWorkload;
  readonly repository: Repository;
  readonly kept: KeptWal;
  /** Of the newest backup; `undefined`: there is none, and no log is missing to it. */
  readonly details: PgBackupDetails | undefined;
}

/**
 * After each file that was pushed: strikes off the holes that are closed, and records the one that lies between the
 * newest backup and this file. A log that is streamed has somebody who watches it; of it nothing new is recorded.
 * @throws STORE_*, LOG_DAMAGED
 */
export async function settleGaps({ workload, repository, kept, details }: Pushed, ports: GapPorts): Promise<void> {
  const { db, clock } = ports;
  const { id: workload_id, project_id } = workload;
  const known = await db.selectFrom("wal_gaps").selectAll().where("workload_id", "=", workload_id).execute();
  const tell = (tx: Db, what: string, data: Readonly<Record<string, unknown>>) => {
    const event = { type: `holdfast.wal.${what}`, subject: workload_id, project_id, data: { workload_id, ...data } };
    return appendEvent(tx, event, ports);
  };
  for (const { system_identifier, timeline, from_lsn, to_lsn } of known) {
    const holes = await holesOf(repository, walLog(system_identifier, timeline), parseLsn(from_lsn), parseLsn(to_lsn));
    const [first] = holes;
    if (holes.length === 1 && first?.from_lsn === from_lsn && first.to_lsn === to_lsn) continue;
    await withTransaction(db, async (tx) => {
      const [gap] = await tx
        .deleteFrom("wal_gaps")
        .where("workload_id", "=", workload_id)
        .where("system_identifier", "=", system_identifier)
        .where("timeline", "=", timeline)
        .where("from_lsn", "=", from_lsn)
        .returningAll()
        .execute();
      if (gap === undefined) return; // another push was quicker
      for (const hole of holes)
        await tx
          .insertInto("wal_gaps")
          .values({ ...gap, ...hole })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      await tell(tx, holes.length === 0 ? "gap_filled" : "gap_narrowed", { timeline, from_lsn, to_lsn, left: holes });
    });
  }
  if (details === undefined || kept.follows || workload.source.wal.enabled) return;
  const { gap, steps } = await reachOf(repository, details);
  const to = gap?.to ?? steps.find(({ timeline }) => timeline === gap?.timeline)?.until ?? null;
  if (gap === null || to === null) return;
  const found = { timeline: gap.timeline, from_lsn: formatLsn(gap.from), to_lsn: formatLsn(to) };
  const reason = "no file of it was pushed";
  const fresh = await withTransaction(db, async (tx) => {
    const row = await tx
      .insertInto("wal_gaps")
      .values({
        workload_id,
        system_identifier: details.system_identifier,
        ...found,
        from_time: null,
        reason,
        found_at: new Date(clock.now_ms()),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning("from_lsn")
      .executeTakeFirst();
    if (row !== undefined) await tell(tx, "gap", { ...found, reason });
    return row !== undefined;
  });
  if (fresh)
    await ports.backUp(workload_id, `the write-ahead log has a hole from ${found.from_lsn} to ${found.to_lsn}`);
}

/** What of a stretch of a log is not held. */
async function holesOf(
  { store }: Repository,
  log: string,
  from: bigint,
  to: bigint,
): Promise<{ readonly from_lsn: string; readonly to_lsn: string }[]> {
  const pieces = [];
  for await (const piece of listPieces(store, log)) if (piece.end > from && piece.start < to) pieces.push(piece);
  const holes = [];
  let at = from;
  for (const { start, end } of stretchesOf(pieces)) {
    if (start > at) holes.push({ from_lsn: formatLsn(at), to_lsn: formatLsn(start) });
    if (end > at) at = end;
  }
  if (at < to) holes.push({ from_lsn: formatLsn(at), to_lsn: formatLsn(to) });
  return holes;
}

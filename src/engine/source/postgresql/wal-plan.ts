import { type ListedPiece, listLogs, listPieces, readPiece, stretchesOf } from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import type { PgBackupDetails } from "./details.ts";
import { pgError } from "./errors.ts";
import { formatLsn, type HistoryStep, parseHistory, parseLsn, segmentStart } from "./lsn.ts";
import { historyLog, walLog } from "./wal-log.ts";
import { type WalEnd, WalScanner } from "./wal-scan.ts";

/** To where a server is recovered. */
export type RecoveryTarget =
  | { readonly kind: "latest" }
  /** As soon as the backup is consistent. */
  | { readonly kind: "immediate" }
  | { readonly kind: "time"; readonly at_ms: number }
  | { readonly kind: "lsn"; readonly lsn: bigint }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "xid"; readonly xid: number };

/** A stretch of one timeline that recovery goes through. */
export interface WalStep {
  readonly timeline: number;
  readonly from: bigint;
  /** Where the next timeline begins; `null` for the last one. */
  readonly until: bigint | null;
}

/** What is missing: nothing behind `from` can be reached from a backup before it. */
export interface WalGap {
  readonly timeline: number;
  readonly from: bigint;
  /** Where log begins again; `null` when nothing came afterwards. */
  readonly to: bigint | null;
}

/** How far the log leads from one backup. */
export interface WalReach {
  readonly timeline: number;
  readonly steps: readonly WalStep[];
  /** Behind the last byte that follows on the backup without a gap. */
  readonly end: bigint;
  /** The last transaction that ended before there; any time before it can be a target. */
  readonly latest_ms: number | null;
  /** The first gap behind the backup. */
  readonly gap: WalGap | null;
  readonly wal_bytes: bigint;
}

/** The histories of a server's timelines as far as they are kept. */
async function histories(repository: Repository, system_identifier: string): Promise<Map<number, HistoryStep[]>> {
  const found = new Map<number, HistoryStep[]>();
  for await (const { key, start } of listPieces(repository.store, historyLog(system_identifier)))
    found.set(Number(start), parseHistory((await readPiece(repository, key)).bytes.toString("utf8")));
  return found;
}

/** Timelines of a server of which log is held. */
async function timelines(repository: Repository, system_identifier: string): Promise<number[]> {
  const prefix = walLog(system_identifier, 0).slice(0, -1);
  return (await listLogs(repository.store))
    .filter((log) => log.startsWith(prefix))
    .map((log) => Number(log.slice(prefix.length)))
    .filter((timeline) => Number.isInteger(timeline));
}

/**
 * Follows the log from a backup on, along the newest timeline that comes from it, or the one that is asked for.
 * @throws LOG_DAMAGED, STORE_*, PG_TARGET_UNREACHABLE for a timeline that does not come from the backup
 */
export async function reachOf(
  repository: Repository,
  backup: PgBackupDetails,
  wanted_timeline?: number,
): Promise<WalReach> {
  const [start, stop] = [parseLsn(backup.start_lsn), parseLsn(backup.stop_lsn)];
  const known = await histories(repository, backup.system_identifier);
  const held = await timelines(repository, backup.system_identifier);
  const comesFrom = (timeline: number) =>
    timeline === backup.timeline ||
    (known.get(timeline)?.some((step) => step.timeline === backup.timeline && step.switch_lsn >= stop) ?? false);
  const candidates = held.filter((each) => comesFrom(each)).sort((a, b) => b - a);
  const timeline = wanted_timeline ?? candidates[0] ?? backup.timeline;
  if (!comesFrom(timeline))
    throw pgError(
      "PG_TARGET_UNREACHABLE",
      `timeline ${timeline} does not come from this backup on timeline ${backup.timeline}`,
    );
  const { wal_segment_bytes } = backup;
  const steps: WalStep[] = [];
  let from = segmentStart(start, wal_segment_bytes);
  for (const step of known.get(timeline) ?? []) {
    if (step.timeline < backup.timeline || timeline === backup.timeline) continue;
    steps.push({ timeline: step.timeline, from, until: step.switch_lsn });
    from = segmentStart(step.switch_lsn, wal_segment_bytes);
  }
  steps.push({ timeline, from, until: null });

  let [end, latest_ms]: [bigint, number | null] = [stop, null];
  let gap: WalGap | null = null;
  for (const step of steps) {
    const pieces = await collect(listPieces(repository.store, walLog(backup.system_identifier, step.timeline)));
    // What lies before the backup's stop came with the backup.
    const begin = step.timeline === backup.timeline ? stop : step.from;
    const at = stretchesOf(pieces).find((each) => each.start <= begin && each.end >= begin);
    const reached = at?.end ?? begin;
    const last = [...pieces].reverse().find((piece) => piece.end <= reached && piece.end > begin);
    if (at !== undefined && last !== undefined) {
      const { piece } = await readPiece(repository, last.key);
      if (piece.last_ms > 0) latest_ms = Math.max(latest_ms ?? 0, piece.last_ms);
    }
    if (reached > end) end = reached;
    if (step.until !== null && reached >= step.until) continue;
    const next = pieces.find((piece) => piece.start > reached);
    if (next !== undefined || step.until !== null)
      gap = { timeline: step.timeline, from: reached, to: next?.start ?? null };
    break;
  }
  const first = (steps[0] as WalStep).from;
  return { timeline, steps, end, latest_ms, gap, wal_bytes: end - first };
}

/**
 * Refuses a target that the backup and the log together do not lead to.
 * @throws PG_TARGET_UNREACHABLE with the earliest and the latest point there is
 */
export async function checkTarget(
  repository: Repository,
  backup: PgBackupDetails,
  reach: WalReach,
  target: RecoveryTarget,
): Promise<void> {
  const { end, latest_ms, gap } = reach;
  const earliest = `${new Date(backup.stopped_at_ms).toISOString()} (${backup.stop_lsn})`;
  const latest = `${latest_ms === null ? "the backup itself" : new Date(latest_ms).toISOString()} (${formatLsn(end)})`;
  const behind =
    gap === null
      ? ""
      : `; the log is missing from ${formatLsn(gap.from)} to ${gap.to === null ? "its end" : formatLsn(gap.to)} on timeline ${gap.timeline}`;
  const refuse = (what: string) =>
    pgError("PG_TARGET_UNREACHABLE", `${what}: this backup can be recovered from ${earliest} to ${latest}${behind}`, {
      earliest: new Date(backup.stopped_at_ms).toISOString(),
      latest: latest_ms === null ? null : new Date(latest_ms).toISOString(),
      earliest_lsn: backup.stop_lsn,
      latest_lsn: formatLsn(end),
    });
  switch (target.kind) {
    case "latest":
    case "immediate":
      return;
    case "time": {
      const at = new Date(target.at_ms).toISOString();
      if (target.at_ms < backup.stopped_at_ms) throw refuse(`${at} is before the backup ended`);
      // Recovery stops at the first transaction that ended later: there has to be one.
      if (latest_ms === null || target.at_ms >= latest_ms) throw refuse(`no log leads past ${at}`);
      return;
    }
    case "lsn":
      if (target.lsn < parseLsn(backup.stop_lsn)) throw refuse(`${formatLsn(target.lsn)} is before the backup ended`);
      if (target.lsn >= end) throw refuse(`no log leads to ${formatLsn(target.lsn)}`);
      return;
    case "name":
    case "xid":
      if (!(await contains(repository, backup, reach, target)))
        throw refuse(
          target.kind === "name"
            ? `there is no restore point ${JSON.stringify(target.name)} behind the backup`
            : `transaction ${target.xid} did not end behind the backup`,
        );
  }
}

/** Looks through the log for a name or a transaction. */
async function contains(
  repository: Repository,
  backup: PgBackupDetails,
  reach: WalReach,
  target: Extract<RecoveryTarget, { kind: "name" | "xid" }>,
): Promise<boolean> {
  const stop = parseLsn(backup.stop_lsn);
  let found = false;
  let scanner: WalScanner | undefined;
  let step: WalStep | undefined;
  const seen = ({ xid, lsn }: WalEnd) => {
    if (target.kind === "xid" && xid === target.xid && lsn > stop) found = true;
  };
  for await (const part of readSteps(repository, backup, reach)) {
    if (part.step !== step) {
      step = part.step;
      const from = part.lsn - (part.lsn % 8192n);
      scanner = new WalScanner(from, backup.wal_segment_bytes, seen);
      if (from !== part.lsn) scanner.push(Buffer.alloc(Number(part.lsn - from)));
    }
    scanner?.push(part.bytes);
    if (target.kind === "name" && scanner?.found.names.some(({ name, lsn }) => name === target.name && lsn > stop))
      found = true;
    if (found) return true;
  }
  return false;
}

export interface WalPart {
  readonly step: WalStep;
  readonly lsn: bigint;
  readonly bytes: Buffer;
  /** The last transaction that ended up to here; 0 when unknown. */
  readonly last_ms: number;
}

/** The log that recovery goes through, in order; what the backup has itself is passed over where the log lacks it. */
export async function* readSteps(
  repository: Repository,
  backup: PgBackupDetails,
  reach: WalReach,
): AsyncGenerator<WalPart> {
  const stop = parseLsn(backup.stop_lsn);
  for (const step of reach.steps) {
    const pieces = await collect(listPieces(repository.store, walLog(backup.system_identifier, step.timeline)));
    const stretch = stretchesOf(pieces).find(
      (each) => each.end > step.from && each.start <= (step.timeline === backup.timeline ? stop : step.from),
    );
    if (stretch === undefined) continue;
    let at = stretch.start > step.from ? stretch.start : step.from;
    const to = step.until !== null && step.until < stretch.end ? step.until : stretch.end;
    while (at < to) {
      const piece = furthest(pieces, at);
      if (piece === undefined) break;
      const read = await readPiece(repository, piece.key);
      const end = piece.end < to ? piece.end : to;
      yield {
        step,
        lsn: at,
        bytes: read.bytes.subarray(Number(at - piece.start), Number(end - piece.start)),
        last_ms: read.piece.last_ms,
      };
      at = end;
    }
  }
}

/** Of the pieces that hold a position, the one that reaches furthest. */
function furthest(pieces: readonly ListedPiece[], at: bigint): ListedPiece | undefined {
  let best: ListedPiece | undefined;
  for (const piece of pieces) {
    if (piece.start > at) break;
    if (piece.end > at && (best === undefined || piece.end > best.end)) best = piece;
  }
  return best;
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}

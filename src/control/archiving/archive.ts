import { type Clock, HoldfastError, hasCode } from "../../base/index.ts";
import { appendPiece } from "../../engine/log/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import {
  formatLsn,
  historyLog,
  openReceiver,
  parseHistory,
  type PgTarget,
  readFacts,
  segmentStart,
  type ServerFacts,
  WalAppender,
  walLog,
  type WalReceiver,
  walTail,
} from "../../engine/source/postgresql/index.ts";
import { archivingError } from "./errors.ts";

/** What the streaming of one workload tells whoever keeps account. */
export interface ArchiveListener {
  streaming(facts: ServerFacts, timeline: number): Promise<void>;
  flushed(state: FlushState): Promise<void>;
  gap(gap: ArchiveGap): Promise<void>;
  /** Somebody dropped the slot: log was held by luck only. */
  slotMade(again: boolean): Promise<void>;
}

export interface FlushState {
  readonly timeline: number;
  readonly flushed_lsn: string;
  readonly server_lsn: string;
  readonly last_commit_ms: number | null;
}

export interface ArchiveGap {
  readonly system_identifier: string;
  readonly timeline: number;
  readonly from_lsn: string;
  readonly to_lsn: string;
  readonly from_ms: number | null;
  readonly reason: string;
}

export interface ArchiveRun {
  readonly repository: Repository;
  readonly target: PgTarget;
  readonly slot: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly listener: ArchiveListener;
  /** The timeline that was streamed last, if any was. */
  readonly last_timeline: number | null;
}

/** Log waits no longer before it is made durable. */
const FLUSH_MS = 1000;
/** Keys and settings of the repository are looked at again as often. */
const RUN_MS = 10 * 60_000;

interface Position {
  readonly timeline: number;
  /** Where log of the timeline begins that is not held yet; used when nothing of it is. */
  readonly start: bigint;
}

/**
 * Streams a server's log into the repository: resolves after a while, to be called again; rejects when the connection
 * or the repository fails. Nothing the server was told to be safe is lost by either.
 * @throws PG_*, STORE_*, KEY_*
 */
export async function runArchive(run: ArchiveRun): Promise<void> {
  const receiver = await openReceiver(run.target, run.clock);
  try {
    const facts = await readFacts(receiver.connection, run.target);
    const made = await receiver.ensureSlot(run.slot);
    const first = await whereToBegin(run, receiver, facts);
    if (made) await run.listener.slotMade(first.known);
    const until_ms = run.clock.monotonic_ms() + RUN_MS;
    let position: Position | null = first.position;
    while (position !== null && run.clock.monotonic_ms() < until_ms)
      position = await streamTimeline(run, receiver, facts, position, until_ms);
  } finally {
    receiver.connection.close();
  }
}

/** The newest timeline of which log is held goes on where it was left; a new server begins where its slot holds log. */
async function whereToBegin(
  { repository, last_timeline, slot }: ArchiveRun,
  receiver: WalReceiver,
  facts: ServerFacts,
): Promise<{ readonly position: Position; readonly known: boolean }> {
  const { system_identifier, wal_segment_bytes, timeline } = facts;
  for (const each of new Set([timeline, last_timeline ?? timeline])) {
    if (each > timeline) continue;
    const left = await walTail(repository, walLog(system_identifier, each), wal_segment_bytes);
    if (left !== null) return { position: { timeline: each, start: left.tail.end }, known: true };
  }
  const held = facts.major >= 15 ? (await receiver.readSlot(slot)).restart_lsn : null;
  const { lsn } = await receiver.position();
  return { position: { timeline, start: segmentStart(held ?? lsn, wal_segment_bytes) }, known: false };
}

/** @returns where to go on; `null` when it is time to begin anew */
async function streamTimeline(
  run: ArchiveRun,
  receiver: WalReceiver,
  facts: ServerFacts,
  { timeline, start }: Position,
  until_ms: number,
): Promise<Position | null> {
  const { repository, clock, listener, slot, signal } = run;
  const { system_identifier, wal_segment_bytes } = facts;
  const log = walLog(system_identifier, timeline);
  const left = await walTail(repository, log, wal_segment_bytes);
  const tail = left?.tail ?? { end: start, last_end_ms: 0 };
  const appender = new WalAppender(repository, log, wal_segment_bytes, tail, left?.held ?? [], clock);
  await listener.streaming(facts, timeline);
  const flush = async () => {
    await appender.flush();
    await listener.flushed({
      timeline,
      flushed_lsn: formatLsn(appender.flushed),
      server_lsn: formatLsn(receiver.server_lsn),
      last_commit_ms: appender.last_end_ms || null,
    });
  };
  try {
    for await (const each of receiver.stream(slot, timeline, appender.resume_from, signal)) {
      if (each.kind === "data" && !appender.push(each.lsn, each.bytes))
        throw archivingError(
          "WAL_DISCONTINUOUS",
          `log came from ${formatLsn(each.lsn)}, and is held to ${formatLsn(appender.flushed)}`,
        );
      if (each.kind === "switch") {
        await flush();
        await keepHistory(run, receiver, facts, each.timeline);
        return { timeline: each.timeline, start: segmentStart(each.lsn, wal_segment_bytes) };
      }
      if (appender.due(FLUSH_MS)) {
        await flush();
        receiver.acknowledge(appender.flushed);
      }
      if (each.kind === "idle" && clock.monotonic_ms() >= until_ms) {
        await flush();
        receiver.acknowledge(appender.flushed);
        return null;
      }
    }
    return null;
  } catch (error) {
    const lost = hasCode(error, "PG_WAL_REMOVED");
    const elsewhere =
      error instanceof HoldfastError &&
      /not in this server's history|is ahead of the WAL flush position/.test(error.message);
    if (!lost && !elsewhere) throw error;
    await passOver(run, facts, { timeline, start: appender.flushed }, tail.last_end_ms, error as HoldfastError);
    return null;
  }
}

/**
 * The server no longer has what comes next, or went another way before it: the hole is noted, and streaming goes on
 * behind it.
 */
async function passOver(
  run: ArchiveRun,
  facts: ServerFacts,
  { timeline, start }: Position,
  last_ms: number,
  error: HoldfastError,
): Promise<void> {
  const { repository, clock, listener, target, slot } = run;
  const { system_identifier, wal_segment_bytes } = facts;
  const receiver = await openReceiver(target, clock);
  try {
    let again: bigint;
    if (timeline < facts.timeline) {
      await keepHistory(run, receiver, facts, facts.timeline);
      const step = parseHistory(await receiver.history(facts.timeline)).find((each) => each.timeline === timeline);
      again = segmentStart(step?.switch_lsn ?? (await receiver.position()).lsn, wal_segment_bytes);
      // What this server has of the old timeline beyond the switch is not its own history: no hole in what it became.
      if (step !== undefined && step.switch_lsn <= start) {
        await begin(repository, walLog(system_identifier, facts.timeline), again);
        return;
      }
    } else {
      // A slot that lost its log holds none: it is made anew and holds from now on.
      await receiver.dropSlot(slot).catch(() => undefined);
    }
    const fresh = await openReceiver(target, clock);
    try {
      await fresh.ensureSlot(slot);
      const held = facts.major >= 15 ? (await fresh.readSlot(slot)).restart_lsn : null;
      again = segmentStart(held ?? (await fresh.position()).lsn, wal_segment_bytes);
    } finally {
      fresh.connection.close();
    }
    await begin(repository, walLog(system_identifier, facts.timeline), again);
    await listener.gap({
      system_identifier,
      timeline,
      from_lsn: formatLsn(start),
      to_lsn: formatLsn(again),
      from_ms: last_ms || null,
      reason: error.message,
    });
  } finally {
    receiver.connection.close();
  }
}

/** An empty piece says where log begins again. */
async function begin(repository: Repository, log: string, at: bigint): Promise<void> {
  await appendPiece(repository, { log, start: at, end: at, first_ms: 0, last_ms: 0, marks: {} }, Buffer.alloc(0));
}

async function keepHistory(
  { repository }: ArchiveRun,
  receiver: WalReceiver,
  { system_identifier }: ServerFacts,
  timeline: number,
): Promise<void> {
  const text = Buffer.from(await receiver.history(timeline));
  const at = { start: BigInt(timeline), end: BigInt(timeline + 1), first_ms: 0, last_ms: 0, marks: {} };
  await appendPiece(repository, { log: historyLog(system_identifier), ...at }, text);
}

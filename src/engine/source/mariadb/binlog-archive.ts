import type { Clock } from "../../../base/index.ts";
import { appendPiece } from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import { baseOf, FORMAT, MAGIC, offsetOf, positionOf, readHeader } from "./binlog-event.ts";
import { BinlogAppender, binlogName, binlogTail, type BinlogTail } from "./binlog-log.ts";
import { type BinlogFile, BinlogStream } from "./binlog-stream.ts";
import type { MariaTarget } from "./connect.ts";
import { mariaError } from "./errors.ts";

export interface BinlogState {
  readonly file: string;
  readonly offset: number;
  readonly gtid: string | null;
  /** Time of the last event that is durable, by the server's clock. */
  readonly last_event_ms: number | null;
  /** Is everything the server has written durable? */
  readonly complete: boolean;
}

export interface BinlogGap {
  readonly from: string;
  readonly to: string;
  readonly from_ms: number | null;
  readonly reason: string;
}

export interface BinlogArchiveRun {
  readonly repository: Repository;
  readonly target: MariaTarget;
  readonly workload_id: string;
  readonly server_id: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After so long it resolves, to be called again. */
  readonly run_ms: number;
  flushed(state: BinlogState): Promise<void>;
  gap(gap: BinlogGap): Promise<void>;
}

/** Log waits no longer before it is made durable. */
const FLUSH_MS = 1000;

interface Place {
  readonly file: string;
  readonly offset: number;
  /** The log it goes on in; `null`: the server begins to count anew, so does the log. */
  readonly tail: BinlogTail | null;
  readonly gap: BinlogGap | null;
}

/** Where to go on, or to begin: what the server still has of what is not held. @throws MARIA_NO_BINLOG */
function placeOf(tail: BinlogTail | null, files: readonly BinlogFile[]): Place {
  const [first, last] = [files[0], files.at(-1)];
  if (first === undefined || last === undefined)
    throw mariaError("MARIA_NO_BINLOG", "the server lists no file of its binary log");
  if (tail === null) return { file: last.file, offset: MAGIC.length, tail: null, gap: null };
  const held = files.find(({ file }) => baseOf(file) === tail.base && positionOf(file, 0) >> 32n === tail.end >> 32n);
  const offset = offsetOf(tail.end);
  if (held !== undefined && held.size >= offset)
    return { file: held.file, offset: Math.max(offset, MAGIC.length), tail, gap: null };
  // Files that are numbered on: the same log, with a hole. Numbers that begin anew: another log.
  const on = baseOf(first.file) === tail.base && positionOf(first.file, 0) > tail.end;
  const reason = on ? "the server removed files before they were read" : "the server began its binary log anew";
  const gap = { from: textOf(tail), to: `${first.file}:0`, from_ms: tail.last_ms || null, reason };
  return { file: first.file, offset: MAGIC.length, tail: on ? { ...tail, end: positionOf(first.file, 0) } : null, gap };
}

const textOf = ({ base, end }: BinlogTail) => `${base}.${String(end >> 32n).padStart(6, "0")}:${offsetOf(end)}`;

/**
 * Streams a server's binary log into the repository. What was told to be flushed is durable, whatever happens.
 * @throws MARIA_*, STORE_*
 */
export async function archiveBinlog(run: BinlogArchiveRun): Promise<void> {
  const { repository, target, workload_id, server_id, clock, signal } = run;
  const stream = await BinlogStream.open(target, server_id, clock);
  try {
    let place = placeOf(await binlogTail(repository, workload_id), await stream.files());
    if (place.gap !== null) await announce(run, place);
    let appender = place.tail === null ? undefined : new BinlogAppender(repository, place.tail, clock);
    const until_ms = clock.monotonic_ms() + run.run_ms;
    const tell = async (file: string, complete: boolean) => {
      if (appender === undefined) return;
      const { flushed, gtid, last_ms } = appender;
      await run.flushed({ file, offset: offsetOf(flushed), gtid, last_event_ms: last_ms || null, complete });
    };
    for await (const message of stream.read(place.file, place.offset, server_id, signal)) {
      if (message.kind === "format" && place.tail !== null && message.created_s !== place.tail.created_s) {
        const gap = { from: textOf(place.tail), to: `${message.file}:0`, from_ms: place.tail.last_ms || null };
        place = {
          ...place,
          tail: null,
          gap: { ...gap, reason: "a file of the same name is another one: the binary log began anew" },
        };
        await announce(run, place);
        // Whatever it is, its beginning is read with the next call: the old log ends here.
        await beginAnew(repository, workload_id, message.file, message.created_s);
        return;
      }
      if (message.kind === "event") {
        const { at_s, type } = readHeader(message.bytes);
        if (appender === undefined && type === FORMAT) {
          const end = positionOf(message.file, 0);
          const log = binlogName(workload_id, at_s);
          const tail = { log, base: baseOf(message.file), end, created_s: at_s, last_ms: 0, gtid: null };
          appender = new BinlogAppender(repository, tail, clock);
        }
        await appender?.push(message.file, message.offset, message.bytes);
        if (appender?.due(FLUSH_MS) === true) {
          await appender.flush();
          await tell(message.file, false);
        }
      }
      if (message.kind === "alive") {
        await appender?.flush();
        await tell(message.file, true);
        if (clock.monotonic_ms() >= until_ms) return;
      }
    }
  } finally {
    stream.close();
  }
}

async function announce({ gap }: BinlogArchiveRun, place: Place): Promise<void> {
  if (place.gap !== null) await gap(place.gap);
}

/** An empty piece says where a log begins. */
async function beginAnew(repository: Repository, workload_id: string, file: string, created_s: number): Promise<void> {
  const at = positionOf(file, 0);
  const marks = { base: baseOf(file), created_s };
  await appendPiece(
    repository,
    { log: binlogName(workload_id, created_s), start: at, end: at, first_ms: 0, last_ms: 0, marks },
    Buffer.alloc(0),
  );
}

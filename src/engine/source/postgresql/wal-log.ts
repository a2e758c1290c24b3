import type { Clock } from "../../../base/index.ts";
import { appendPiece, listPieces, type ListedPiece, mergePieces, PIECE_BYTES_MAX, readPiece } from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import { segmentStart } from "./lsn.ts";
import { WalScanner } from "./wal-scan.ts";

/** Name of the log of one timeline of one server; a position is its LSN. */
export const walLog = (system_identifier: string, timeline: number): string => `pg-${system_identifier}-${timeline}`;
/** Name of the log of its history files: the piece from n to n + 1 is that of timeline n. */
export const historyLog = (system_identifier: string): string => `pg-${system_identifier}-history`;

const PAGE = 8192n;
/** As much at once, however fast it comes. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** So many neighbours of one size class become one of the next. */
const FAN = 16;

interface Held extends ListedPiece {
  readonly level: number;
}

/** Where a log was left. */
export interface WalTail {
  /** Behind the last byte held. */
  readonly end: bigint;
  readonly last_end_ms: number;
}

/** Appends the log of one timeline as it comes, and keeps its pieces few. */
export class WalAppender {
  readonly #repository: Repository;
  readonly #clock: Clock;
  readonly #log: string;
  readonly #segment: number;
  readonly #scanner: WalScanner;
  #parts: Buffer[] = [];
  #bytes = 0;
  #since_ms = 0;
  /** Pieces of the segment under way, in order. */
  #held: Held[];
  /** Behind the last byte that is durable. */
  flushed: bigint;
  last_end_ms: number;
  last_end_lsn = 0n;

  /**
   * @param from behind the last byte held, or where the log begins
   * @param held pieces of the segment under way, left by an earlier run
   */
  constructor(
    repository: Repository,
    log: string,
    segment_bytes: number,
    from: WalTail,
    held: readonly ListedPiece[],
    clock: Clock,
  ) {
    this.#repository = repository;
    this.#log = log;
    this.#segment = segment_bytes;
    this.#clock = clock;
    this.flushed = from.end;
    this.last_end_ms = from.last_end_ms;
    this.#scanner = new WalScanner(this.resume_from, segment_bytes);
    this.#held = held.map((piece) => ({ ...piece, level: 0 }));
  }

  /** From where the server has to send: the page under way is read again, for records are found from its header on. */
  get resume_from(): bigint {
    return this.flushed - (this.flushed % PAGE);
  }

  get pending_bytes(): number {
    return this.#bytes;
  }

  /** Whether enough came, or waited long enough, to be made durable. */
  due(max_wait_ms: number): boolean {
    return (
      this.#bytes >= PIECE_BYTES || (this.#bytes > 0 && this.#clock.monotonic_ms() - this.#since_ms >= max_wait_ms)
    );
  }

  /** Bytes are copied. @returns false when they do not continue the log */
  push(lsn: bigint, bytes: Buffer): boolean {
    const expected = this.flushed + BigInt(this.#bytes);
    if (lsn > expected) return false;
    if (lsn + BigInt(bytes.length) > this.#scanner.position)
      this.#scanner.push(bytes.subarray(Number(this.#scanner.position - lsn)));
    const fresh = bytes.subarray(Number(expected - lsn));
    if (fresh.length === 0) return true;
    if (this.#bytes === 0) this.#since_ms = this.#clock.monotonic_ms();
    this.#parts.push(Buffer.from(fresh));
    this.#bytes += fresh.length;
    return true;
  }

  /** Makes durable what came; the server may be told {@link flushed} afterwards. */
  async flush(): Promise<void> {
    if (this.#bytes === 0) return;
    const all = Buffer.concat(this.#parts);
    const { found } = this.#scanner;
    const last_ms = Math.max(found.last_end_ms, this.last_end_ms);
    const marks: Record<string, string> = {};
    for (const { name, lsn } of found.names) marks[`name:${name}`] = lsn.toString(16);
    this.#parts = [];
    this.#bytes = 0;
    for (let at = 0; at < all.length; ) {
      // A piece never crosses a segment's end, so that merged ones are whole segments.
      const start = this.flushed;
      const room = Number(segmentStart(start, this.#segment) + BigInt(this.#segment) - start);
      const part = all.subarray(at, at + Math.min(room, PIECE_BYTES));
      const end = start + BigInt(part.length);
      const last = at + part.length === all.length;
      const piece = {
        log: this.#log,
        start,
        end,
        first_ms: found.first_end_ms || last_ms,
        // Only what is complete with this piece counts; the last one completes them all.
        last_ms: last ? last_ms : this.last_end_ms,
        marks: last ? marks : {},
      };
      const key = await appendPiece(this.#repository, piece, part);
      this.flushed = end;
      this.#held.push({ key, start, end, size_bytes: part.length, level: 0 });
      at += part.length;
      if (end % BigInt(this.#segment) === 0n) await this.#seal();
      else await this.#thin();
    }
    this.last_end_ms = last_ms;
    this.last_end_lsn = found.last_end_lsn;
    this.#scanner.reset();
  }

  /** The segment is whole: one piece holds it. */
  async #seal(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    // Servers may have segments larger than a piece can be.
    if (held.length > 1 && this.#segment <= PIECE_BYTES_MAX) await mergePieces(this.#repository, this.#log, held);
  }

  async #thin(): Promise<void> {
    for (;;) {
      const tail = this.#held.slice(-FAN);
      const level = tail[0]?.level;
      if (tail.length < FAN || level === undefined || !tail.every((each) => each.level === level)) return;
      if (tail.reduce((sum, each) => sum + each.size_bytes, 0) > PIECE_BYTES_MAX / 2) return;
      const { key } = await mergePieces(this.#repository, this.#log, tail);
      const [first, last] = [tail[0] as Held, tail.at(-1) as Held];
      const size_bytes = Number(last.end - first.start);
      this.#held.splice(-FAN, FAN, { key, start: first.start, end: last.end, size_bytes, level: level + 1 });
    }
  }
}

/** Finds where the log of a timeline was left; `null` when nothing is held of it. */
export async function walTail(
  repository: Repository,
  log: string,
  segment_bytes: number,
): Promise<{ readonly tail: WalTail; readonly held: readonly ListedPiece[] } | null> {
  let pieces: ListedPiece[] = [];
  let end = -1n;
  let last: ListedPiece | undefined;
  for await (const piece of listPieces(repository.store, log)) {
    if (piece.end > end) [end, last] = [piece.end, piece];
    // A merge that was cut short leaves small pieces beside the one that holds them all: those stay as they are.
    pieces = pieces.filter(
      (each) => segmentStart(each.start, segment_bytes) === segmentStart(piece.start, segment_bytes),
    );
    pieces.push(piece);
  }
  if (last === undefined) return null;
  const { piece } = await readPiece(repository, last.key);
  const under_way = segmentStart(end, segment_bytes);
  const held: ListedPiece[] = [];
  for (const each of pieces.filter(({ start }) => start >= under_way)) {
    const before = held.at(-1);
    if (before !== undefined && each.start < before.end) {
      if (each.end <= before.end) continue;
      if (each.start === before.start) held.pop();
    }
    held.push(each);
  }
  return { tail: { end, last_end_ms: piece.last_ms }, held };
}

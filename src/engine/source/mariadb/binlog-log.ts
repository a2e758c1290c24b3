import type { Clock } from "../../../base/index.ts";
import {
  appendPiece,
  coverOf,
  type ListedPiece,
  listLogs,
  listPieces,
  mergePieces,
  PIECE_BYTES_MAX,
  readPiece,
  stretchesOf,
} from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import type { ObjectStore } from "../../store/index.ts";
import { baseOf, FORMAT, GTID, gtidOf, MAGIC, offsetOf, positionOf, readHeader } from "./binlog-event.ts";
import { mariaError } from "./errors.ts";

/** A server that begins to count anew (RESET MASTER, another server) gets a log of its own, named by when it began. */
export const binlogPrefix = (workload_id: string): string => `binlog-${workload_id}-`;
export const binlogName = (workload_id: string, created_s: number): string =>
  `${binlogPrefix(workload_id)}${created_s}`;

export async function binlogsOf(store: ObjectStore, workload_id: string): Promise<string[]> {
  const prefix = binlogPrefix(workload_id);
  const names = (await listLogs(store)).filter((name) => name.startsWith(prefix));
  return names.sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));
}

export async function piecesOf(store: ObjectStore, log: string): Promise<ListedPiece[]> {
  const pieces: ListedPiece[] = [];
  for await (const piece of listPieces(store, log)) pieces.push(piece);
  return pieces;
}

/** What stands in every piece, readable without its bytes. */
export interface BinlogMarks {
  /** Name of the files without their number. */
  readonly base: string;
  /** When the file was begun, by the server's clock. */
  readonly created_s: number;
  readonly gtid?: string;
}

export interface BinlogTail {
  readonly log: string;
  readonly base: string;
  readonly end: bigint;
  readonly created_s: number;
  readonly last_ms: number;
  readonly gtid: string | null;
}

/** Where the newest log of a workload ends; `null` when it has none. */
export async function binlogTail(repository: Repository, workload_id: string): Promise<BinlogTail | null> {
  const log = (await binlogsOf(repository.store, workload_id)).at(-1);
  if (log === undefined) return null;
  const last = (await piecesOf(repository.store, log)).reduce<ListedPiece | undefined>(
    (best, each) => (best === undefined || each.end >= best.end ? each : best),
    undefined,
  );
  if (last === undefined) return null;
  const { piece } = await readPiece(repository, last.key);
  const { base, created_s, gtid } = piece.marks as unknown as BinlogMarks;
  return { log, base, end: piece.end, created_s, last_ms: piece.last_ms, gtid: gtid ?? null };
}

/** So many at once, for each is read back. */
const MERGE_PIECES = 4096;

/** Seals what comes from the server, piece by piece. */
export class BinlogAppender {
  readonly #repository: Repository;
  readonly #clock: Clock;
  readonly log: string;
  readonly #base: string;
  #created_s: number;
  #start: bigint;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #first_ms = 0;
  #last_ms: number;
  #gtid: string | null;
  #waiting_since: number | null = null;
  #flushed: bigint;

  constructor(repository: Repository, tail: BinlogTail, clock: Clock) {
    this.#repository = repository;
    this.#clock = clock;
    this.log = tail.log;
    this.#base = tail.base;
    this.#created_s = tail.created_s;
    this.#start = tail.end;
    this.#flushed = tail.end;
    this.#last_ms = tail.last_ms;
    this.#gtid = tail.gtid;
  }

  /** Everything before it is durable. */
  get flushed(): bigint {
    return this.#flushed;
  }
  get last_ms(): number {
    return this.#last_ms;
  }
  get gtid(): string | null {
    return this.#gtid;
  }
  get pending(): boolean {
    return this.#bytes > 0;
  }

  due(after_ms: number): boolean {
    if (this.#bytes > PIECE_BYTES_MAX / 8) return true;
    return this.#waiting_since !== null && this.#clock.monotonic_ms() - this.#waiting_since >= after_ms;
  }

  async push(file: string, offset: number, event: Buffer): Promise<void> {
    const { type, at_s } = readHeader(event);
    if (offset === MAGIC.length) {
      await this.closeFile(file);
      this.#add(MAGIC);
    }
    if (type === FORMAT) this.#created_s = at_s;
    const at = positionOf(file, offset);
    const next = this.#start + BigInt(this.#bytes);
    if (at !== next)
      throw mariaError(
        "MARIA_BINLOG_LOST",
        `log came from ${file}:${offset}, and is held to ${this.#base}.${next >> 32n}:${offsetOf(next)}`,
      );
    // One event can be larger than a piece may be.
    for (let from = 0; from < event.length; from += PIECE_BYTES_MAX / 2) {
      if (this.#bytes + Math.min(event.length, PIECE_BYTES_MAX / 2) > PIECE_BYTES_MAX) await this.flush();
      this.#add(event.subarray(from, from + PIECE_BYTES_MAX / 2));
    }
    if (at_s > 0) {
      this.#last_ms = at_s * 1000;
      this.#first_ms ||= this.#last_ms;
    }
    if (type === GTID) this.#gtid = gtidOf(event);
  }

  #add(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    this.#waiting_since ??= this.#clock.monotonic_ms();
  }

  /** The next file begins: nothing of the one before is missing. */
  async closeFile(next: string): Promise<void> {
    const begin = positionOf(next, 0);
    const at = this.#start + BigInt(this.#bytes);
    if (at === begin) return;
    if (at >> 32n !== (begin >> 32n) - 1n && at !== 0n)
      throw mariaError("MARIA_BINLOG_LOST", `${next} follows on file ${at >> 32n}: what is between is missing`);
    const bytes = BigInt(this.#bytes);
    await this.flush(begin);
    await this.#merge(at >> 32n, bytes);
  }

  async flush(end?: bigint): Promise<void> {
    if (this.#bytes === 0 && end === undefined) return;
    const start = this.#start;
    const marks: BinlogMarks = {
      base: this.#base,
      created_s: this.#created_s,
      ...(this.#gtid === null ? {} : { gtid: this.#gtid }),
    };
    const piece = {
      log: this.log,
      start,
      end: end ?? start + BigInt(this.#bytes),
      first_ms: this.#first_ms || this.#last_ms,
      last_ms: this.#last_ms,
      marks: { ...marks },
    };
    await appendPiece(this.#repository, piece, Buffer.concat(this.#chunks));
    this.#chunks = [];
    this.#bytes = 0;
    this.#first_ms = 0;
    this.#waiting_since = null;
    this.#start = piece.end;
    this.#flushed = piece.end;
  }

  /** Makes few large pieces of the many small ones of a file that is complete. */
  async #merge(file: bigint, closing_bytes: bigint): Promise<void> {
    const pieces = (await piecesOf(this.#repository.store, this.log)).filter(({ start }) => start >> 32n === file);
    let group: ListedPiece[] = [];
    let bytes = 0n;
    for (const piece of [...pieces, undefined]) {
      // A closed piece ends where the next file begins, far behind its bytes.
      const size = piece === undefined ? 0n : piece.end >> 32n === file ? piece.end - piece.start : closing_bytes;
      if (piece === undefined || bytes + size > BigInt(PIECE_BYTES_MAX) || group.length >= MERGE_PIECES) {
        if (group.length > 1) await mergePieces(this.#repository, this.log, group);
        group = [];
        bytes = 0n;
      }
      if (piece !== undefined) {
        group.push(piece);
        bytes += size;
      }
    }
  }
}

/** How far a backup's log leads. */
export interface BinlogReach {
  readonly log: string;
  readonly base: string;
  readonly pieces: readonly ListedPiece[];
  /** Where it ends without a hole before. */
  readonly end: bigint;
  /** The same as file and offset. */
  readonly end_text: string;
  readonly latest_ms: number;
  readonly gap: { readonly from: string; readonly to: string } | null;
}

/** The log that goes on where a backup was made. `null`: none does. */
export async function reachOfBinlog(
  repository: Repository,
  workload_id: string,
  at: { readonly file: string; readonly position: number },
  taken_ms: number,
): Promise<BinlogReach | null> {
  const from = positionOf(at.file, at.position);
  const prefix = binlogPrefix(workload_id).length;
  const logs = (await binlogsOf(repository.store, workload_id)).filter(
    (name) => Number(name.slice(prefix)) * 1000 <= taken_ms + 1000,
  );
  for (const log of logs.reverse()) {
    const pieces = await piecesOf(repository.store, log);
    const stretches = stretchesOf(pieces);
    const found = stretches.findIndex(({ start, end }) => start <= (from >> 32n) << 32n && end >= from);
    const stretch = stretches[found];
    if (stretch === undefined) continue;
    const last = coverOf(pieces, stretch.start, stretch.end).at(-1) as ListedPiece;
    const { piece } = await readPiece(repository, last.key);
    const { base } = piece.marks as unknown as BinlogMarks;
    const next = stretches[found + 1];
    const text = (position: bigint) => `${base}.${String(position >> 32n).padStart(6, "0")}:${offsetOf(position)}`;
    const gap = next === undefined ? null : { from: text(stretch.end), to: text(next.start) };
    return {
      log,
      base: baseOf(`${base}.000001`),
      pieces,
      end: stretch.end,
      end_text: text(stretch.end),
      latest_ms: piece.last_ms,
      gap,
    };
  }
  return null;
}

import { appendPiece, type ListedPiece, listPieces, PIECE_BYTES_MAX, readPiece, stretchesOf } from "../../log/index.ts";
import type { Repository } from "../../repository/index.ts";
import { pgError } from "./errors.ts";
import { formatLsn, historyName, parseSegmentName, segmentName } from "./lsn.ts";
import { historyLog, walLog } from "./wal-log.ts";
import { WalScanner } from "./wal-scan.ts";

/** A file as PostgreSQL hands it to `archive_command`. */
export interface WalFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface KeptWal {
  /** `held`: the same bytes were there; `passed`: of no use to a recovery. */
  readonly outcome: "stored" | "held" | "passed";
  readonly system_identifier: string;
  readonly timeline: number;
  /** Behind its last byte; `null` for what is no segment. */
  readonly end_lsn: string | null;
  /** The last transaction that ended in it; `null` when none did. */
  readonly last_commit_ms: number | null;
  /** Log is held that leads up to its first byte; true of what is no segment. */
  readonly follows: boolean;
}

const SEGMENT = /^[0-9A-F]{24}(\.partial)?$/;
const HISTORY = /^([0-9A-F]{8})\.history$/;
const LABEL = /^[0-9A-F]{24}\.[0-9A-F]{8}\.backup$/;
const LONG_HEADER = 0x0002;
const PAGE = 8192;

/** Of a segment: what its first page says. @throws PG_WAL_FILE */
function headOf({ name, bytes }: WalFile) {
  const bad = (why: string) => pgError("PG_WAL_FILE", `${name} is no segment of a write-ahead log: ${why}`, { name });
  if (bytes.length < PAGE || (bytes.readUInt16LE(2) & LONG_HEADER) === 0)
    throw bad("its first page has no long header");
  const [system_identifier, segment_bytes] = [bytes.readBigUInt64LE(24).toString(), bytes.readUInt32LE(32)];
  if (segment_bytes < 2 ** 20 || segment_bytes > 2 ** 30 || (segment_bytes & (segment_bytes - 1)) !== 0)
    throw bad(`it claims segments of ${segment_bytes} bytes`);
  const place = parseSegmentName(name.slice(0, 24), segment_bytes);
  if (place === undefined || place.start !== bytes.readBigUInt64LE(8))
    throw bad(`it begins at ${formatLsn(bytes.readBigUInt64LE(8))}`);
  if (bytes.length !== segment_bytes) throw bad(`it has ${bytes.length} bytes of ${segment_bytes}`);
  if (bytes.length > PIECE_BYTES_MAX)
    throw pgError("PG_WAL_FILE", `${name} has ${bytes.length} bytes; more than ${PIECE_BYTES_MAX} is only streamed`, {
      name,
    });
  return { ...place, system_identifier };
}

/**
 * Keeps what `archive_command` pushes; durable when it resolves. The same again changes nothing.
 * @param expected the server that the workload's log is of, as far as it is known
 * @param dry look, and answer as if it had been kept
 * @throws PG_WAL_FILE, PG_WAL_OTHER_SERVER, PG_WAL_CONFLICT when other bytes are held at its place; LOG_*, STORE_*
 */
export async function keepWalFile(
  repository: Repository,
  file: WalFile,
  expected: string | null,
  dry = false,
): Promise<KeptWal> {
  const { name, bytes } = file;
  if (LABEL.test(name)) {
    const timeline = Number.parseInt(name.slice(0, 8), 16);
    const nothing = { end_lsn: null, last_commit_ms: null, follows: true };
    return { outcome: "passed", system_identifier: expected ?? "", timeline, ...nothing };
  }
  const history = HISTORY.exec(name);
  if (history !== null) return keepHistory(repository, file, Number.parseInt(history[1] as string, 16), expected, dry);
  if (!SEGMENT.test(name)) throw pgError("PG_WAL_FILE", `${name} is no name of a write-ahead log's file`, { name });
  const { system_identifier, timeline, start } = headOf(file);
  if (expected !== null && expected !== system_identifier)
    throw pgError(
      "PG_WAL_OTHER_SERVER",
      `${name} is of the server ${system_identifier}; this workload's log is of ${expected}`,
      { name },
    );
  // What lies behind the end of a segment that was not filled is of an older one.
  const used = name.endsWith(".partial") ? filledBytes(bytes, start) : bytes.length;
  const log = walLog(system_identifier, timeline);
  const end = start + BigInt(used);
  const around: ListedPiece[] = [];
  let before: ListedPiece | undefined;
  let follows = false;
  for await (const piece of listPieces(repository.store, log)) {
    if (piece.start < end && piece.end > start) around.push(piece);
    if (piece.start < start && piece.end >= start) follows = true;
    if (piece.end <= start && (before === undefined || piece.end > before.end)) before = piece;
  }
  for (const { key } of around) {
    const held = await readPiece(repository, key);
    const [from, to] = [max(held.piece.start, start), min(held.piece.end, end)];
    const theirs = held.bytes.subarray(Number(from - held.piece.start), Number(to - held.piece.start));
    if (!theirs.equals(bytes.subarray(Number(from - start), Number(to - start))))
      throw pgError(
        "PG_WAL_CONFLICT",
        `${name} differs from what is held between ${formatLsn(from)} and ${formatLsn(to)}: two servers write the same timeline`,
        { name, from_lsn: formatLsn(from), to_lsn: formatLsn(to) },
      );
  }
  const scanner = new WalScanner(start, bytes.length);
  scanner.push(bytes.subarray(0, used));
  const { last_end_ms, first_end_ms, names } = scanner.found;
  const kept = { system_identifier, timeline, end_lsn: formatLsn(end), last_commit_ms: last_end_ms || null, follows };
  if (stretchesOf(around).some((each) => each.start <= start && each.end >= end)) return { ...kept, outcome: "held" };
  const last_ms = last_end_ms || (before === undefined ? 0 : (await readPiece(repository, before.key)).piece.last_ms);
  const marks: Record<string, string> = {};
  for (const mark of names) marks[`name:${mark.name}`] = mark.lsn.toString(16);
  const piece = { log, start, end, first_ms: first_end_ms || last_ms, last_ms, marks };
  if (!dry) await appendPiece(repository, piece, bytes.subarray(0, used));
  return { ...kept, outcome: "stored" };
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** How far the pages of a segment are its own. */
function filledBytes(bytes: Buffer, start: bigint): number {
  let at = 0;
  while (at < bytes.length && bytes.readBigUInt64LE(at + 8) === start + BigInt(at)) at += PAGE;
  return at;
}

async function keepHistory(
  repository: Repository,
  { name, bytes }: WalFile,
  timeline: number,
  expected: string | null,
  dry: boolean,
): Promise<KeptWal> {
  if (expected === null)
    throw pgError("PG_WAL_FILE", `${name} does not say of which server it is, and no log of one is held yet`, { name });
  const log = historyLog(expected);
  const kept = { system_identifier: expected, timeline, end_lsn: null, last_commit_ms: null, follows: true };
  for await (const { key, start } of listPieces(repository.store, log)) {
    if (start !== BigInt(timeline)) continue;
    if ((await readPiece(repository, key)).bytes.equals(bytes)) return { ...kept, outcome: "held" };
    throw pgError("PG_WAL_CONFLICT", `another history of timeline ${timeline} is held`, { name });
  }
  const at = { start: BigInt(timeline), end: BigInt(timeline + 1), first_ms: 0, last_ms: 0, marks: {} };
  if (!dry) await appendPiece(repository, { log, ...at }, bytes);
  return { ...kept, outcome: "stored" };
}

/**
 * A file as `restore_command` asks for it; `null` when it is not held, or not whole.
 * @throws LOG_*, STORE_*
 */
export async function fetchWalFile(
  repository: Repository,
  name: string,
  system_identifier: string,
  segment_bytes: number,
): Promise<Buffer | null> {
  const history = HISTORY.exec(name);
  if (history !== null) {
    const timeline = Number.parseInt(history[1] as string, 16);
    for await (const { key, start } of listPieces(repository.store, historyLog(system_identifier)))
      if (start === BigInt(timeline) && historyName(timeline) === name) return (await readPiece(repository, key)).bytes;
    return null;
  }
  const place = parseSegmentName(name, segment_bytes);
  if (place === undefined || segmentName(place.timeline, place.start, segment_bytes) !== name) return null;
  const out = Buffer.alloc(segment_bytes);
  const end = place.start + BigInt(segment_bytes);
  const pieces: ListedPiece[] = [];
  for await (const piece of listPieces(repository.store, walLog(system_identifier, place.timeline)))
    if (piece.start < end && piece.end > place.start) pieces.push(piece);
  const held = stretchesOf(pieces).find((each) => each.start <= place.start);
  // The last segment is not full: what is held of it is where the log ends, and zeros say so.
  if (held === undefined || pieces.length === 0) return null;
  for (const { key } of pieces) {
    const { piece, bytes } = await readPiece(repository, key);
    if (piece.start >= held.end) continue;
    const from = max(piece.start, place.start);
    const to = min(piece.end, end);
    bytes.copy(out, Number(from - place.start), Number(from - piece.start), Number(to - piece.start));
  }
  return out;
}

import { hasCode } from "../../base/index.ts";
import type { Repository } from "../repository/index.ts";
import type { ObjectLock, ObjectStore } from "../store/index.ts";
import { logError } from "./errors.ts";
import { decodePiece, encodePiece, type LogPiece, logPrefix, parseKey, PIECE_BYTES_MAX, pieceKey } from "./piece.ts";

/** A piece as the store lists it. */
export interface ListedPiece {
  readonly key: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly size_bytes: number;
}

/** A stretch of positions without a byte missing. */
export interface Stretch {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Appends a piece; durable when it resolves. The same piece appended again changes nothing.
 * @throws LOG_NAME_INVALID, STORE_*
 */
export async function appendPiece(
  repository: Repository,
  piece: LogPiece,
  bytes: Uint8Array,
  lock?: ObjectLock,
): Promise<string> {
  if (bytes.length > PIECE_BYTES_MAX || piece.end < piece.start)
    throw logError("LOG_NAME_INVALID", `a piece of ${bytes.length} bytes from ${piece.start} to ${piece.end} is none`);
  const key = pieceKey(piece);
  const object = encodePiece(repository.id, piece, bytes, repository.current_epoch, repository.random);
  try {
    await repository.store.put(key, object, { if_absent: true, ...(lock === undefined ? {} : { lock }) });
  } catch (error) {
    if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
  }
  return key;
}

/** All pieces of a log, in order of their start. */
export async function* listPieces(store: ObjectStore, log: string): AsyncGenerator<ListedPiece> {
  for await (const { key, size_bytes } of store.list(logPrefix(log))) {
    const positions = parseKey(key);
    if (positions !== undefined) yield { key, ...positions, size_bytes };
  }
}

/** Names of all logs of a repository. */
export async function listLogs(store: ObjectStore): Promise<string[]> {
  const names = new Set<string>();
  for await (const { key } of store.list("logs/")) names.add(key.split("/")[1] as string);
  return [...names];
}

/** The stretches that pieces cover; more than one means that something between them is missing. */
export function stretchesOf(pieces: readonly Stretch[]): Stretch[] {
  const stretches: { start: bigint; end: bigint }[] = [];
  for (const { start, end } of [...pieces].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))) {
    const last = stretches.at(-1);
    if (last !== undefined && start <= last.end) last.end = end > last.end ? end : last.end;
    else stretches.push({ start, end });
  }
  return stretches;
}

/** Reads and opens one piece. @throws LOG_DAMAGED, STORE_* */
export async function readPiece(
  repository: Repository,
  key: string,
): Promise<{ readonly piece: LogPiece; readonly bytes: Buffer }> {
  return decodePiece(key, await repository.store.get(key), repository.id, repository.epoch_keys);
}

/**
 * The pieces that together cover `[from, to)`, fewest first: of those that hold a position, the one that reaches
 * furthest.
 * @throws LOG_GAP naming the first missing stretch
 */
export function coverOf(pieces: readonly ListedPiece[], from: bigint, to: bigint): ListedPiece[] {
  const sorted = [...pieces].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const chosen: ListedPiece[] = [];
  let best: ListedPiece | undefined;
  let next = 0;
  for (let at = from; at < to; at = (best as ListedPiece).end) {
    for (; next < sorted.length && (sorted[next] as ListedPiece).start <= at; next++) {
      const piece = sorted[next] as ListedPiece;
      if (best === undefined || piece.end > best.end) best = piece;
    }
    if (best === undefined || best.end <= at) {
      const until = sorted[next]?.start.toString(16) ?? null;
      const missing = until === null ? "to its end" : `to ${until}`;
      throw logError("LOG_GAP", `the log is missing from ${at.toString(16)} ${missing}`, {
        from: at.toString(16),
        to: until,
      });
    }
    chosen.push(best);
  }
  return chosen;
}

/**
 * The bytes of `[from, to)` of a log, for logs with a position a byte.
 * @throws LOG_GAP, LOG_DAMAGED, STORE_*
 */
export async function* readLog(repository: Repository, log: string, from: bigint, to: bigint): AsyncGenerator<Buffer> {
  const pieces: ListedPiece[] = [];
  for await (const piece of listPieces(repository.store, log)) pieces.push(piece);
  let at = from;
  for (const { key, start, end } of coverOf(pieces, from, to)) {
    const { bytes } = await readPiece(repository, key);
    const stop = end < to ? end : to;
    yield bytes.subarray(Number(at - start), Number(stop - start));
    at = stop;
  }
}

/**
 * Puts one piece in the place of several small ones that follow each other; those are deleted once it is durable and
 * was read back. Locked ones stay until their lock ends.
 * @returns the new piece's key, and what was deleted
 */
export async function mergePieces(
  repository: Repository,
  log: string,
  small: readonly ListedPiece[],
  lock?: ObjectLock,
): Promise<{ readonly key: string; readonly deleted: readonly string[] }> {
  const parts: Buffer[] = [];
  const opened: LogPiece[] = [];
  let at = small[0]?.start ?? 0n;
  for (const { key } of small) {
    const { piece, bytes } = await readPiece(repository, key);
    if (piece.start > at)
      throw logError("LOG_GAP", `the log is missing from ${at.toString(16)} to ${piece.start.toString(16)}`);
    opened.push(piece);
    if (piece.end <= at) continue;
    parts.push(bytes.subarray(Number(at - piece.start)));
    at = piece.end;
  }
  const whole: LogPiece = {
    log,
    start: (opened[0] as LogPiece).start,
    end: at,
    first_ms: Math.min(...opened.map(({ first_ms }) => first_ms)),
    last_ms: Math.max(...opened.map(({ last_ms }) => last_ms)),
    marks: Object.assign({}, ...opened.map(({ marks }) => marks)) as Record<string, unknown>,
  };
  const key = await appendPiece(repository, whole, Buffer.concat(parts), lock);
  await readPiece(repository, key);
  return {
    key,
    deleted: await deletePieces(
      repository.store,
      small.map((each) => each.key).filter((k) => k !== key),
    ),
  };
}

/** Deletes pieces; those under a lock stay. @returns the keys of those that went */
export async function deletePieces(store: ObjectStore, keys: readonly string[]): Promise<string[]> {
  const deleted: string[] = [];
  for (const key of keys) {
    try {
      await store.delete(key);
      deleted.push(key);
    } catch (error) {
      if (!hasCode(error, "STORE_LOCKED")) throw error;
    }
  }
  return deleted;
}

/**
 * Carries the pieces of a log that another region misses there, as they are.
 * @returns how many, and their bytes
 */
export async function copyPieces(
  source: Repository,
  target: ObjectStore,
  log: string,
  signal?: AbortSignal,
): Promise<{ readonly pieces: number; readonly bytes: number }> {
  const there = new Set<string>();
  for await (const { key } of listPieces(target, log)) there.add(key);
  let [pieces, bytes] = [0, 0];
  for await (const { key } of listPieces(source.store, log)) {
    if (there.has(key)) continue;
    signal?.throwIfAborted();
    const object = await source.store.get(key);
    decodePiece(key, object, source.id, source.epoch_keys); // refuses to spread a damaged one
    await target.put(key, object, { if_absent: true }).catch((error: unknown) => {
      if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
    });
    pieces++;
    bytes += object.length;
  }
  return { pieces, bytes };
}

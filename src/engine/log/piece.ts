import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { canonicalJson, type Random } from "../../base/index.ts";
import { compressBound, type EpochKeys, TAG_BYTES, zstd } from "../pack/index.ts";
import { logError } from "./errors.ts";

const MAGIC = Buffer.from("HFLG");
const VERSION = 1;
/** magic 4, version 2, reserved 2, epoch 4, public length 4, salt 32. */
const HEADER_BYTES = 48;
const DIGEST_BYTES = 32;
const PUBLIC_BYTES_MAX = 64 * 1024;
/** Raw bytes of one piece. */
export const PIECE_BYTES_MAX = 64 * 1024 * 1024;
const LEVEL = 1;
const NONCE = Buffer.alloc(12);
const POSITION_DIGITS = 16;

/** What stands readable in a piece. */
export interface LogPiece {
  readonly log: string;
  /** Position of its first byte, and that behind its last: a write-ahead log's own addresses, a file's offsets. */
  readonly start: bigint;
  readonly end: bigint;
  /** When its first and last bytes were written at the source, as far as the source tells; milliseconds since 1970. */
  readonly first_ms: number;
  readonly last_ms: number;
  /** Whatever the source wants to find again without reading the bytes: timelines, GTIDs. Plain JSON, small. */
  readonly marks: Readonly<Record<string, unknown>>;
}

export const logPrefix = (log: string): string => `logs/${checkedName(log)}/`;

/** Keys sort by start, then end. */
export function pieceKey({ log, start, end }: Pick<LogPiece, "log" | "start" | "end">): string {
  return `${logPrefix(log)}${hex(start)}-${hex(end)}`;
}

/** The positions a key names; `undefined` for a key that is none of a piece. */
export function parseKey(key: string): { readonly start: bigint; readonly end: bigint } | undefined {
  const found = /\/([0-9a-f]{16})-([0-9a-f]{16})$/.exec(key);
  if (found === null) return undefined;
  return { start: BigInt(`0x${found[1] as string}`), end: BigInt(`0x${found[2] as string}`) };
}

const hex = (position: bigint) => position.toString(16).padStart(POSITION_DIGITS, "0");

function checkedName(log: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(log)) return log;
  throw logError("LOG_NAME_INVALID", `${JSON.stringify(log)} is no name of a log`, { log });
}

function sealKey(data_key: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", data_key, salt, "holdfast/log/v1", 32));
}

/** Seals one piece. @throws LOG_NAME_INVALID */
export function encodePiece(
  repository_id: string,
  piece: LogPiece,
  bytes: Uint8Array,
  current: { readonly epoch: number; readonly data_key: Uint8Array },
  random: Random,
): Buffer {
  checkedName(piece.log);
  const room = Buffer.allocUnsafe(compressBound(bytes.length));
  const packed = zstd.compress(bytes, room, LEVEL);
  const compressed = packed >= 0 && packed < bytes.length;
  const public_part = Buffer.from(
    canonicalJson({
      ...piece,
      start: hex(piece.start),
      end: hex(piece.end),
      repository_id,
      raw_bytes: bytes.length,
      compression: compressed ? "zstd" : "none",
    }),
  );
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt32LE(current.epoch, 8);
  header.writeUInt32LE(public_part.length, 12);
  const salt = Buffer.from(random.bytes(32));
  salt.copy(header, 16);
  const cipher = createCipheriv("aes-256-gcm", sealKey(current.data_key, salt), NONCE, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.concat([header, public_part]));
  const payload = cipher.update(compressed ? room.subarray(0, packed) : bytes);
  const body = Buffer.concat([header, public_part, payload, cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/** Opens a piece. @throws LOG_DAMAGED naming `key` */
export function decodePiece(
  key: string,
  object: Buffer,
  repository_id: string,
  keys: EpochKeys,
): { readonly piece: LogPiece; readonly bytes: Buffer } {
  const damaged = (what: string, cause?: unknown) => logError("LOG_DAMAGED", `${key}: ${what}`, { object: key }, cause);
  if (object.length < HEADER_BYTES + TAG_BYTES + DIGEST_BYTES || !object.subarray(0, 4).equals(MAGIC))
    throw damaged("it does not begin like a piece of a log");
  const body = object.subarray(0, object.length - DIGEST_BYTES);
  if (!createHash("sha256").update(body).digest().equals(object.subarray(body.length)))
    throw damaged("it does not have its checksum");
  if (body.readUInt16LE(4) !== VERSION) throw damaged(`it has version ${body.readUInt16LE(4)}, this reader knows 1`);
  const data_key = keys.get(body.readUInt32LE(8));
  if (data_key === undefined) throw damaged(`it is sealed under the unknown epoch ${body.readUInt32LE(8)}`);
  const public_end = HEADER_BYTES + body.readUInt32LE(12);
  if (public_end - HEADER_BYTES > PUBLIC_BYTES_MAX || public_end + TAG_BYTES > body.length)
    throw damaged("its public part is longer than it may be");
  const cipher = createDecipheriv("aes-256-gcm", sealKey(data_key, body.subarray(16, 48)), NONCE, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(body.subarray(0, public_end));
  cipher.setAuthTag(body.subarray(body.length - TAG_BYTES));
  const packed = cipher.update(body.subarray(public_end, body.length - TAG_BYTES));
  try {
    cipher.final();
  } catch (cause) {
    throw damaged("it fails authentication", cause);
  }
  const fields = publicFields(body.subarray(HEADER_BYTES, public_end), damaged);
  if (fields.repository_id !== repository_id) throw damaged(`it belongs to repository ${fields.repository_id}`);
  if (pieceKey(fields.piece) !== key) throw damaged(`it is the piece ${pieceKey(fields.piece)}`);
  if (fields.compression === "none") return { piece: fields.piece, bytes: packed };
  const bytes = Buffer.allocUnsafe(fields.raw_bytes);
  if (zstd.decompress(packed, bytes) !== bytes.length) throw damaged("it is not as long as it says");
  return { piece: fields.piece, bytes };
}

function publicFields(text: Buffer, damaged: (what: string, cause?: unknown) => Error) {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text.toString("utf8")) as Record<string, unknown>;
  } catch (cause) {
    throw damaged("its public part is no JSON", cause);
  }
  const { log, start, end, first_ms, last_ms, marks, raw_bytes, repository_id, compression } = value;
  const position = /^[0-9a-f]{16}$/;
  const sane =
    typeof log === "string" &&
    typeof start === "string" &&
    position.test(start) &&
    typeof end === "string" &&
    position.test(end) &&
    Number.isSafeInteger(first_ms) &&
    Number.isSafeInteger(last_ms) &&
    Number.isSafeInteger(raw_bytes) &&
    (raw_bytes as number) >= 0 &&
    (raw_bytes as number) <= PIECE_BYTES_MAX &&
    typeof repository_id === "string" &&
    (compression === "zstd" || compression === "none");
  if (!sane) throw damaged("its public part has not what it should");
  const piece: LogPiece = {
    log,
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    first_ms: first_ms as number,
    last_ms: last_ms as number,
    marks: (marks ?? {}) as Record<string, unknown>,
  };
  return { piece, repository_id, compression, raw_bytes: raw_bytes as number };
}

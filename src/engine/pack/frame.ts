import { hkdfSync, createSecretKey, type KeyObject } from "node:crypto";
import { aead } from "./aead.ts";
import { COMPRESSION_NONE, COMPRESSION_ZSTD, zstd } from "./compression.ts";
import { packError } from "./errors.ts";

/** docs/format.md §5. */
export const PACK_HEADER_BYTES = 48;
export const FRAME_HEADER_BYTES = 16;
export const TAG_BYTES = 16;
export const TRAILER_BYTES = 56;
export const PACK_BYTES_MAX = 256 * 1024 * 1024;
export const FRAME_RAW_BYTES_MAX = 32 * 1024 * 1024;
export const FRAME_CHUNKS_MAX = 65_535;
export const ID_BYTES = 32;
export const FRAME_DATA = 1;
export const FRAME_FOOTER = 2;
export const PACK_DATA = 1;
export const PACK_METADATA = 2;

const MAGIC = Buffer.from("HFPK");
/** A larger ciphertext gets memory of its own: frames are about 1 MiB. */
const UNPACK_BYTES_KEPT = 4 * 1024 * 1024;

/** The key of one pack; its salt is the pack id, so no key ever seals two packs. */
export function derivePackKey(data_key: Uint8Array, pack_id: Uint8Array): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", data_key, pack_id, "holdfast/pack/v1", 32)));
}

export interface PackHeader {
  readonly kind: number;
  readonly epoch: number;
  readonly pack_id: Buffer;
}

export function encodePackHeader(header: PackHeader): Buffer {
  const bytes = Buffer.alloc(PACK_HEADER_BYTES);
  MAGIC.copy(bytes, 0);
  bytes.writeUInt16LE(1, 4);
  bytes.writeUInt8(header.kind, 6);
  bytes.writeUInt32LE(header.epoch, 8);
  header.pack_id.copy(bytes, 16);
  return bytes;
}

/** @throws PACK_DAMAGED, PACK_VERSION */
export function decodePackHeader(bytes: Buffer, pack_id: Buffer): PackHeader {
  if (bytes.length < PACK_HEADER_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) {
    throw packError("PACK_DAMAGED", `pack ${pack_id.toString("hex")} does not begin like a pack`);
  }
  const version = bytes.readUInt16LE(4);
  if (version !== 1)
    throw packError("PACK_VERSION", `pack ${pack_id.toString("hex")} has version ${version}, this reader knows 1`);
  const found = bytes.subarray(16, 48);
  if (!found.equals(pack_id)) {
    throw packError(
      "PACK_DAMAGED",
      `pack ${pack_id.toString("hex")} holds the content of pack ${found.toString("hex")}`,
    );
  }
  return { kind: bytes.readUInt8(6), epoch: bytes.readUInt32LE(8), pack_id: Buffer.from(found) };
}

export interface FrameHeader {
  readonly type: number;
  readonly compression: number;
  readonly chunks: number;
  readonly ordinal: number;
  readonly stored: number;
  readonly raw: number;
}

export function encodeFrameHeader(header: FrameHeader, into: Buffer, at: number): void {
  into.writeUInt8(header.type, at);
  into.writeUInt8(header.compression, at + 1);
  into.writeUInt16LE(header.chunks, at + 2);
  into.writeUInt32LE(header.ordinal, at + 4);
  into.writeUInt32LE(header.stored, at + 8);
  into.writeUInt32LE(header.raw, at + 12);
}

/** @throws PACK_DAMAGED when a field passes its limit */
export function decodeFrameHeader(bytes: Buffer, at: number): FrameHeader {
  if (at + FRAME_HEADER_BYTES > bytes.length) throw packError("PACK_DAMAGED", "a frame header is cut off");
  const header: FrameHeader = {
    type: bytes.readUInt8(at),
    compression: bytes.readUInt8(at + 1),
    chunks: bytes.readUInt16LE(at + 2),
    ordinal: bytes.readUInt32LE(at + 4),
    stored: bytes.readUInt32LE(at + 8),
    raw: bytes.readUInt32LE(at + 12),
  };
  const sane =
    (header.type === FRAME_DATA || header.type === FRAME_FOOTER) &&
    header.compression <= COMPRESSION_ZSTD &&
    header.raw <= FRAME_RAW_BYTES_MAX &&
    header.stored <= FRAME_RAW_BYTES_MAX + 4 * FRAME_CHUNKS_MAX + 65_536;
  if (!sane) throw packError("PACK_DAMAGED", `frame header at ${at} is not one`);
  return header;
}

function nonceOf(ordinal: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(ordinal, 0);
  return nonce;
}

/**
 * Seals one frame into `into` at `at`: header, ciphertext, tag.
 * @param table length table of a data frame, empty for a footer
 * @returns the number of bytes written
 */
export function sealFrame(
  key: KeyObject,
  pack_header: Buffer,
  header: FrameHeader,
  table: Uint8Array,
  payload: Uint8Array,
  into: Buffer,
  at: number,
): number {
  encodeFrameHeader(header, into, at);
  const start = at + FRAME_HEADER_BYTES;
  const aad = Buffer.concat([pack_header, into.subarray(at, start)]);
  return FRAME_HEADER_BYTES + aead.seal(key, nonceOf(header.ordinal), aad, [table, payload], into, start);
}

export interface OpenedFrame {
  readonly header: FrameHeader;
  /** Byte offsets of the chunks in `payload`, one more than there are chunks. Empty for a footer. */
  readonly offsets: Uint32Array;
  /** A view of `scratch` or of fresh memory: use it before the next call with the same scratch. */
  readonly payload: Buffer;
}

/**
 * Authenticates, decrypts and decompresses the frame at `at` of `bytes`.
 * @param scratch reused for the decompressed payload when it is large enough
 * @throws PACK_DAMAGED naming nothing but the fault; the caller adds pack and ordinal
 */
export function openFrame(
  key: KeyObject,
  pack_header: Buffer,
  ordinal: number,
  bytes: Buffer,
  at: number,
  scratch?: Buffer,
): OpenedFrame {
  const header = decodeFrameHeader(bytes, at);
  if (header.ordinal !== ordinal)
    throw packError("PACK_DAMAGED", `frame ${ordinal} carries the number ${header.ordinal}`);
  const start = at + FRAME_HEADER_BYTES;
  const end = start + header.stored;
  if (end + TAG_BYTES > bytes.length) throw packError("PACK_DAMAGED", `frame ${ordinal} is cut off`);
  const table_bytes = header.type === FRAME_DATA ? header.chunks * 4 : 0;
  const packed_bytes = Math.max(0, header.stored - table_bytes); // whether that is right is seen once the tag holds
  const plain = header.compression === COMPRESSION_NONE;
  const table = Buffer.allocUnsafe(header.stored - packed_bytes);
  // What is not compressed is decrypted to where it is used; all else to memory that the next frame takes again.
  const packed = plain ? roomFor(packed_bytes, scratch) : unpackRoom(packed_bytes);
  const aad = Buffer.concat([pack_header, bytes.subarray(at, start)]);
  const tag = bytes.subarray(end, end + TAG_BYTES);
  if (!aead.open(key, nonceOf(ordinal), aad, bytes.subarray(start, end), tag, [table, packed]))
    throw packError("PACK_DAMAGED", `frame ${ordinal} fails authentication`);
  if (table.length < table_bytes) throw packError("PACK_DAMAGED", `frame ${ordinal} is shorter than its length table`);
  if (plain && packed_bytes !== header.raw)
    throw packError("PACK_DAMAGED", `frame ${ordinal} is not as long as it says`);
  return { header, offsets: offsetsOf(header, table), payload: plain ? packed : unfold(header, packed, scratch) };
}

function roomFor(raw: number, scratch: Buffer | undefined): Buffer {
  const room = scratch !== undefined && scratch.length >= raw ? scratch : Buffer.allocUnsafeSlow(raw);
  return room.subarray(0, raw);
}

let unpack_room = Buffer.alloc(0);

/** Memory for one ciphertext at a time: it is decompressed before the next is decrypted. */
function unpackRoom(size: number): Buffer {
  if (size > UNPACK_BYTES_KEPT) return Buffer.allocUnsafeSlow(size);
  if (unpack_room.length < size) unpack_room = Buffer.allocUnsafeSlow(Math.min(UNPACK_BYTES_KEPT, size * 2));
  return unpack_room.subarray(0, size);
}

function unfold(header: FrameHeader, packed: Buffer, scratch: Buffer | undefined): Buffer {
  const room = roomFor(header.raw, scratch);
  if (zstd.decompress(packed, room) !== header.raw)
    throw packError("PACK_DAMAGED", `frame ${header.ordinal} is not as long as it says`);
  return room;
}

/** Byte offsets of a data frame's chunks from its length table. */
function offsetsOf(header: FrameHeader, table: Buffer): Uint32Array {
  if (header.type !== FRAME_DATA) return new Uint32Array(0);
  const offsets = new Uint32Array(header.chunks + 1);
  let total = 0;
  for (let i = 0; i < header.chunks; i++) {
    total += table.readUInt32LE(i * 4);
    offsets[i + 1] = total;
  }
  if (total !== header.raw) {
    throw packError("PACK_DAMAGED", `frame ${header.ordinal}: its chunks add up to ${total} bytes, not ${header.raw}`);
  }
  return offsets;
}

import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { errorCatalogue, type Random } from "../../base/index.ts";
import {
  COMPRESSION_NONE,
  COMPRESSION_ZSTD,
  compressBound,
  compressIfWorth,
  type DirectoryFrame,
  TAG_BYTES,
  walkDirectory,
  zstd,
} from "../pack/index.ts";

/** docs/format.md §6. */
const HEADER_BYTES = 48;
const PACK_ENTRY_BYTES = 44;
const MAGIC = Buffer.from("HFIX");
const RAW_BYTES_MAX = 256 * 1024 * 1024;
const NONCE = Buffer.alloc(12);
/** Decrypted at a time: each call makes a buffer of that size. */
const OPEN_BYTES = 64 * 1024;

export const indexError = errorCatalogue({
  INDEX_DAMAGED: {
    fault: "operational",
    retry: "never",
    guidance:
      "The index is rebuilt from the packs themselves; nothing is lost. `baas repo check` names the damaged object.",
    status_reason: "RepositoryDamaged",
  },
});

/** A pack as a segment names it. */
export interface IndexedPack {
  readonly pack_id: Buffer;
  readonly kind: number;
  readonly epoch: number;
  readonly size_bytes: number;
  readonly directory: Buffer;
}

/** @param data_key of `epoch` */
function segmentKey(data_key: Uint8Array, segment_id: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", data_key, segment_id, "holdfast/index/v1", 32));
}

/**
 * Seals the directories of `packs` as one index segment.
 * @param superseded ids of segments whose packs are all among these, or gone
 */
export function encodeSegment(
  packs: readonly IndexedPack[],
  epoch: number,
  data_key: Uint8Array,
  random: Random,
  superseded: readonly Buffer[] = [],
): { readonly segment_id: Buffer; readonly bytes: Buffer } {
  const parts: Buffer[] = [];
  const count = Buffer.alloc(4);
  count.writeUInt32LE(packs.length, 0);
  parts.push(count);
  for (const pack of packs) {
    const entry = Buffer.alloc(PACK_ENTRY_BYTES);
    pack.pack_id.copy(entry, 0);
    entry.writeUInt8(pack.kind, 32);
    entry.writeUInt32LE(pack.epoch, 36);
    entry.writeUInt32LE(pack.size_bytes, 40);
    parts.push(entry, pack.directory);
  }
  if (superseded.length > 0) {
    const count_superseded = Buffer.alloc(4);
    count_superseded.writeUInt32LE(superseded.length, 0);
    parts.push(count_superseded, ...superseded);
  }
  const raw = Buffer.concat(parts);
  const { bytes, compression } = compressIfWorth(raw, Buffer.allocUnsafe(compressBound(raw.length)), 1);
  const segment_id = Buffer.from(random.bytes(32));
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt16LE(1, 4);
  header.writeUInt16LE(compression, 6);
  header.writeUInt32LE(epoch, 8);
  header.writeUInt32LE(raw.length, 12);
  segment_id.copy(header, 16);
  const cipher = createCipheriv("aes-256-gcm", segmentKey(data_key, segment_id), NONCE, { authTagLength: TAG_BYTES });
  cipher.setAAD(header);
  return { segment_id, bytes: Buffer.concat([header, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]) };
}

/** Memory that segments are opened in one after the other, instead of new memory for each. */
export class SegmentRoom {
  readonly #rooms = new Map<string, Buffer>();

  /** At least `bytes` of it, exactly as many; what was there before is lost. */
  take(use: "plain" | "raw", bytes: number): Buffer {
    let room = this.#rooms.get(use);
    if (room === undefined || room.length < bytes) {
      room = Buffer.allocUnsafeSlow(bytes);
      this.#rooms.set(use, room);
    }
    return room.subarray(0, bytes);
  }
}

/**
 * Opens a segment.
 * @param room what it returns is a view of it, until the next one is opened
 * @throws INDEX_DAMAGED naming it
 */
export function decodeSegment(
  segment_id: string,
  bytes: Buffer,
  keys: ReadonlyMap<number, Uint8Array>,
  room = new SegmentRoom(),
): Buffer {
  const object = `index/${segment_id}`;
  const damaged = (what: string, cause?: unknown) =>
    indexError("INDEX_DAMAGED", `${object}: ${what}`, { object }, cause);
  if (bytes.length < HEADER_BYTES + TAG_BYTES || !bytes.subarray(0, 4).equals(MAGIC))
    throw damaged("it does not begin like an index segment");
  if (bytes.readUInt16LE(4) !== 1) throw damaged(`version ${bytes.readUInt16LE(4)} is not known`);
  if (bytes.toString("hex", 16, 48) !== segment_id) throw damaged("it holds another segment");
  const [compression, epoch, raw_bytes] = [bytes.readUInt16LE(6), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
  const data_key = keys.get(epoch);
  if (data_key === undefined) throw damaged(`it is sealed under the unknown epoch ${epoch}`);
  if (raw_bytes > RAW_BYTES_MAX || compression > COMPRESSION_ZSTD) throw damaged("its header is not one");
  const decipher = createDecipheriv("aes-256-gcm", segmentKey(data_key, bytes.subarray(16, 48)), NONCE, {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(bytes.subarray(0, HEADER_BYTES));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const end = bytes.length - TAG_BYTES;
  const plain = room.take("plain", end - HEADER_BYTES);
  for (let at = HEADER_BYTES; at < end; at += OPEN_BYTES)
    decipher.update(bytes.subarray(at, Math.min(end, at + OPEN_BYTES))).copy(plain, at - HEADER_BYTES);
  try {
    decipher.final();
  } catch (cause) {
    throw damaged("it fails authentication", cause);
  }
  if (compression === COMPRESSION_NONE) return plain;
  const raw = room.take("raw", raw_bytes);
  if (zstd.decompress(plain, raw) !== raw_bytes) throw damaged("it is not as long as it says");
  return raw;
}

/**
 * Walks an opened segment. `at` is where a pack's directory begins in `raw`.
 * @returns where its packs end. @throws INDEX_DAMAGED, PACK_DAMAGED
 */
export function walkSegment(
  raw: Buffer,
  visit: (pack: {
    pack_id: Buffer;
    kind: number;
    epoch: number;
    size_bytes: number;
    at: number;
  }) => ((frame: DirectoryFrame) => void) | undefined,
): number {
  const skip = () => undefined;
  if (raw.length < 4) throw indexError("INDEX_DAMAGED", "an index segment is empty");
  const packs = raw.readUInt32LE(0);
  let at = 4;
  for (let i = 0; i < packs; i++) {
    if (at + PACK_ENTRY_BYTES > raw.length) throw indexError("INDEX_DAMAGED", "an index segment is cut off");
    const onFrame = visit({
      pack_id: raw.subarray(at, at + 32),
      kind: raw.readUInt8(at + 32),
      epoch: raw.readUInt32LE(at + 36),
      size_bytes: raw.readUInt32LE(at + 40),
      at: at + PACK_ENTRY_BYTES,
    });
    at = walkDirectory(raw, at + PACK_ENTRY_BYTES, onFrame ?? skip);
  }
  return at;
}

/** The packs an opened segment names; their directories are views of `raw`. @throws INDEX_DAMAGED, PACK_DAMAGED */
export function packsOfSegment(raw: Buffer): IndexedPack[] {
  const packs: IndexedPack[] = [];
  walkSegment(raw, ({ at, ...pack }) => {
    const end = walkDirectory(raw, at, () => undefined);
    packs.push({ ...pack, directory: raw.subarray(at, end) });
    return undefined;
  });
  return packs;
}

/** Ids in hex of the segments an opened one replaces. @throws INDEX_DAMAGED, PACK_DAMAGED */
export function supersededSegments(raw: Buffer): string[] {
  const at = walkSegment(raw, () => undefined);
  if (at === raw.length) return [];
  const count = at + 4 <= raw.length ? raw.readUInt32LE(at) : -1;
  if (count < 1 || at + 4 + count * 32 !== raw.length)
    throw indexError("INDEX_DAMAGED", "an index segment does not end where its content does");
  return Array.from({ length: count }, (_, i) => raw.toString("hex", at + 4 + i * 32, at + 36 + i * 32));
}

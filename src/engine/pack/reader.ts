import { createHash, type KeyObject } from "node:crypto";
import { HoldfastError, type ErrorContext } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { packError } from "./errors.ts";
import {
  decodeFrameHeader,
  decodePackHeader,
  derivePackKey,
  encodePackHeader,
  FRAME_FOOTER,
  FRAME_HEADER_BYTES,
  openFrame,
  PACK_BYTES_MAX,
  PACK_HEADER_BYTES,
  type OpenedFrame,
  type PackHeader,
  TAG_BYTES,
  TRAILER_BYTES,
} from "./frame.ts";
import { TRAILER_MAGIC } from "./writer.ts";

/** Key of a pack in the store. */
export function packKey(pack_id: Buffer | string): string {
  const hex = typeof pack_id === "string" ? pack_id : pack_id.toString("hex");
  return `packs/${hex.slice(0, 2)}/${hex}`;
}

/** Data keys by epoch. */
export type EpochKeys = ReadonlyMap<number, Uint8Array>;

export function dataKeyOf(keys: EpochKeys, epoch: number, object: string): Uint8Array {
  const key = keys.get(epoch);
  if (key === undefined)
    throw packError("PACK_DAMAGED", `${object} is sealed under epoch ${epoch}, which the repository does not have`);
  return key;
}

/** Adds what was being read to an error that only knows the fault. */
export function inPack<T>(pack_id: Buffer, context: ErrorContext, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== "PACK_DAMAGED" || error.context["object"] !== undefined)
      throw error;
    const object = packKey(pack_id);
    throw packError("PACK_DAMAGED", `${object}: ${error.message}`, { object, ...context }, error);
  }
}

/** Opens frames of one pack whose place the index already told; needs no trip to the pack's header. */
export class FrameOpener {
  readonly pack_id: Buffer;
  readonly #key: KeyObject;
  readonly #header: Buffer;

  constructor(keys: EpochKeys, header: PackHeader) {
    this.pack_id = header.pack_id;
    this.#key = derivePackKey(dataKeyOf(keys, header.epoch, packKey(header.pack_id)), header.pack_id);
    this.#header = encodePackHeader(header);
  }

  /** @param bytes hold the frame from `at` on: header, ciphertext, tag */
  open(ordinal: number, bytes: Buffer, at: number, scratch?: Buffer): OpenedFrame {
    return inPack(this.pack_id, { frame: ordinal }, () =>
      openFrame(this.#key, this.#header, ordinal, bytes, at, scratch),
    );
  }
}

export interface PackTail {
  readonly header: PackHeader;
  readonly size_bytes: number;
  readonly directory: Buffer;
}

const TAIL_BYTES = 64 * 1024;

/**
 * Reads header, trailer and directory of a pack, authenticated.
 * @throws PACK_DAMAGED naming the object; STORE_NOT_FOUND
 */
export async function readPackTail(
  store: ObjectStore,
  keys: EpochKeys,
  pack_id: Buffer,
  size_bytes: number,
): Promise<PackTail> {
  const key = packKey(pack_id);
  const object = { object: key };
  if (size_bytes < PACK_HEADER_BYTES + FRAME_HEADER_BYTES + TAG_BYTES + TRAILER_BYTES || size_bytes > PACK_BYTES_MAX) {
    throw packError("PACK_DAMAGED", `${key}: ${size_bytes} bytes is no size of a pack`, object);
  }
  const head = await store.get(key, { offset_bytes: 0, length_bytes: PACK_HEADER_BYTES });
  const header = inPack(pack_id, {}, () => decodePackHeader(head, pack_id));
  const tail_bytes = Math.min(size_bytes, TAIL_BYTES);
  let tail = await store.get(key, { offset_bytes: size_bytes - tail_bytes, length_bytes: tail_bytes });
  const footer_at = inPack(
    pack_id,
    {},
    () => readTrailer(tail.subarray(tail.length - TRAILER_BYTES), size_bytes).footer_at,
  );
  if (footer_at < size_bytes - tail_bytes) {
    tail = await store.get(key, { offset_bytes: footer_at, length_bytes: size_bytes - footer_at });
  }
  const at = tail.length - (size_bytes - footer_at);
  return inPack(pack_id, {}, () => {
    const footer = decodeFrameHeader(tail, at);
    if (footer.type !== FRAME_FOOTER) throw packError("PACK_DAMAGED", "its trailer points at no footer");
    const opened = new FrameOpener(keys, header).open(footer.ordinal, tail, at);
    return { header, size_bytes, directory: Buffer.from(opened.payload) };
  });
}

/** @throws PACK_DAMAGED */
export function readTrailer(trailer: Buffer, size_bytes: number): { footer_at: number; sha256: Buffer } {
  const whole = trailer.length === TRAILER_BYTES && trailer.subarray(48).equals(TRAILER_MAGIC);
  if (!whole) throw packError("PACK_DAMAGED", "it does not end like a pack");
  if (trailer.readBigUInt64LE(40) !== BigInt(size_bytes)) {
    throw packError("PACK_DAMAGED", `it says ${trailer.readBigUInt64LE(40)} bytes and has ${size_bytes}`);
  }
  const footer_at = Number(trailer.readBigUInt64LE(0));
  if (!(footer_at >= PACK_HEADER_BYTES && footer_at <= size_bytes - TRAILER_BYTES - FRAME_HEADER_BYTES - TAG_BYTES)) {
    throw packError("PACK_DAMAGED", "its trailer points outside");
  }
  return { footer_at, sha256: Buffer.from(trailer.subarray(8, 40)) };
}

/** Proves a pack's bytes whole without any key (size, magic, SHA-256). @throws PACK_DAMAGED naming the object */
export function verifyPackBytes(pack_id: Buffer, bytes: Buffer): void {
  inPack(pack_id, {}, () => {
    decodePackHeader(bytes, pack_id);
    const trailer = bytes.subarray(Math.max(0, bytes.length - TRAILER_BYTES));
    const { sha256 } = readTrailer(trailer, bytes.length);
    const found = createHash("sha256")
      .update(bytes.subarray(0, bytes.length - TRAILER_BYTES + 8))
      .digest();
    if (!found.equals(sha256)) throw packError("PACK_DAMAGED", "its bytes do not have the checksum of its trailer");
  });
}

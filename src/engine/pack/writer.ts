import { createHash, type KeyObject } from "node:crypto";
import type { Random } from "../../base/index.ts";
import { compressBound, compressIfWorth } from "./compression.ts";
import { DirectoryBuilder } from "./directory.ts";
import {
  derivePackKey,
  encodePackHeader,
  FRAME_CHUNKS_MAX,
  FRAME_DATA,
  FRAME_FOOTER,
  FRAME_HEADER_BYTES,
  ID_BYTES,
  PACK_HEADER_BYTES,
  sealFrame,
  TAG_BYTES,
  TRAILER_BYTES,
} from "./frame.ts";

export const TRAILER_MAGIC = Buffer.from("HFPKEND1");

export interface PackWriterOptions {
  readonly epoch: number;
  readonly data_key: Uint8Array;
  readonly kind: number;
  /** zstd level of payloads; of large files one more, for with them it is not the compressor alone that takes time. */
  readonly level: number;
  readonly random: Random;
  /**
   * Size at which the owner finishes packs: memory for it is taken at once (and committed by the system only as it
   * fills).
   */
  readonly pack_bytes: number;
}

/** Chunks of this size on average come from large files. */
const LARGE_CHUNK_BYTES = 64 * 1024;

/** Room behind `pack_bytes` for the frame that passes it, the directory and the trailer. */
const SLACK_BYTES = 4 * 1024 * 1024;

/** A whole pack, ready to be put; `bytes` is a view of memory that {@link PackWriter.reuse} gives back. */
export interface FinishedPack {
  readonly pack_id: Buffer;
  readonly kind: number;
  readonly epoch: number;
  readonly bytes: Buffer;
  /** The pack directory, as index segments carry it. */
  readonly directory: Buffer;
}

/**
 * Builds packs in memory: frames are compressed and sealed as they come. `finish` appends directory and trailer.
 * Memory: one buffer of the largest pack so far, reused when the caller hands it back after the pack was stored.
 */
export class PackWriter {
  readonly #options: PackWriterOptions;
  #spare: Buffer[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #scratch: Buffer = Buffer.alloc(0);
  #end = 0;
  #ordinal = 0;
  #pack_id: Buffer = Buffer.alloc(0);
  #header: Buffer = Buffer.alloc(0);
  #key: KeyObject | undefined;
  #directory = new DirectoryBuilder();

  constructor(options: PackWriterOptions) {
    this.#options = options;
  }

  /**
   * Bytes of the pack under way with its directory (not compressed); 0 when none is. Many small chunks make a large
   * one.
   */
  get size_bytes(): number {
    return this.#key === undefined ? 0 : this.#end + this.#directory.bytes;
  }

  /** Ordinal the next frame will get. */
  get next_ordinal(): number {
    return this.#ordinal;
  }

  /** Id of the pack under way (begins one when there is none). */
  get pack_id(): Buffer {
    this.#begin();
    return this.#pack_id;
  }

  #begin(): void {
    if (this.#key !== undefined) return;
    const { epoch, data_key, kind, random } = this.#options;
    this.#pack_id = Buffer.from(random.bytes(32));
    this.#header = encodePackHeader({ kind, epoch, pack_id: this.#pack_id });
    this.#key = derivePackKey(data_key, this.#pack_id);
    this.#buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#options.pack_bytes + SLACK_BYTES);
    this.#header.copy(this.#buffer, 0);
    this.#end = PACK_HEADER_BYTES;
    this.#ordinal = 0;
    this.#directory = new DirectoryBuilder();
  }

  #reserve(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(needed + SLACK_BYTES);
    this.#buffer.copy(grown, 0, 0, this.#end);
    this.#buffer = grown;
  }

  /**
   * Seals chunks as one frame.
   * @param payload the chunks joined; @param ids 32 bytes a chunk; @param lengths of the chunks, adding up to the
   * payload
   * @returns where the frame stands in the pack
   */
  addFrame(
    payload: Uint8Array,
    ids: Uint8Array,
    lengths: readonly number[],
  ): { ordinal: number; offset: number; stored: number } {
    if (lengths.length === 0 || lengths.length > FRAME_CHUNKS_MAX || ids.length !== lengths.length * ID_BYTES) {
      throw new Error(`a frame of ${lengths.length} chunks with ${ids.length} bytes of ids`);
    }
    this.#begin();
    const table = Buffer.allocUnsafe(lengths.length * 4);
    for (let i = 0; i < lengths.length; i++) table.writeUInt32LE(lengths[i] as number, i * 4);
    if (this.#scratch.length < compressBound(payload.length))
      this.#scratch = Buffer.allocUnsafeSlow(compressBound(payload.length));
    const level = this.#options.level + (payload.length >= lengths.length * LARGE_CHUNK_BYTES ? 1 : 0);
    const { bytes, compression } = compressIfWorth(payload, this.#scratch, level);
    const stored = table.length + bytes.length;
    this.#reserve(FRAME_HEADER_BYTES + stored + TAG_BYTES);
    const [ordinal, offset] = [this.#ordinal++, this.#end];
    const header = { type: FRAME_DATA, compression, chunks: lengths.length, ordinal, stored, raw: payload.length };
    this.#end += sealFrame(this.#key as KeyObject, this.#header, header, table, bytes, this.#buffer, offset);
    this.#directory.add(offset, stored, payload.length, ids, lengths);
    return { ordinal, offset, stored };
  }

  /** Closes the pack under way. `undefined` when it holds no frame. */
  finish(): FinishedPack | undefined {
    if (this.#key === undefined || this.#directory.frames === 0) return undefined;
    const directory = this.#directory.encode();
    const scratch = Buffer.allocUnsafe(compressBound(directory.length));
    const { bytes, compression } = compressIfWorth(directory, scratch, this.#options.level);
    this.#reserve(FRAME_HEADER_BYTES + bytes.length + TAG_BYTES + TRAILER_BYTES);
    const footer_at = this.#end;
    const header = {
      type: FRAME_FOOTER,
      compression,
      chunks: 0,
      ordinal: this.#ordinal,
      stored: bytes.length,
      raw: directory.length,
    };
    this.#end += sealFrame(this.#key, this.#header, header, Buffer.alloc(0), bytes, this.#buffer, footer_at);
    const trailer_at = this.#end;
    this.#buffer.writeBigUInt64LE(BigInt(footer_at), trailer_at);
    createHash("sha256")
      .update(this.#buffer.subarray(0, trailer_at + 8))
      .digest()
      .copy(this.#buffer, trailer_at + 8);
    this.#buffer.writeBigUInt64LE(BigInt(trailer_at + TRAILER_BYTES), trailer_at + 40);
    TRAILER_MAGIC.copy(this.#buffer, trailer_at + 48);
    const { kind, epoch } = this.#options;
    const pack = {
      pack_id: this.#pack_id,
      kind,
      epoch,
      bytes: this.#buffer.subarray(0, trailer_at + TRAILER_BYTES),
      directory,
    };
    this.#buffer = Buffer.alloc(0);
    this.#key = undefined;
    this.#end = 0;
    return pack;
  }

  /** Gives a stored pack's memory back for the next pack. */
  reuse(pack: FinishedPack): void {
    if (this.#spare.length < 2)
      this.#spare.push(Buffer.from(pack.bytes.buffer, pack.bytes.byteOffset, pack.bytes.buffer.byteLength));
  }
}

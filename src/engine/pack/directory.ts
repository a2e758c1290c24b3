import { packError } from "./errors.ts";
import { FRAME_CHUNKS_MAX, FRAME_RAW_BYTES_MAX, ID_BYTES } from "./frame.ts";

/** One frame as the pack directory describes it; `at` is where its chunk entries begin in the directory's bytes. */
export interface DirectoryFrame {
  readonly ordinal: number;
  readonly offset: number;
  readonly stored: number;
  readonly raw: number;
  readonly chunks: number;
  readonly at: number;
}

/** Bytes of one chunk entry: id and length. */
export const ENTRY_BYTES = ID_BYTES + 4;
const FRAME_ENTRY_BYTES = 16;

/** Collects a pack's directory while its frames are written. */
export class DirectoryBuilder {
  #parts: Buffer[] = [];
  #frames = 0;
  #bytes = 4;

  add(offset: number, stored: number, raw: number, ids: Uint8Array, lengths: readonly number[]): void {
    const entry = Buffer.allocUnsafe(FRAME_ENTRY_BYTES + lengths.length * ENTRY_BYTES);
    entry.writeUInt32LE(offset, 0);
    entry.writeUInt32LE(stored, 4);
    entry.writeUInt32LE(raw, 8);
    entry.writeUInt32LE(lengths.length, 12);
    let at = FRAME_ENTRY_BYTES;
    for (let i = 0; i < lengths.length; i++) {
      entry.set(ids.subarray(i * ID_BYTES, (i + 1) * ID_BYTES), at);
      entry.writeUInt32LE(lengths[i] as number, at + ID_BYTES);
      at += ENTRY_BYTES;
    }
    this.#parts.push(entry);
    this.#bytes += entry.length;
    this.#frames++;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Size of the directory so far, not compressed. */
  get bytes(): number {
    return this.#bytes;
  }

  encode(): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32LE(this.#frames, 0);
    return Buffer.concat([count, ...this.#parts]);
  }
}

/**
 * Walks a pack directory (docs/format.md §5) that starts at `start` of `bytes`.
 * @returns where it ends. @throws PACK_DAMAGED when a length passes the bytes or a limit
 */
export function walkDirectory(bytes: Buffer, start: number, visit: (frame: DirectoryFrame) => void): number {
  if (start + 4 > bytes.length) throw packError("PACK_DAMAGED", "a pack directory is cut off");
  const frames = bytes.readUInt32LE(start);
  let at = start + 4;
  for (let ordinal = 0; ordinal < frames; ordinal++) {
    if (at + FRAME_ENTRY_BYTES > bytes.length) throw packError("PACK_DAMAGED", "a pack directory is cut off");
    const chunks = bytes.readUInt32LE(at + 12);
    const entries_at = at + FRAME_ENTRY_BYTES;
    const frame: DirectoryFrame = {
      ordinal,
      offset: bytes.readUInt32LE(at),
      stored: bytes.readUInt32LE(at + 4),
      raw: bytes.readUInt32LE(at + 8),
      chunks,
      at: entries_at,
    };
    at = entries_at + chunks * ENTRY_BYTES;
    if (chunks > FRAME_CHUNKS_MAX || frame.raw > FRAME_RAW_BYTES_MAX || at > bytes.length) {
      throw packError("PACK_DAMAGED", `a pack directory describes an impossible frame ${ordinal}`);
    }
    visit(frame);
  }
  return at;
}

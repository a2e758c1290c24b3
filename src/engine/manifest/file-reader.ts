import { walkContent } from "./content.ts";
import { EXTENT_HOLE } from "./entry.ts";

/** At once when the chunk is at hand. */
export type ReadChunk = (id: Buffer) => Promise<Buffer> | Buffer;

/** Reads any stretch of one file of a backup. */
export class FileReader {
  readonly size: number;
  readonly #read: ReadChunk;
  readonly #offsets: Float64Array;
  readonly #lengths: Float64Array;
  readonly #ids: Buffer;
  readonly #holes: Uint8Array;

  private constructor(
    size: number,
    read: ReadChunk,
    extents: readonly { offset: number; length: number; id: Buffer | undefined }[],
  ) {
    this.size = size;
    this.#read = read;
    this.#offsets = Float64Array.from(extents, ({ offset }) => offset);
    this.#lengths = Float64Array.from(extents, ({ length }) => length);
    this.#holes = Uint8Array.from(extents, ({ id }) => (id === undefined ? 1 : 0));
    this.#ids = Buffer.alloc(extents.length * 32);
    extents.forEach(({ id }, i) => id?.copy(this.#ids, i * 32));
  }

  /** @param content of the file's entry (docs/format.md §8). @throws TREE_DAMAGED, CHUNK_*, STORE_* */
  static async open(content: Buffer, size: number, read: ReadChunk): Promise<FileReader> {
    const extents: { offset: number; length: number; id: Buffer | undefined }[] = [];
    await walkContent(
      content,
      async (id) => read(id),
      (extent, offset) => {
        extents.push({ offset, length: extent.length, id: extent.kind === EXTENT_HOLE ? undefined : extent.id });
      },
    );
    return new FileReader(size, read, extents);
  }

  /**
   * Bytes from `offset` on; fewer than `length` at the end of the file, none behind it.
   * @throws CHUNK_MISSING, CHUNK_MISMATCH, PACK_DAMAGED, STORE_*
   */
  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(this.size, offset + length);
    if (end <= offset) return Buffer.alloc(0);
    const out = Buffer.alloc(end - offset);
    for (let i = this.#indexAt(offset); i < this.#offsets.length; i++) {
      const start = this.#offsets[i] as number;
      if (start >= end) break;
      if (this.#holes[i] === 1) continue;
      const reading = this.#read(this.#ids.subarray(i * 32, i * 32 + 32));
      const chunk = reading instanceof Promise ? await reading : reading;
      const from = Math.max(offset, start);
      chunk.copy(out, from - offset, from - start, Math.min(end, start + chunk.length) - start);
    }
    return out;
  }

  /** Where data lies, in order, neighbours joined; everything else reads as zeros. */
  *stretches(): Generator<{ readonly offset: number; readonly length: number; readonly hole: boolean }> {
    for (let i = 0; i < this.#offsets.length; ) {
      const [offset, hole] = [this.#offsets[i] as number, this.#holes[i] === 1];
      let length = 0;
      for (; i < this.#offsets.length && (this.#holes[i] === 1) === hole; i++) length += this.#lengths[i] as number;
      yield { offset, length, hole };
    }
  }

  #indexAt(offset: number): number {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

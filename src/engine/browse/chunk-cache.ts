import type { ReadPage } from "../manifest/index.ts";

/** 256 MiB: what a booting guest reads again and again lies in it. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** Keeps checked chunks, the least recently used go first. Readers of a chunk that is under way share it. */
export class ChunkCache {
  readonly #read: ReadPage;
  readonly #max_bytes: number;
  readonly #chunks = new Map<string, Buffer>();
  readonly #under_way = new Map<string, Promise<Buffer>>();
  #bytes = 0;

  constructor(read: ReadPage, max_bytes = CACHE_BYTES) {
    this.#read = read;
    this.#max_bytes = max_bytes;
  }

  read = (id: Buffer): Promise<Buffer> | Buffer => {
    const key = id.toString("latin1", 0, 32);
    const known = this.#chunks.get(key);
    if (known !== undefined) {
      this.#chunks.delete(key);
      this.#chunks.set(key, known);
      return known;
    }
    let reading = this.#under_way.get(key);
    if (reading === undefined) {
      reading = this.#fetch(key, Buffer.from(id));
      this.#under_way.set(key, reading);
    }
    return reading;
  };

  async #fetch(key: string, id: Buffer): Promise<Buffer> {
    try {
      // A copy: the frame it lies in is eight times as large.
      const chunk = Buffer.from(await this.#read(id));
      this.#chunks.set(key, chunk);
      this.#bytes += chunk.length;
      for (const [oldest, bytes] of this.#chunks) {
        if (this.#bytes <= this.#max_bytes) break;
        this.#chunks.delete(oldest);
        this.#bytes -= bytes.length;
      }
      return chunk;
    } finally {
      this.#under_way.delete(key);
    }
  }
}

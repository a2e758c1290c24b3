import type { ShownFile } from "./types.ts";

/** Read, and kept, at a time. */
const BLOCK_BYTES = 1024 * 1024;
const CACHE_BYTES_MAX = 128 * 1024 * 1024;

interface Block {
  readonly bytes: Promise<Buffer>;
  readonly reserved: number;
}

/** Blocks of files, kept until room is needed; behind a block that was read in order, the next is fetched already. */
export class BlockCache {
  readonly #blocks = new Map<string, Block>();
  #reserved = 0;

  async read(
    key: string,
    size: number,
    open: () => Promise<ShownFile>,
    into: Buffer,
    offset: number,
    length: number,
  ): Promise<number> {
    const end = Math.min(size, offset + length);
    let at = offset;
    while (at < end) {
      const number = Math.floor(at / BLOCK_BYTES);
      const block = this.#block(key, number, size, open);
      const start = number * BLOCK_BYTES;
      if (at > start && start + BLOCK_BYTES < size)
        void this.#block(key, number + 1, size, open).catch(() => undefined); // told when it is asked for
      const bytes = await block;
      const count = bytes.copy(into, at - offset, at - start, Math.min(bytes.length, end - start));
      if (count === 0) break;
      at += count;
    }
    return at - offset;
  }

  #block(key: string, number: number, size: number, open: () => Promise<ShownFile>): Promise<Buffer> {
    const name = `${key}\n${number}`;
    const known = this.#blocks.get(name);
    if (known !== undefined) {
      this.#blocks.delete(name);
      this.#blocks.set(name, known);
      return known.bytes;
    }
    const start = number * BLOCK_BYTES;
    const reserved = Math.min(BLOCK_BYTES, size - start) + 512;
    const bytes = open().then((file) => file.read(start, BLOCK_BYTES));
    this.#blocks.set(name, { bytes, reserved });
    this.#reserved += reserved;
    bytes.catch(() => this.#forget(name));
    while (this.#reserved > CACHE_BYTES_MAX) this.#forget(this.#blocks.keys().next().value as string);
    return bytes;
  }

  #forget(name: string): void {
    const block = this.#blocks.get(name);
    if (block === undefined) return;
    this.#blocks.delete(name);
    this.#reserved -= block.reserved;
  }
}

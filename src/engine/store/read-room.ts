import type { GetOptions, ObjectStore } from "./port.ts";

/**
 * Memory that one reader uses again for each get: new memory for each is found, cleared and taken back by the system,
 * which costs as much as the reading. What {@link get} answers holds until the next one.
 */
export class ReadRoom {
  readonly #store: ObjectStore;
  readonly #size_bytes: number;
  #room: Buffer | undefined;

  /** @param size_bytes of the room; what is larger is read into memory of its own */
  constructor(store: ObjectStore, size_bytes: number) {
    this.#store = store;
    this.#size_bytes = size_bytes;
  }

  /** One at a time. Rejects as the store does. */
  async get(key: string, options: Omit<GetOptions, "into"> = {}): Promise<Buffer> {
    const room = this.#room ?? Buffer.allocUnsafeSlow(this.#size_bytes);
    this.#room = undefined; // until it is known that nothing else writes to it
    const bytes = await this.#store.get(key, { ...options, into: room });
    if (bytes.buffer === room.buffer) this.#room = room;
    return bytes;
  }
}

import type { IndexedPack } from "../index/index.ts";
import type { Repository } from "../repository/index.ts";

/**
 * A segment is written on the way whenever this much of the index is not in one yet, so that a crash leaves little to
 * adopt.
 */
const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;

/** Names packs in index segments as they become durable. */
export class SegmentWriter {
  /** Packs this backup wrote: size in bytes by id. */
  readonly written = new Map<string, number>();
  readonly #repository: Repository;
  #waiting: IndexedPack[];
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();
  #failed: unknown;

  constructor(repository: Repository, adopted: readonly IndexedPack[]) {
    this.#repository = repository;
    this.#waiting = [...adopted];
  }

  add(pack: IndexedPack): void {
    this.written.set(pack.pack_id.toString("hex"), pack.size_bytes);
    this.#waiting.push(pack);
    this.#bytes += pack.directory.length;
    if (this.#bytes >= SEGMENT_BYTES_MAX) this.#write();
  }

  #write(): void {
    const packs = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#last = this.#last
      .then(() => this.#repository.writeSegment(packs))
      .catch((error: unknown) => {
        this.#failed ??= error;
      });
  }

  /** @throws what a write failed with */
  check(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }

  async finish(): Promise<void> {
    this.#write();
    await this.#last;
    this.check();
  }
}

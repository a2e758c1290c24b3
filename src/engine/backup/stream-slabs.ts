import { asBuffer, type WorkerPool } from "../pipeline/index.ts";
import { type ExtentList } from "./extent-list.ts";
import type { PiecesResult, PiecesTask } from "./pieces.ts";

/** A file is cut in stretches of this size, each chunked on its own, so that threads share one file. */
export const STRETCH_BYTES = 8 * 1024 * 1024;
/** Small files share a slab; it goes to a thread when this much is in it. */
const SMALL_BYTES = 1024 * 1024;
const PIECES_MAX = 4096;

interface Piece {
  readonly block_bytes: number;
  length: number;
  readonly done: (extents: ExtentList) => void;
}

/**
 * Carries bytes to the threads in slabs that come back to be filled again: their number bounds the memory of a stream,
 * and who has none left waits, which is how a source feels that storing is slower than reading.
 */
export class Slabs {
  readonly #pool: WorkerPool;
  readonly #drain: () => Promise<void>;
  readonly #free: Buffer[] = [];
  #unmade: number;
  #slab: Buffer | undefined;
  #fill = 0;
  #pieces: Piece[] = [];
  #under_way = 0;
  #failed: unknown;
  #wake: (() => void) | undefined;

  constructor(pool: WorkerPool, drain: () => Promise<void>) {
    this.#pool = pool;
    this.#drain = drain;
    this.#unmade = pool.threads * 2 + 1;
  }

  /**
   * Begins a stretch of a file; bytes are put into it until {@link end}.
   * @param size_hint bytes it will have, if known
   */
  async begin(block_bytes: number, size_hint: number, done: (extents: ExtentList) => void): Promise<void> {
    const wanted = Math.min(STRETCH_BYTES, size_hint);
    if (this.#pieces.length >= PIECES_MAX || this.#fill + wanted > STRETCH_BYTES) this.#send();
    this.#slab ??= await this.#take();
    this.#pieces.push({ block_bytes, length: 0, done });
  }

  /** Puts bytes into the stretch under way. @returns how many fitted: fewer than given when it is full */
  async put(bytes: Uint8Array): Promise<number> {
    let piece = this.#pieces.at(-1) as Piece;
    const count = Math.min(bytes.length, STRETCH_BYTES - piece.length);
    if (this.#fill + count > STRETCH_BYTES) {
      // The stretch needs a slab of its own: the others go, and what it has so far moves.
      this.#pieces.pop();
      const slab = this.#slab as Buffer;
      const begun = Buffer.from(slab.subarray(this.#fill - piece.length, this.#fill));
      this.#fill -= piece.length;
      this.#send();
      this.#slab = await this.#take();
      begun.copy(this.#slab, 0);
      this.#fill = begun.length;
      piece = { ...piece, length: begun.length };
      this.#pieces.push(piece);
    }
    (this.#slab as Buffer).set(bytes.subarray(0, count), this.#fill);
    this.#fill += count;
    piece.length += count;
    return count;
  }

  /** Ends the stretch under way. */
  end(): void {
    if (this.#fill >= SMALL_BYTES) this.#send();
  }

  #send(): void {
    const [slab, pieces] = [this.#slab, this.#pieces];
    if (slab === undefined || pieces.length === 0) return;
    this.#slab = undefined;
    this.#pieces = [];
    this.#fill = 0;
    const task: PiecesTask = {
      kind: "pieces",
      slab,
      pieces: pieces.map(({ length, block_bytes }) => ({ length, block_bytes })),
    };
    this.#under_way++;
    void this.#pool
      .run<PiecesResult>(task, [slab.buffer as ArrayBuffer])
      .then((result) => {
        this.#free.push(asBuffer(result.slab));
        let at = 0;
        for (const [i, piece] of pieces.entries()) {
          const to = at + (result.counts[i] as number);
          piece.done({
            ids: result.ids.subarray(at * 32, to * 32),
            lengths: result.lengths.subarray(at, to),
            holes: result.holes.subarray(at, to),
          });
          at = to;
        }
      })
      .catch((error: unknown) => {
        this.#failed ??= error;
      })
      .finally(() => {
        this.#under_way--;
        this.#wake?.();
      });
  }

  async #take(): Promise<Buffer> {
    for (;;) {
      if (this.#failed !== undefined) throw this.#failed;
      await this.#drain();
      const free = this.#free.pop();
      if (free !== undefined) return free;
      if (this.#unmade > 0) {
        this.#unmade--;
        return Buffer.from(new ArrayBuffer(STRETCH_BYTES));
      }
      await this.#answer();
    }
  }

  #answer(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Sends what is left and waits for every answer. @throws what a thread failed with */
  async finish(): Promise<void> {
    this.#send();
    while (this.#under_way > 0 && this.#failed === undefined) await this.#answer();
    if (this.#failed !== undefined) throw this.#failed;
  }
}

import { Socket } from "node:net";

/** No message of the server is longer, by far: it sends at most 128 KiB at once. */
export const INLET_MESSAGE_MAX = 1024 * 1024;
const SLAB_BYTES = 2 * INLET_MESSAGE_MAX;
/** With less room than that left the slab is emptied first. */
const ROOM_MIN = 64 * 1024;

/**
 * A socket that reads into one memory of its own, again and again: a base backup of gigabytes in buffers made for each
 * read keeps the garbage collector busier than the backup.
 */
export class Inlet {
  readonly socket: Socket;
  readonly #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #at = INLET_MESSAGE_MAX;
  #fill = INLET_MESSAGE_MAX;
  #waits = false;
  #taken = false;

  constructor() {
    this.socket = new Socket({
      onread: {
        buffer: () => this.#slab.subarray(this.#fill === SLAB_BYTES || this.#waits ? INLET_MESSAGE_MAX : this.#fill),
        callback: (count, bytes) => {
          if (!this.#taken) {
            // While it logs in, the library gets the bytes as from any socket.
            this.socket.emit("data", Buffer.from(bytes.subarray(0, count)));
            return true;
          }
          this.#fill += count;
          this.#waits = SLAB_BYTES - this.#fill < ROOM_MIN;
          this.socket.emit("readable");
          return !this.#waits;
        },
      },
    });
  }

  /** From here on bytes are handed out by {@link bytes}. */
  take(): void {
    this.#taken = true;
  }

  /** What came and was not consumed, valid until the next {@link refill}. */
  get bytes(): Buffer {
    return this.#slab.subarray(this.#at, this.#fill);
  }

  consume(count: number): void {
    this.#at += count;
  }

  /** Lets more come once all whole messages were consumed. */
  refill(): void {
    if (!this.#waits) return;
    const left = this.#fill - this.#at;
    this.#slab.copy(this.#slab, INLET_MESSAGE_MAX - left, this.#at, this.#fill);
    this.#at = INLET_MESSAGE_MAX - left;
    this.#fill = INLET_MESSAGE_MAX;
    this.#waits = false;
    this.socket.resume();
  }
}

import type { Duplex } from "node:stream";
import { nbdError } from "./errors.ts";

/** Bytes that wait unread before the socket is told to stop. */
const HELD_MAX = 2 * 1024 * 1024;

/** Reads exact numbers of bytes from a socket, one reader at a time. */
export class SocketReader {
  readonly #socket: Duplex;
  #chunks: Buffer[] = [];
  #held = 0;
  #wanted = 0;
  #wake: (() => void) | undefined;
  #ended: Error | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("data", this.#onData);
    socket.on("error", this.#onError);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onEnd);
  }

  /** Why there will be no more bytes, once there will not. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /** @throws NBD_CLOSED, or what {@link fail} was told */
  async exactly(count: number): Promise<Buffer> {
    while (this.#held < count) {
      if (this.#ended !== undefined) throw this.#ended;
      this.#wanted = count;
      if (this.#socket.isPaused()) this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wanted = 0;
    this.#held -= count;
    const first = this.#chunks[0];
    if (first === undefined || count === 0) return Buffer.alloc(0);
    if (first.length > count) {
      this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    if (first.length === count) {
      this.#chunks.shift();
      return first;
    }
    const out = Buffer.allocUnsafe(count);
    let [at, used] = [0, 0];
    while (at < count) {
      const chunk = this.#chunks[used] as Buffer;
      const taken = Math.min(chunk.length, count - at);
      chunk.copy(out, at, 0, taken);
      at += taken;
      if (taken === chunk.length) used++;
      else this.#chunks[used] = chunk.subarray(taken);
    }
    this.#chunks.splice(0, used);
    return out;
  }

  /** Ends every present and later wait with this error. */
  fail(error: Error): void {
    this.#ended ??= error;
    this.#wake?.();
  }

  /** Lets go of the socket, for TLS to take it over. */
  detach(): void {
    this.#socket.off("data", this.#onData);
    this.#socket.off("error", this.#onError);
    this.#socket.off("end", this.#onEnd);
    this.#socket.off("close", this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held >= HELD_MAX && this.#held >= this.#wanted) this.#socket.pause();
    if (this.#held >= this.#wanted) this.#wake?.();
  };
  readonly #onError = (error: Error): void => {
    this.fail(nbdError("NBD_CLOSED", `the connection broke: ${error.message}`, {}, error));
  };
  readonly #onEnd = (): void => {
    this.fail(nbdError("NBD_CLOSED", "the other side closed the connection"));
  };
}

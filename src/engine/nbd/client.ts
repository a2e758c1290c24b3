import { Socket } from "node:net";
import { negotiate, type Negotiated } from "./client-handshake.ts";
import type { NbdClientOptions, StatusExtent } from "./client-types.ts";
import { nbdError } from "./errors.ts";
import {
  CHUNK,
  CHUNK_DONE,
  CMD,
  CMD_FLAG,
  FLAG,
  PAYLOAD_MAX,
  REQUEST_MAGIC,
  SIMPLE_REPLY_MAGIC,
  STRUCTURED_REPLY_MAGIC,
} from "./wire.ts";

const TIMEOUT_MS = 60_000;
/** Requests under way on one connection; more wait. */
const PIPELINE_MAX = 32;
const EXTENTS_MAX = 2 ** 20;

interface Pending {
  readonly command: number;
  readonly offset: number;
  /** Of a read. */
  readonly length: number;
  data: Buffer | undefined;
  readonly status: Map<number, StatusExtent[]>;
  error: Error | undefined;
  readonly resolve: (pending: Pending) => void;
  readonly reject: (error: Error) => void;
}

/** One connection to one export. Requests are pipelined; each is bounded in size and time. */
export class NbdClient {
  readonly #negotiated: Negotiated;
  readonly #plain: Socket;
  readonly #pending = new Map<bigint, Pending>();
  readonly #waiting: (() => void)[] = [];
  #next = 1n;
  #failed: Error | undefined;
  #closing = false;

  private constructor(plain: Socket, negotiated: Negotiated, signal: AbortSignal | undefined) {
    this.#plain = plain;
    this.#negotiated = negotiated;
    plain.on("timeout", () => {
      if (this.#pending.size > 0) this.#fail(nbdError("NBD_TIMEOUT", "the server stopped answering"));
    });
    signal?.addEventListener("abort", () => this.#fail(signal.reason), { once: true });
    void this.#receive();
  }

  /** @throws NBD_UNREACHABLE, NBD_TIMEOUT, NBD_PROTOCOL, NBD_REFUSED, NBD_TLS_REFUSED */
  static async connect(options: NbdClientOptions): Promise<NbdClient> {
    options.signal?.throwIfAborted();
    const where = "path" in options.address ? options.address.path : `${options.address.host}:${options.address.port}`;
    const plain = new Socket();
    plain.setTimeout(options.timeout_ms ?? TIMEOUT_MS);
    const abort = () => plain.destroy();
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        plain.once("connect", resolve);
        plain.once("error", (error) =>
          reject(nbdError("NBD_UNREACHABLE", `cannot connect to ${where}: ${error.message}`, { where }, error)),
        );
        plain.once("close", () => reject(nbdError("NBD_CLOSED", `${where} closed the connection`, { where })));
        plain.once("timeout", () => reject(nbdError("NBD_TIMEOUT", `${where} does not answer`, { where })));
        if ("path" in options.address) plain.connect(options.address.path);
        else plain.setNoDelay(true).connect(options.address.port, options.address.host);
      });
      return new NbdClient(plain, await negotiate(plain, options), options.signal);
    } catch (error) {
      plain.on("error", () => undefined);
      plain.destroy();
      options.signal?.throwIfAborted();
      throw error;
    } finally {
      options.signal?.removeEventListener("abort", abort);
    }
  }

  get size_bytes(): number {
    return this.#negotiated.size_bytes;
  }
  get read_only(): boolean {
    return (this.#negotiated.flags & FLAG.READ_ONLY) !== 0;
  }
  /** Contexts the server granted; one that is missing here cannot be asked about. */
  get contexts(): readonly string[] {
    return [...this.#negotiated.contexts.keys()];
  }

  /** @throws NBD_IO, NBD_CLOSED, NBD_TIMEOUT */
  async read(offset: number, length: number): Promise<Buffer> {
    if (length > PAYLOAD_MAX) throw new RangeError(`reads are at most ${PAYLOAD_MAX} bytes`);
    if (length === 0) return Buffer.alloc(0);
    const { data } = await this.#request(CMD.READ, 0, offset, length);
    if (data === undefined) throw nbdError("NBD_PROTOCOL", "the server answered a read without bytes");
    return data;
  }

  /**
   * How `[offset, offset + length)` begins, by context. Lists may be shorter or longer than asked for.
   * @throws NBD_IO, NBD_CLOSED, NBD_TIMEOUT
   */
  async blockStatus(offset: number, length: number): Promise<ReadonlyMap<string, readonly StatusExtent[]>> {
    const { status } = await this.#request(CMD.BLOCK_STATUS, 0, offset, length);
    const found = new Map<string, readonly StatusExtent[]>();
    for (const [name, id] of this.#negotiated.contexts) {
      const extents = status.get(id);
      if (extents === undefined) throw nbdError("NBD_PROTOCOL", `the server said nothing about ${name}`);
      found.set(name, extents);
    }
    return found;
  }

  async write(offset: number, bytes: Buffer, options: { readonly fua?: boolean } = {}): Promise<void> {
    await this.#request(CMD.WRITE, options.fua === true ? CMD_FLAG.FUA : 0, offset, bytes.length, bytes);
  }
  async writeZeroes(offset: number, length: number, options: { readonly no_hole?: boolean } = {}): Promise<void> {
    await this.#request(CMD.WRITE_ZEROES, options.no_hole === true ? CMD_FLAG.NO_HOLE : 0, offset, length);
  }
  async trim(offset: number, length: number): Promise<void> {
    await this.#request(CMD.TRIM, 0, offset, length);
  }
  async flush(): Promise<void> {
    await this.#request(CMD.FLUSH, 0, 0, 0);
  }

  /** Takes leave. Requests under way fail. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#failed === undefined) this.#negotiated.socket.write(request(CMD.DISC, 0, 0n, 0, 0));
    const closed = new Promise<void>((resolve) =>
      this.#plain.closed ? resolve() : this.#plain.once("close", resolve),
    );
    this.#negotiated.socket.end();
    this.#plain.destroySoon();
    await closed;
  }

  async #request(command: number, flags: number, offset: number, length: number, payload?: Buffer): Promise<Pending> {
    while (this.#pending.size >= PIPELINE_MAX && this.#failed === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#failed !== undefined) throw this.#failed;
    const cookie = this.#next++;
    return new Promise((resolve, reject) => {
      const status = new Map<number, StatusExtent[]>();
      const pending: Pending = {
        command,
        offset,
        length,
        data: undefined,
        status,
        error: undefined,
        resolve,
        reject,
      };
      this.#pending.set(cookie, pending);
      const { socket } = this.#negotiated;
      if (payload === undefined) return void socket.write(request(command, flags, cookie, offset, length));
      socket.cork();
      socket.write(request(command, flags, cookie, offset, length));
      socket.write(payload);
      socket.uncork();
    });
  }

  #settle(cookie: bigint, pending: Pending): void {
    this.#pending.delete(cookie);
    if (pending.error === undefined) pending.resolve(pending);
    else pending.reject(pending.error);
    this.#waiting.shift()?.();
  }

  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    for (const wake of this.#waiting.splice(0)) wake();
    this.#negotiated.reader.fail(error);
    if (!this.#closing) this.#plain.destroy();
  }

  async #receive(): Promise<void> {
    try {
      for (;;) await this.#reply();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  async #reply(): Promise<void> {
    const { reader, structured } = this.#negotiated;
    const magic = (await reader.exactly(4)).readUInt32BE(0);
    if (magic === SIMPLE_REPLY_MAGIC) {
      const head = await reader.exactly(12);
      const [errno, cookie] = [head.readUInt32BE(0), head.readBigUInt64BE(4)];
      const pending = this.#known(cookie);
      if (errno !== 0) pending.error = ioError(errno, pending.offset, "");
      else if (pending.command === CMD.READ) {
        if (structured) throw nbdError("NBD_PROTOCOL", "the server answered a read without structure");
        pending.data = await reader.exactly(pending.length);
      } else if (pending.command === CMD.BLOCK_STATUS)
        throw nbdError("NBD_PROTOCOL", "the server answered a block status without one");
      return this.#settle(cookie, pending);
    }
    if (magic !== STRUCTURED_REPLY_MAGIC || !structured)
      throw nbdError("NBD_PROTOCOL", `no reply begins with 0x${magic.toString(16)}`);
    const head = await reader.exactly(16);
    const [flags, type, cookie] = [head.readUInt16BE(0), head.readUInt16BE(2), head.readBigUInt64BE(4)];
    const length = head.readUInt32BE(12);
    if (length > PAYLOAD_MAX + 8) throw nbdError("NBD_PROTOCOL", `a reply of ${length} bytes is too long`);
    const pending = this.#known(cookie);
    takeChunk(pending, type, await reader.exactly(length));
    if ((flags & CHUNK_DONE) !== 0) this.#settle(cookie, pending);
  }

  #known(cookie: bigint): Pending {
    const pending = this.#pending.get(cookie);
    if (pending === undefined) throw nbdError("NBD_PROTOCOL", "the server answered what nobody asked");
    return pending;
  }
}

function takeChunk(pending: Pending, type: number, body: Buffer): void {
  if (type === CHUNK.NONE) return;
  if ((type === CHUNK.OFFSET_DATA || type === CHUNK.OFFSET_HOLE) && pending.command === CMD.READ && body.length >= 8) {
    const at = Number(body.readBigUInt64BE(0)) - pending.offset;
    const count = type === CHUNK.OFFSET_DATA ? body.length - 8 : body.length >= 12 ? body.readUInt32BE(8) : 0;
    if (at < 0 || at + count > pending.length || count === 0)
      throw nbdError("NBD_PROTOCOL", "the server sent bytes outside of what was asked");
    if (type === CHUNK.OFFSET_DATA && count === pending.length) pending.data = body.subarray(8);
    else {
      pending.data ??= Buffer.alloc(pending.length);
      if (type === CHUNK.OFFSET_DATA) body.copy(pending.data, at, 8);
    }
    return;
  }
  if (type === CHUNK.BLOCK_STATUS && pending.command === CMD.BLOCK_STATUS && body.length >= 12) {
    const count = (body.length - 4) / 8;
    if (!Number.isInteger(count) || count > EXTENTS_MAX) throw nbdError("NBD_PROTOCOL", "a malformed block status");
    const extents = Array.from({ length: count }, (_, i) => ({
      length: body.readUInt32BE(4 + i * 8),
      flags: body.readUInt32BE(8 + i * 8),
    }));
    if (extents.some((extent) => extent.length === 0)) throw nbdError("NBD_PROTOCOL", "an extent without length");
    pending.status.set(body.readUInt32BE(0), extents);
    return;
  }
  if (type >= 0x8000 && body.length >= 6) {
    const message = body.toString("utf8", 6, 6 + body.readUInt16BE(4));
    pending.error ??= ioError(body.readUInt32BE(0), pending.offset, message);
    return;
  }
  throw nbdError("NBD_PROTOCOL", `the server sent a chunk of type ${type} that does not belong there`);
}

function ioError(errno: number, offset: number, message: string): Error {
  const why = message === "" ? `error ${errno}` : `error ${errno}: ${message}`;
  return nbdError("NBD_IO", `the request at offset ${offset} failed with ${why}`, { errno, offset });
}

function request(command: number, flags: number, cookie: bigint, offset: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(28);
  head.writeUInt32BE(REQUEST_MAGIC, 0);
  head.writeUInt16BE(flags, 4);
  head.writeUInt16BE(command, 6);
  head.writeBigUInt64BE(cookie, 8);
  head.writeBigUInt64BE(BigInt(offset), 16);
  head.writeUInt32BE(length, 24);
  return head;
}

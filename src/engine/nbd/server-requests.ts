import type { Duplex } from "node:stream";
import { nbdError } from "./errors.ts";
import type { NbdExport } from "./export.ts";
import type { Agreed } from "./server-handshake.ts";
import {
  CHUNK,
  CHUNK_DONE,
  CMD,
  CMD_FLAG,
  ERRNO,
  PAYLOAD_MAX,
  REQUEST_MAGIC,
  SIMPLE_REPLY_MAGIC,
  STATE_HOLE,
  STATE_ZERO,
  STRUCTURED_REPLY_MAGIC,
} from "./wire.ts";

/** Work under way for one connection: so many requests, and so many bytes of payload. */
const REQUESTS_MAX = 16;
const BYTES_MAX = 2 * PAYLOAD_MAX;
const ALLOCATION_ID = 1;
const EXTENTS_MAX = 4096;

interface Request {
  readonly flags: number;
  readonly command: number;
  readonly cookie: Buffer;
  readonly offset: number;
  readonly length: number;
  readonly payload: Buffer | undefined;
}

/** Answers requests until the client leaves. @throws NBD_PROTOCOL, NBD_CLOSED */
export async function serve(agreed: Agreed): Promise<void> {
  const { reader, socket } = agreed;
  const out = new Output(socket);
  let [requests, bytes] = [0, 0];
  let wake: (() => void) | undefined;
  const settled = () => new Promise<void>((resolve) => (wake = resolve));
  try {
    for (;;) {
      const head = await reader.exactly(28);
      if (head.readUInt32BE(0) !== REQUEST_MAGIC) throw nbdError("NBD_PROTOCOL", "the client sent no request");
      const [command, length] = [head.readUInt16BE(6), head.readUInt32BE(24)];
      if (command === CMD.DISC) return;
      // What is too long cannot be skipped within bounds when it carries its bytes with it.
      if (command === CMD.WRITE && length > PAYLOAD_MAX) throw nbdError("NBD_PROTOCOL", "a write that is too long");
      const payload = command === CMD.WRITE ? Buffer.from(await reader.exactly(length)) : undefined;
      const offset = Number(head.readBigUInt64BE(16));
      const request: Request = {
        flags: head.readUInt16BE(4),
        command,
        cookie: Buffer.from(head.subarray(8, 16)),
        offset,
        length,
        payload,
      };
      const cost = command === CMD.READ || command === CMD.WRITE ? length : 0;
      while (requests >= REQUESTS_MAX || (requests > 0 && bytes + cost > BYTES_MAX)) await settled();
      await out.ready();
      requests++;
      bytes += cost;
      void answer(agreed, request, out).finally(() => {
        requests--;
        bytes -= cost;
        wake?.();
      });
    }
  } finally {
    while (requests > 0) await settled();
  }
}

/** Replies go out whole, in any order; who writes faster than the client reads waits. */
class Output {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  send(...parts: readonly Buffer[]): void {
    if (this.#socket.destroyed) return;
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  async ready(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off("drain", done);
        this.#socket.off("close", done);
        resolve();
      };
      this.#socket.once("drain", done);
      this.#socket.once("close", done);
    });
  }
}

async function answer({ disk, structured, allocation }: Agreed, request: Request, out: Output): Promise<void> {
  const { cookie } = request;
  const refused = refusal(disk, request, allocation);
  const fail = (errno: number, message: string) => {
    if (!structured) return out.send(simpleReply(cookie, errno));
    const text = Buffer.from(message.slice(0, 1024));
    const body = Buffer.alloc(6);
    body.writeUInt32BE(errno, 0);
    body.writeUInt16BE(text.length, 4);
    out.send(chunk(cookie, CHUNK.ERROR, 6 + text.length), body, text);
  };
  if (refused !== undefined) return fail(...refused);
  try {
    if (request.command === CMD.READ) {
      const bytes = await disk.read(request.offset, request.length);
      if (!structured) return out.send(simpleReply(cookie, 0), bytes);
      const place = Buffer.alloc(8);
      place.writeBigUInt64BE(BigInt(request.offset));
      return out.send(chunk(cookie, CHUNK.OFFSET_DATA, 8 + bytes.length), place, bytes);
    }
    if (request.command === CMD.BLOCK_STATUS) {
      const body = statusBody(disk, request);
      return out.send(chunk(cookie, CHUNK.BLOCK_STATUS, body.length), body);
    }
    await change(disk, request);
    out.send(structured ? chunk(cookie, CHUNK.NONE, 0) : simpleReply(cookie, 0));
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
    fail(full ? ERRNO.ENOSPC : ERRNO.EIO, error instanceof Error ? error.message : String(error));
  }
}

function refusal(disk: NbdExport, request: Request, allocation: boolean): [number, string] | undefined {
  const { command, flags, offset, length } = request;
  const writes = command === CMD.WRITE || command === CMD.TRIM || command === CMD.WRITE_ZEROES;
  if (writes && disk.writable === undefined) return [ERRNO.EPERM, "this export is read-only"];
  if (command === CMD.FLUSH) return offset === 0 && length === 0 ? undefined : [ERRNO.EINVAL, "a flush has no range"];
  if (!writes && command !== CMD.READ && command !== CMD.BLOCK_STATUS)
    return [ERRNO.EINVAL, `command ${command} is unknown here`];
  if (command === CMD.BLOCK_STATUS && !allocation) return [ERRNO.EINVAL, "no context was agreed on"];
  const known = command === CMD.READ ? CMD_FLAG.DF : command === CMD.BLOCK_STATUS ? CMD_FLAG.REQ_ONE : CMD_FLAG.NO_HOLE;
  if ((flags & ~(known | CMD_FLAG.FUA)) !== 0) return [ERRNO.EINVAL, "the request has unknown flags"];
  if (length === 0) return [ERRNO.EINVAL, "a request of no bytes"];
  if (command === CMD.READ && length > PAYLOAD_MAX) return [ERRNO.EOVERFLOW, "a read that is too long"];
  if (!Number.isSafeInteger(offset) || offset + length > disk.size_bytes)
    return [writes ? ERRNO.ENOSPC : ERRNO.EINVAL, "the request reaches behind the end of the disk"];
  return undefined;
}

async function change(disk: NbdExport, { command, flags, offset, length, payload }: Request): Promise<void> {
  const { writable } = disk;
  if (writable === undefined) return; // a flush of what cannot change
  if (command === CMD.WRITE) await writable.write(offset, payload as Buffer);
  else if (command !== CMD.FLUSH) await writable.zero(offset, length, (flags & CMD_FLAG.NO_HOLE) === 0);
  if (command === CMD.FLUSH || (flags & CMD_FLAG.FUA) !== 0) await writable.flush();
}

function statusBody(disk: NbdExport, { offset, length, flags }: Request): Buffer {
  const stretches = disk.allocation(offset, length);
  const count = (flags & CMD_FLAG.REQ_ONE) === 0 ? Math.min(EXTENTS_MAX, stretches.length) : 1;
  const body = Buffer.alloc(4 + count * 8);
  body.writeUInt32BE(ALLOCATION_ID, 0);
  let [at, left] = [4, length];
  for (const stretch of stretches.slice(0, count)) {
    const extent = Math.min(left, stretch.length);
    if (extent === 0) break;
    body.writeUInt32BE(extent, at);
    body.writeUInt32BE(stretch.hole ? STATE_HOLE | STATE_ZERO : 0, at + 4);
    at += 8;
    left -= extent;
  }
  return body.subarray(0, at);
}

function simpleReply(cookie: Buffer, errno: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(SIMPLE_REPLY_MAGIC, 0);
  head.writeUInt32BE(errno, 4);
  cookie.copy(head, 8);
  return head;
}

/** Each reply is one chunk, which is also the last. */
function chunk(cookie: Buffer, type: number, length: number): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(STRUCTURED_REPLY_MAGIC, 0);
  head.writeUInt16BE(CHUNK_DONE, 4);
  head.writeUInt16BE(type, 6);
  cookie.copy(head, 8);
  head.writeUInt32BE(length, 16);
  return head;
}

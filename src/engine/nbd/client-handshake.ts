import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { NbdClientOptions } from "./client-types.ts";
import { nbdError } from "./errors.ts";
import { SocketReader } from "./socket-reader.ts";
import {
  FIXED_NEWSTYLE,
  INFO_BLOCK_SIZE,
  INFO_EXPORT,
  MAGIC,
  NO_ZEROES,
  OPT,
  OPTION_MAGIC,
  OPTION_MAX,
  OPTION_REPLY_MAGIC,
  REP,
} from "./wire.ts";

const REPLIES_MAX = 256;

export interface Negotiated {
  readonly socket: Duplex;
  readonly reader: SocketReader;
  readonly size_bytes: number;
  readonly flags: number;
  readonly structured: boolean;
  /** Number of each context that was granted. */
  readonly contexts: ReadonlyMap<string, number>;
  readonly block_bytes: { readonly minimum: number; readonly preferred: number; readonly maximum: number } | undefined;
}

interface OptionReply {
  readonly type: number;
  readonly data: Buffer;
}

/** Speaks the options up to the first request. @throws NBD_* */
export async function negotiate(plain: Socket, options: NbdClientOptions): Promise<Negotiated> {
  let [socket, reader]: [Duplex, SocketReader] = [plain, new SocketReader(plain)];
  const arm = (next: SocketReader) =>
    plain.on("timeout", () => next.fail(nbdError("NBD_TIMEOUT", "the server did not answer in time")));
  arm(reader);
  const hello = await reader.exactly(18);
  if (!hello.subarray(0, 8).equals(MAGIC) || !hello.subarray(8, 16).equals(OPTION_MAGIC))
    throw nbdError("NBD_PROTOCOL", "what listens there is no NBD server of the newstyle");
  const offered = hello.readUInt16BE(16);
  if ((offered & FIXED_NEWSTYLE) === 0) throw nbdError("NBD_PROTOCOL", "the server lacks fixed newstyle negotiation");
  const own = Buffer.alloc(4);
  own.writeUInt32BE(offered & (FIXED_NEWSTYLE | NO_ZEROES));
  socket.write(own);

  if (options.tls !== undefined) {
    const [reply] = await option(socket, reader, OPT.STARTTLS, Buffer.alloc(0));
    if (reply?.type !== REP.ACK) throw nbdError("NBD_TLS_REFUSED", "the server does not offer TLS");
    reader.detach();
    socket = await upgrade(plain, options.tls);
    reader = new SocketReader(socket);
    arm(reader);
  }
  const structured = granted(await option(socket, reader, OPT.STRUCTURED_REPLY, Buffer.alloc(0)));
  const contexts = new Map<string, number>();
  const wanted = options.contexts ?? [];
  if (structured && wanted.length > 0) {
    const replies = await option(socket, reader, OPT.SET_META_CONTEXT, contextQuery(options.export_name, wanted));
    for (const { type, data } of replies)
      if (type === REP.META_CONTEXT && data.length > 4) contexts.set(data.toString("utf8", 4), data.readUInt32BE(0));
  }
  const replies = await option(socket, reader, OPT.GO, goRequest(options.export_name));
  const last = replies.at(-1) as OptionReply;
  if (last.type !== REP.ACK) {
    const code = last.type === REP.ERR_TLS_REQD ? "NBD_TLS_REFUSED" : "NBD_REFUSED";
    const why = last.data.length > 0 ? last.data.toString() : `0x${last.type.toString(16)}`;
    throw nbdError(code, `the server refused export "${options.export_name}": ${why}`);
  }
  const info = (kind: number, length: number) =>
    replies.find(({ type, data }) => type === REP.INFO && data.length >= length && data.readUInt16BE(0) === kind)?.data;
  const about = info(INFO_EXPORT, 12);
  if (about === undefined) throw nbdError("NBD_PROTOCOL", "the server did not say how large the export is");
  const size = about.readBigUInt64BE(2);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw nbdError("NBD_PROTOCOL", `an export of ${size} bytes is too large`);
  const sizes = info(INFO_BLOCK_SIZE, 14);
  return {
    socket,
    reader,
    size_bytes: Number(size),
    flags: about.readUInt16BE(10),
    structured,
    contexts,
    block_bytes:
      sizes === undefined
        ? undefined
        : { minimum: sizes.readUInt32BE(2), preferred: sizes.readUInt32BE(6), maximum: sizes.readUInt32BE(10) },
  };
}

function granted(replies: readonly OptionReply[]): boolean {
  return replies.at(-1)?.type === REP.ACK;
}

/** Sends one option and collects its replies, the last of which ends it. */
async function option(socket: Duplex, reader: SocketReader, number: number, data: Buffer): Promise<OptionReply[]> {
  const head = Buffer.alloc(16);
  OPTION_MAGIC.copy(head);
  head.writeUInt32BE(number, 8);
  head.writeUInt32BE(data.length, 12);
  socket.write(Buffer.concat([head, data]));
  const replies: OptionReply[] = [];
  for (;;) {
    const reply = await reader.exactly(20);
    const length = reply.readUInt32BE(16);
    if (reply.readBigUInt64BE(0) !== OPTION_REPLY_MAGIC || reply.readUInt32BE(8) !== number)
      throw nbdError("NBD_PROTOCOL", `the server answered something else than option ${number}`);
    if (length > OPTION_MAX || replies.length >= REPLIES_MAX)
      throw nbdError("NBD_PROTOCOL", `the server's answer to option ${number} does not end`);
    const type = reply.readUInt32BE(12);
    replies.push({ type, data: await reader.exactly(length) });
    if (type === REP.ACK || type >= 0x80000000) return replies;
  }
}

function contextQuery(export_name: string, names: readonly string[]): Buffer {
  const parts = [lengthOf(export_name), Buffer.from(export_name), number32(names.length)];
  for (const name of names) parts.push(lengthOf(name), Buffer.from(name));
  return Buffer.concat(parts);
}

function goRequest(export_name: string): Buffer {
  const infos = Buffer.from([0, 1, 0, INFO_BLOCK_SIZE]);
  return Buffer.concat([lengthOf(export_name), Buffer.from(export_name), infos]);
}

function lengthOf(text: string): Buffer {
  return number32(Buffer.byteLength(text));
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function upgrade(plain: Socket, tls: NonNullable<NbdClientOptions["tls"]>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const { server_name, ...keys } = tls;
    const secure = connectTls({
      socket: plain,
      ...keys,
      minVersion: "TLSv1.3",
      ...(server_name === undefined ? { checkServerIdentity: () => undefined } : { servername: server_name }),
    });
    const refuse = (error: Error) =>
      reject(nbdError("NBD_TLS_REFUSED", `TLS with the server failed: ${error.message}`, {}, error));
    secure.once("error", refuse);
    secure.once("secureConnect", () => {
      secure.off("error", refuse);
      resolve(secure);
    });
    plain.once("timeout", () => secure.destroy(nbdError("NBD_TIMEOUT", "TLS was not set up in time")));
  });
}

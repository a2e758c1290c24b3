import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer } from "node:tls";
import { nbdError } from "./errors.ts";
import type { NbdExport } from "./export.ts";
import type { NbdServerOptions, ServerTls } from "./server-types.ts";
import { SocketReader } from "./socket-reader.ts";
import {
  BASE_ALLOCATION,
  FIXED_NEWSTYLE,
  FLAG,
  INFO_BLOCK_SIZE,
  INFO_DESCRIPTION,
  INFO_EXPORT,
  INFO_NAME,
  MAGIC,
  NO_ZEROES,
  OPT,
  OPTION_MAGIC,
  OPTION_MAX,
  OPTION_REPLY_MAGIC,
  PAYLOAD_MAX,
  REP,
} from "./wire.ts";

export interface Agreed {
  readonly socket: Duplex;
  readonly reader: SocketReader;
  readonly disk: NbdExport;
  readonly structured: boolean;
  readonly allocation: boolean;
}

const OPTIONS_MAX = 128;
const ALLOCATION_ID = 1;
const PREFERRED_BYTES = 128 * 1024;

/** @returns `undefined` when the client took leave. @throws NBD_PROTOCOL, NBD_CLOSED */
export async function handshake(plain: Socket, options: NbdServerOptions): Promise<Agreed | undefined> {
  let [socket, reader]: [Duplex, SocketReader] = [plain, new SocketReader(plain)];
  const hello = Buffer.alloc(18);
  MAGIC.copy(hello);
  OPTION_MAGIC.copy(hello, 8);
  hello.writeUInt16BE(FIXED_NEWSTYLE | NO_ZEROES, 16);
  socket.write(hello);
  const flags = (await reader.exactly(4)).readUInt32BE(0);
  if ((flags & ~(FIXED_NEWSTYLE | NO_ZEROES)) !== 0) throw nbdError("NBD_PROTOCOL", "the client has unknown flags");

  let [structured, secure] = [false, options.tls === undefined];
  let allocation_of: string | undefined;
  for (let count = 0; count < OPTIONS_MAX; count++) {
    const head = await reader.exactly(16);
    if (!head.subarray(0, 8).equals(OPTION_MAGIC)) throw nbdError("NBD_PROTOCOL", "the client sent no option");
    const [number, length] = [head.readUInt32BE(8), head.readUInt32BE(12)];
    if (length > OPTION_MAX) throw nbdError("NBD_PROTOCOL", `an option of ${length} bytes is too long`);
    const data = await reader.exactly(length);
    const reply = (type: number, body: Buffer | string = "") => socket.write(optionReply(number, type, body));
    const agreed = (disk: NbdExport): Agreed => ({
      socket,
      reader,
      disk,
      structured,
      allocation: structured && allocation_of === disk.name,
    });
    if (number === OPT.ABORT) {
      reply(REP.ACK);
      return undefined;
    }
    if (!secure && number !== OPT.STARTTLS) {
      if (number === OPT.EXPORT_NAME) throw nbdError("NBD_PROTOCOL", "the client wants an export without TLS");
      reply(REP.ERR_TLS_REQD, "this server speaks with nobody but over TLS");
      continue;
    }
    switch (number) {
      case OPT.STARTTLS:
        if (options.tls === undefined || secure) reply(REP.ERR_UNSUP);
        else {
          reply(REP.ACK);
          reader.detach();
          socket = await upgrade(plain, options.tls);
          reader = new SocketReader(socket);
          secure = true;
        }
        break;
      case OPT.STRUCTURED_REPLY:
        structured ||= length === 0;
        reply(length === 0 ? REP.ACK : REP.ERR_INVALID);
        break;
      case OPT.LIST:
        for (const name of length === 0 ? options.names() : []) reply(REP.SERVER, named(name));
        reply(length === 0 ? REP.ACK : REP.ERR_INVALID);
        break;
      case OPT.LIST_META_CONTEXT:
      case OPT.SET_META_CONTEXT: {
        const query = contextQuery(data);
        if (number === OPT.SET_META_CONTEXT) allocation_of = undefined;
        if (query === undefined || (number === OPT.SET_META_CONTEXT && !structured)) reply(REP.ERR_INVALID);
        else if (options.find(query.name) === undefined) reply(REP.ERR_UNKNOWN, "no such export");
        else {
          const listing = number === OPT.LIST_META_CONTEXT;
          const all = listing && (query.queries.length === 0 || query.queries.includes("base:"));
          if (all || query.queries.includes(BASE_ALLOCATION)) {
            if (!listing) allocation_of = query.name;
            reply(REP.META_CONTEXT, Buffer.concat([number32(ALLOCATION_ID), Buffer.from(BASE_ALLOCATION)]));
          }
          reply(REP.ACK);
        }
        break;
      }
      case OPT.INFO:
      case OPT.GO: {
        const wanted = infoRequest(data);
        const disk = wanted === undefined ? undefined : options.find(wanted.name);
        if (wanted === undefined) reply(REP.ERR_INVALID);
        else if (disk === undefined) reply(REP.ERR_UNKNOWN, "no such export");
        else {
          reply(REP.INFO, exportInfo(disk, structured));
          if (wanted.infos.includes(INFO_NAME)) reply(REP.INFO, textInfo(INFO_NAME, disk.name));
          if (wanted.infos.includes(INFO_DESCRIPTION))
            reply(REP.INFO, textInfo(INFO_DESCRIPTION, disk.description ?? disk.name));
          reply(REP.INFO, blockSizes());
          reply(REP.ACK);
          if (number === OPT.GO) return agreed(disk);
        }
        break;
      }
      case OPT.EXPORT_NAME: {
        const disk = options.find(data.toString());
        if (disk === undefined) throw nbdError("NBD_PROTOCOL", "the client wants an export that is not there");
        const about = Buffer.concat([exportInfo(disk, structured).subarray(2), Buffer.alloc(124)]);
        socket.write((flags & NO_ZEROES) === 0 ? about : about.subarray(0, 10));
        return agreed(disk);
      }
      default:
        reply(REP.ERR_UNSUP);
    }
  }
  throw nbdError("NBD_PROTOCOL", "the client negotiates without end");
}

function transmissionFlags(disk: NbdExport, structured: boolean): number {
  const common = FLAG.HAS_FLAGS | FLAG.SEND_FLUSH | FLAG.CAN_MULTI_CONN | (structured ? FLAG.SEND_DF : 0);
  if (disk.writable === undefined) return common | FLAG.READ_ONLY;
  return common | FLAG.SEND_FUA | FLAG.SEND_TRIM | FLAG.SEND_WRITE_ZEROES;
}

function exportInfo(disk: NbdExport, structured: boolean): Buffer {
  const body = Buffer.alloc(12);
  body.writeUInt16BE(INFO_EXPORT, 0);
  body.writeBigUInt64BE(BigInt(disk.size_bytes), 2);
  body.writeUInt16BE(transmissionFlags(disk, structured), 10);
  return body;
}

function textInfo(kind: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([0, kind]), Buffer.from(text)]);
}

function blockSizes(): Buffer {
  const body = Buffer.alloc(14);
  body.writeUInt16BE(INFO_BLOCK_SIZE, 0);
  body.writeUInt32BE(1, 2);
  body.writeUInt32BE(PREFERRED_BYTES, 6);
  body.writeUInt32BE(PAYLOAD_MAX, 10);
  return body;
}

function contextQuery(data: Buffer): { name: string; queries: string[] } | undefined {
  const name = text(data, 0);
  if (name === undefined || name.end + 4 > data.length) return undefined;
  const count = data.readUInt32BE(name.end);
  if (count > data.length / 4) return undefined;
  const queries: string[] = [];
  let at = name.end + 4;
  for (let i = 0; i < count; i++) {
    const query = text(data, at);
    if (query === undefined) return undefined;
    queries.push(query.text);
    at = query.end;
  }
  return at === data.length ? { name: name.text, queries } : undefined;
}

function infoRequest(data: Buffer): { name: string; infos: number[] } | undefined {
  const name = text(data, 0);
  if (name === undefined || name.end + 2 > data.length) return undefined;
  const count = data.readUInt16BE(name.end);
  if (name.end + 2 + count * 2 !== data.length) return undefined;
  const infos = Array.from({ length: count }, (_, i) => data.readUInt16BE(name.end + 2 + i * 2));
  return { name: name.text, infos };
}

function text(data: Buffer, at: number): { text: string; end: number } | undefined {
  if (at + 4 > data.length) return undefined;
  const end = at + 4 + data.readUInt32BE(at);
  return end > data.length ? undefined : { text: data.toString("utf8", at + 4, end), end };
}

function named(name: string): Buffer {
  return Buffer.concat([number32(Buffer.byteLength(name)), Buffer.from(name)]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function optionReply(option: number, type: number, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(bytes.length, 16);
  return Buffer.concat([head, bytes]);
}

/** A TLS server that listens nowhere checks certificates as any other does. */
function upgrade(plain: Socket, tls: ServerTls): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const server = createServer({
      cert: tls.cert,
      key: tls.key,
      minVersion: "TLSv1.3",
      ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
    });
    const refuse = (why: string) => reject(nbdError("NBD_TLS_REFUSED", `TLS with a client failed: ${why}`));
    server.once("secureConnection", resolve);
    server.once("tlsClientError", (error) => refuse(error.message));
    plain.once("close", () => refuse("it left during the handshake"));
    server.emit("connection", plain);
  });
}

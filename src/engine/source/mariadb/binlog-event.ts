import { crc32 } from "node:zlib";
import { mariaError } from "./errors.ts";

/** Every file of a binary log begins with these; events follow. */
export const MAGIC = Buffer.from([0xfe, 0x62, 0x69, 0x6e]);
export const HEADER_BYTES = 19;

export const QUERY = 2;
export const ROTATE = 4;
export const FORMAT = 15;
export const XID = 16;
export const HEARTBEAT = 27;
export const XA_PREPARE = 38;
export const GTID = 162;
const ARTIFICIAL = 0x20;

export interface EventHeader {
  /** Seconds since 1970, by the server's clock; 0 in events that stand in no file. */
  readonly at_s: number;
  readonly type: number;
  readonly size: number;
  /** Where the next event begins in the file; 0 in events that stand in no file. */
  readonly end: number;
  readonly artificial: boolean;
}

export function readHeader(event: Buffer): EventHeader {
  return {
    at_s: event.readUInt32LE(0),
    type: event[4] as number,
    size: event.readUInt32LE(9),
    end: event.readUInt32LE(13),
    artificial: (event.readUInt16LE(17) & ARTIFICIAL) !== 0,
  };
}

/** Does the file's first event say that every event ends with a checksum? */
export const hasChecksums = (format: Buffer): boolean => format[format.length - 5] === 1;

/** @throws MARIA_BINLOG_DAMAGED */
export function verifyChecksum(event: Buffer, where: string): void {
  const body = event.subarray(0, event.length - 4);
  if (crc32(body) === event.readUInt32LE(event.length - 4)) return;
  throw mariaError("MARIA_BINLOG_DAMAGED", `${where}: the event fails its checksum`, { where });
}

/** `domain-server-sequence`, as the server writes it. */
export function gtidOf(event: Buffer): string {
  const sequence = event.readBigUInt64LE(HEADER_BYTES);
  return `${event.readUInt32LE(HEADER_BYTES + 8)}-${event.readUInt32LE(5)}-${sequence}`;
}
export const isStandalone = (event: Buffer): boolean => ((event[HEADER_BYTES + 12] as number) & 1) !== 0;

/** The statement of a query event. */
export function queryOf(event: Buffer, checksums: boolean): string {
  const schema = event[HEADER_BYTES + 8] as number;
  const status = event.readUInt16LE(HEADER_BYTES + 11);
  return event.toString("latin1", HEADER_BYTES + 13 + status + schema + 1, event.length - (checksums ? 4 : 0));
}

/** Files are numbered; places in them make one growing position for the log of sealed pieces. */
export const positionOf = (file: string, offset: number): bigint => (BigInt(numberOf(file)) << 32n) | BigInt(offset);
export const offsetOf = (position: bigint): number => Number(position & 0xffff_ffffn);
export const fileOf = (base: string, position: bigint): string => `${base}.${String(position >> 32n).padStart(6, "0")}`;
export const baseOf = (file: string): string => file.slice(0, file.lastIndexOf("."));

function numberOf(file: string): number {
  const found = /\.(\d{6,10})$/.exec(file);
  if (found === null) throw mariaError("MARIA_BINLOG_DAMAGED", `${file} is no name of a file of a binary log`);
  return Number(found[1]);
}

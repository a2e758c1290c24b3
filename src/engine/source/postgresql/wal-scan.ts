import { fromPgMicros } from "./lsn.ts";

/**
 * Reads records out of write-ahead log as it comes, as far as restores need them: which transactions ended when, and
 * named restore points. The layout is the same in PostgreSQL 13 to 18 (src/include/access/xlogrecord.h,
 * xlog_internal.h).
 */
export interface WalScanned {
  /** Of the last commit or abort whose record is complete, and the position behind that record. */
  last_end_ms: number;
  last_end_lsn: bigint;
  /** Since {@link WalScanner.reset}. */
  first_end_ms: number;
  commits: number;
  /** Restore points met, with the position behind their record. */
  names: { readonly name: string; readonly lsn: bigint; readonly at_ms: number }[];
}

/** What ended a transaction. */
export interface WalEnd {
  readonly xid: number;
  readonly committed: boolean;
  readonly at_ms: number;
  readonly lsn: bigint;
}

const PAGE = 8192;
const LONG_HEADER = 40;
const SHORT_HEADER = 24;
const CONTINUED = 1;
const RECORD_HEADER = 24;
/** Of each record: its header, and as much as the records we look into have before what we want. */
const KEPT = 160;
const RM_XLOG = 0;
const RM_XACT = 1;
const XLOG_SWITCH = 0x40;
const XLOG_RESTORE_POINT = 0x70;

export class WalScanner {
  readonly #segment: number;
  readonly #onEnd: ((end: WalEnd) => void) | undefined;
  /** Positions fit a number up to 8 PiB of log. */
  #at: number;
  readonly #header = Buffer.alloc(LONG_HEADER);
  #header_fill = 0;
  #header_need = 0;
  /** Whether we know where records begin. */
  #synced = false;
  /** Inside the rest of a segment that was switched away from. */
  #skipping = false;
  readonly #record = Buffer.alloc(KEPT);
  #record_fill = 0;
  /** Bytes of the record under way still to come, with what pads it; 0 between records. */
  #left = 0;
  /** The record under way began before we looked. */
  #unknown = false;
  readonly found: WalScanned = { last_end_ms: 0, last_end_lsn: 0n, first_end_ms: 0, commits: 0, names: [] };

  /** @param start a multiple of the page size */
  constructor(start: bigint, segment_bytes: number, onEnd?: (end: WalEnd) => void) {
    this.#at = Number(start);
    this.#segment = segment_bytes;
    this.#onEnd = onEnd;
  }

  get position(): bigint {
    return BigInt(this.#at);
  }

  /** Begins a new account of what is found. */
  reset(): void {
    this.found.commits = 0;
    this.found.first_end_ms = 0;
    this.found.names = [];
  }

  push(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < buffer.length; ) {
      const in_page = this.#at % PAGE;
      if (this.#skipping) {
        const step = Math.min(buffer.length - i, this.#segment - (this.#at % this.#segment));
        this.#at += step;
        i += step;
        if (this.#at % this.#segment === 0) this.#skipping = false;
        continue;
      }
      if (in_page === 0 && this.#header_need === 0) {
        this.#header_need = this.#at % this.#segment === 0 ? LONG_HEADER : SHORT_HEADER;
        this.#header_fill = 0;
      }
      if (this.#header_need > 0) {
        const step = Math.min(buffer.length - i, this.#header_need - this.#header_fill);
        buffer.copy(this.#header, this.#header_fill, i, i + step);
        this.#header_fill += step;
        this.#at += step;
        i += step;
        if (this.#header_fill === this.#header_need) this.#pageHeader();
        continue;
      }
      const step = this.#take(buffer, i, Math.min(buffer.length - i, PAGE - in_page));
      this.#at += step;
      i += step;
    }
  }

  #pageHeader(): void {
    this.#header_need = 0;
    const info = this.#header.readUInt16LE(2);
    const continued = (info & CONTINUED) !== 0;
    const rest = align(this.#header.readUInt32LE(16));
    if (!this.#synced) {
      this.#synced = true;
      this.#unknown = true;
      this.#left = continued ? rest : 0;
    } else if (this.#left > 0 && !continued) {
      // A record that its server never finished: what follows begins anew.
      this.#left = 0;
      this.#record_fill = 0;
    }
    if (this.#left === 0) this.#begin();
  }

  #begin(): void {
    this.#record_fill = 0;
    this.#unknown = false;
  }

  /** @returns how many bytes of the page it used */
  #take(buffer: Buffer, at: number, room: number): number {
    if (this.#left === 0) {
      // Between records: the length first. It never crosses a page, for records begin at multiples of 8.
      const step = Math.min(room, 4 - this.#record_fill);
      buffer.copy(this.#record, this.#record_fill, at, at + step);
      this.#record_fill += step;
      if (this.#record_fill < 4) return step;
      const length = this.#record.readUInt32LE(0);
      if (length < RECORD_HEADER) {
        // Zeros: the log ends here, or the segment was switched away from.
        this.#skipping = true;
        this.#record_fill = 0;
      } else this.#left = align(length) - 4;
      return step;
    }
    const step = Math.min(room, this.#left);
    if (!this.#unknown && this.#record_fill < KEPT) {
      const kept = Math.min(step, KEPT - this.#record_fill);
      buffer.copy(this.#record, this.#record_fill, at, at + kept);
      this.#record_fill += kept;
    }
    this.#left -= step;
    if (this.#left === 0) {
      if (!this.#unknown) this.#complete(this.#at + step);
      this.#begin();
    }
    return step;
  }

  #complete(end: number): void {
    const record = this.#record;
    const [rmid, info] = [record[17] as number, (record[16] as number) & 0xf0];
    if (rmid === RM_XLOG && info === XLOG_SWITCH) {
      if (end % this.#segment !== 0) this.#skipping = true;
      return;
    }
    if (rmid === RM_XLOG && info === XLOG_RESTORE_POINT) {
      const data = mainData(record);
      if (data === undefined) return;
      const name = record.subarray(data + 8, data + 72);
      const zero = name.indexOf(0);
      this.found.names.push({
        name: name.toString("utf8", 0, zero < 0 ? 64 : zero),
        lsn: BigInt(end),
        at_ms: fromPgMicros(record.readBigInt64LE(data)),
      });
      return;
    }
    if (rmid !== RM_XACT) return;
    const kind = info & 0x70;
    const committed = kind === 0x00 || kind === 0x30;
    if (!committed && kind !== 0x20 && kind !== 0x40) return;
    const data = mainData(record);
    if (data === undefined) return;
    const at_ms = fromPgMicros(record.readBigInt64LE(data));
    const { found } = this;
    found.commits++;
    if (found.first_end_ms === 0) found.first_end_ms = at_ms;
    found.last_end_ms = Math.max(found.last_end_ms, at_ms);
    found.last_end_lsn = BigInt(end);
    this.#onEnd?.({ xid: record.readUInt32LE(4), committed, at_ms, lsn: BigInt(end) });
  }
}

/** Where a record's own data begins; `undefined` for one that names blocks. */
function mainData(record: Buffer): number | undefined {
  for (let at = RECORD_HEADER; at < KEPT - 80; ) {
    const id = record[at];
    if (id === 255) return at + 2;
    if (id === 254) return at + 5;
    if (id === 253) at += 3;
    else if (id === 252) at += 5;
    else return undefined;
  }
  return undefined;
}

const align = (length: number): number => (length + 7) & ~7;

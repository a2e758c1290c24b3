const TAB = 9;
const NEWLINE = 10;
const BACKSLASH = 92;
const ROOM = 1024 * 1024;

/** Turns rows of the text protocol into the lines that LOAD DATA reads with its own defaults. */
export class TsvWriter {
  #out = Buffer.allocUnsafe(ROOM);
  #at = 0;
  rows = 0;
  readonly #full: (bytes: Buffer) => void;

  /** @param full takes over what was written, a mebibyte at a time */
  constructor(full: (bytes: Buffer) => void) {
    this.#full = full;
  }

  row(packet: Buffer, start: number, end: number): void {
    // Every byte may need two; NULL is one byte that becomes two; each field has a separator.
    const need = (end - start) * 2 + 2;
    if (this.#at + need > this.#out.length) this.#flush(need);
    const out = this.#out;
    let at = this.#at;
    let from = start;
    while (from < end) {
      if (from > start) out[at++] = TAB;
      const first = packet[from] as number;
      let length: number;
      if (first < 251) {
        length = first;
        from += 1;
      } else if (first === 251) {
        out[at++] = BACKSLASH;
        out[at++] = 78; // N
        from += 1;
        continue;
      } else if (first === 252) {
        length = packet.readUInt16LE(from + 1);
        from += 3;
      } else if (first === 253) {
        length = packet.readUIntLE(from + 1, 3);
        from += 4;
      } else {
        length = Number(packet.readBigUInt64LE(from + 1));
        from += 9;
      }
      for (const stop = from + length; from < stop; from++) {
        const byte = packet[from] as number;
        if (byte > BACKSLASH || (byte > NEWLINE && byte < BACKSLASH)) {
          out[at++] = byte;
          continue;
        }
        if (byte === BACKSLASH || byte === TAB || byte === NEWLINE || byte === 0) {
          out[at++] = BACKSLASH;
          out[at++] = byte === BACKSLASH ? BACKSLASH : byte === TAB ? 116 : byte === NEWLINE ? 110 : 48;
        } else out[at++] = byte;
      }
    }
    out[at++] = NEWLINE;
    this.#at = at;
    this.rows++;
  }

  end(): void {
    if (this.#at > 0) this.#flush(0);
  }

  #flush(need: number): void {
    if (this.#at > 0) this.#full(this.#out.subarray(0, this.#at));
    this.#out = Buffer.allocUnsafe(Math.max(ROOM, need));
    this.#at = 0;
  }
}

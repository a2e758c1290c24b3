import { pgError } from "./errors.ts";

const BLOCK = 512;

export interface TarMember {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink";
  readonly link: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime_ms: number;
}

/** Where the bytes come from: the next ones, valid until it is called again, or `undefined` at the end. */
export type NextBytes = () => Promise<Buffer | undefined>;

/** Reads a tar archive as it comes, holding no more than what was handed in last. */
export class TarReader {
  readonly #next: NextBytes;
  #bytes: Buffer = Buffer.alloc(0);
  /** Of the member under way: bytes not handed out yet, and what pads it to a whole block. */
  #left = 0;
  #padding = 0;

  constructor(next: NextBytes) {
    this.#next = next;
  }

  /** The next member; what is left of the one before is passed over. */
  async member(): Promise<TarMember | undefined> {
    await this.#skip(this.#left + this.#padding);
    this.#left = this.#padding = 0;
    for (;;) {
      const header = await this.#exactly(BLOCK);
      if (header === undefined) return undefined;
      if (header.every((byte) => byte === 0)) continue; // end marker of servers that send one
      const member = parseHeader(header);
      this.#left = member.size;
      this.#padding = (BLOCK - (member.size % BLOCK)) % BLOCK;
      return member;
    }
  }

  /** The content of the member that came last. */
  async *content(): AsyncGenerator<Buffer> {
    while (this.#left > 0) {
      if (this.#bytes.length === 0) await this.#fill();
      const part = this.#bytes.subarray(0, this.#left);
      this.#bytes = this.#bytes.subarray(part.length);
      this.#left -= part.length;
      yield part;
    }
  }

  async #fill(): Promise<void> {
    const bytes = await this.#next();
    if (bytes === undefined) throw pgError("PG_PROTOCOL", "the base backup ends within a file");
    this.#bytes = bytes;
  }

  async #skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.#bytes.length === 0) await this.#fill();
      const skipped = Math.min(left, this.#bytes.length);
      this.#bytes = this.#bytes.subarray(skipped);
      left -= skipped;
    }
  }

  async #exactly(count: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      if (this.#bytes.length === 0) {
        const bytes = await this.#next();
        if (bytes === undefined) {
          if (left === count) return undefined;
          throw pgError("PG_PROTOCOL", "the base backup ends within a header");
        }
        this.#bytes = bytes;
      }
      const part = this.#bytes.subarray(0, left);
      this.#bytes = this.#bytes.subarray(part.length);
      left -= part.length;
      // What was handed in is valid until more is asked for.
      parts.push(left > 0 ? Buffer.from(part) : part);
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}

const TYPES: Readonly<Record<string, TarMember["type"]>> = {
  "0": "file",
  "\0": "file",
  "5": "directory",
  "2": "symlink",
};

function parseHeader(header: Buffer): TarMember {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] as number);
  if (sum !== number(header, 148, 8)) throw pgError("PG_PROTOCOL", "a header in the base backup has a wrong checksum");
  const type = TYPES[String.fromCharCode(header[156] as number)];
  const prefix = text(header, 345, 155);
  const name = (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
  if (type === undefined) throw pgError("PG_PROTOCOL", `${name} in the base backup is neither file, folder nor link`);
  return {
    name: name.replace(/^(?:\.\/)+/, "").replace(/\/+$/, ""),
    type,
    link: text(header, 157, 100),
    size: type === "file" ? number(header, 124, 12) : 0,
    mode: number(header, 100, 8) & 0o7777,
    uid: number(header, 108, 8),
    gid: number(header, 116, 8),
    mtime_ms: number(header, 136, 12) * 1000,
  };
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

/** Octal digits, or a big-endian number behind a first byte of 0x80. */
function number(header: Buffer, at: number, length: number): number {
  if (((header[at] as number) & 0x80) !== 0) {
    let value = (header[at] as number) & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + (header[at + i] as number);
    return value;
  }
  return Number.parseInt(text(header, at, length).trim() || "0", 8);
}

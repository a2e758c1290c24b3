import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { mariaError } from "./errors.ts";

const MAGIC = "XBSTCK01";
/** Magic, flags, type, length of the path. */
const HEADER = 14;
/** Length and offset of the payload, its CRC-32. */
const PAYLOAD_HEADER = 20;
const PATH_BYTES_MAX = 4096;
/** mariadb-backup sends 10 MiB at most at once. */
const PAYLOAD_BYTES_MAX = 256 * 1024 * 1024;

/** One file of the stream. Its content has to be taken before the next file is asked for. */
export interface StreamedFile {
  readonly path: string;
  readonly content: AsyncIterable<Buffer>;
}

/**
 * Reads what `mariadb-backup --stream=mbstream` writes, one file after the other, each piece checked against its CRC.
 * With one copying thread files follow each other, but the log is copied beside them, and pieces of it come within
 * other files: such a file waits on disk and is handed out in the end.
 */
export class MbstreamReader {
  readonly #source: AsyncIterator<Buffer>;
  readonly #spool_folder: string;
  readonly #spooled = new Map<string, { readonly file: FileHandle; length: number; ended: boolean }>();
  #parts: Buffer[] = [];
  #length = 0;
  #ended = false;

  /** @param spool_folder a folder of its own for what comes between */
  constructor(source: AsyncIterable<Buffer>, spool_folder: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#spool_folder = spool_folder;
  }

  /** @throws MARIA_BACKUP_STREAM when it is no such stream, or is damaged or cut off */
  async *files(): AsyncGenerator<StreamedFile> {
    try {
      for (let first = await this.#header(); first !== undefined; first = await this.#header()) {
        if (this.#spooled.has(first.path)) await this.#keep(first);
        else if (first.type !== "E") {
          const content = this.#content(first);
          yield { path: first.path, content };
          for await (const _ of content); // what was not taken is passed over
        }
      }
      for (const [path, { file, ended }] of this.#spooled) {
        if (!ended) throw damaged(`it ends within ${path}`);
        yield { path, content: file.createReadStream({ start: 0, autoClose: false }) };
      }
    } finally {
      for (const { file } of this.#spooled.values()) await file.close();
    }
  }

  async *#content(first: Header): AsyncGenerator<Buffer> {
    const { path } = first;
    let at = 0;
    for (let header: Header | undefined = first; ; header = await this.#header()) {
      if (header === undefined) throw damaged(`it ends within ${path}`);
      if (header.path !== path) {
        await this.#keep(header);
        continue;
      }
      if (header.type === "E") return;
      at += yield* this.#piece(header, at);
    }
  }

  /** @returns how many bytes it had */
  async *#piece({ path, type }: Header, at: number): AsyncGenerator<Buffer, number> {
    if (type !== "P") throw damaged(`${path} has a piece of unknown type ${type}`);
    const { length, offset, sum } = await this.#payloadHeader();
    if (offset !== at) throw damaged(`${path} goes on at ${offset} instead of ${at}`);
    let found = 0;
    for (let left = length; left > 0; ) {
      const bytes = await this.#some(left);
      if (bytes === undefined) throw damaged(`it ends within ${path}`);
      found = crc32(bytes, found);
      left -= bytes.length;
      yield bytes;
    }
    if (found !== sum) throw damaged(`${path} fails its checksum at ${offset}`);
    return length;
  }

  /** Writes a piece that comes between those of another file to disk. */
  async #keep(header: Header): Promise<void> {
    let spooled = this.#spooled.get(header.path);
    if (spooled === undefined) {
      const name = join(this.#spool_folder, `between-${this.#spooled.size}`);
      spooled = { file: await open(name, "w+", 0o600), length: 0, ended: false };
      this.#spooled.set(header.path, spooled);
    }
    if (header.type === "E") {
      spooled.ended = true;
      return;
    }
    for await (const bytes of this.#piece(header, spooled.length)) {
      await spooled.file.write(bytes, 0, bytes.length, spooled.length);
      spooled.length += bytes.length;
    }
  }

  async #header(): Promise<Header | undefined> {
    const head = await this.#exactly(HEADER);
    if (head === undefined) return undefined;
    if (head.toString("latin1", 0, 8) !== MAGIC) throw damaged("a piece does not begin as it should");
    const length = head.readUInt32LE(10);
    if (length === 0 || length > PATH_BYTES_MAX) throw damaged(`a path claims ${length} bytes`);
    const path = await this.#exactly(length);
    if (path === undefined) throw damaged("it ends within a path");
    return { type: String.fromCharCode(head[9] as number), path: path.toString("utf8").replace(/^(?:\.\/)+/, "") };
  }

  async #payloadHeader(): Promise<{ length: number; offset: number; sum: number }> {
    const head = await this.#exactly(PAYLOAD_HEADER);
    if (head === undefined) throw damaged("it ends within a piece");
    const length = Number(head.readBigUInt64LE(0));
    if (length > PAYLOAD_BYTES_MAX) throw damaged(`a piece claims ${length} bytes`);
    return { length, offset: Number(head.readBigUInt64LE(8)), sum: head.readUInt32LE(16) };
  }

  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.#source.next();
    if (done === true) {
      this.#ended = true;
      return false;
    }
    this.#parts.push(value);
    this.#length += value.length;
    return true;
  }

  /** `undefined` at the end. @throws when it ends before */
  async #exactly(count: number): Promise<Buffer | undefined> {
    while (this.#length < count) {
      if (await this.#fill()) continue;
      if (this.#length === 0) return undefined;
      throw damaged("it is cut off");
    }
    if ((this.#parts[0] as Buffer).length < count) this.#parts = [Buffer.concat(this.#parts)];
    return this.#take(count);
  }

  /** What is here already, `most` bytes of it. */
  async #some(most: number): Promise<Buffer | undefined> {
    if (this.#length === 0 && !(await this.#fill())) return undefined;
    return this.#take(Math.min(most, (this.#parts[0] as Buffer).length));
  }

  #take(count: number): Buffer {
    const first = this.#parts[0] as Buffer;
    const bytes = first.subarray(0, count);
    if (count === first.length) this.#parts.shift();
    else this.#parts[0] = first.subarray(count);
    this.#length -= count;
    return bytes;
  }
}

interface Header {
  readonly type: string;
  readonly path: string;
}

const damaged = (what: string) => mariaError("MARIA_BACKUP_STREAM", `what mariadb-backup sends is damaged: ${what}`);

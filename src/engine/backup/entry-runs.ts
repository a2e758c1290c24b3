import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BLOCK_BYTES = 1024 * 1024;
const HEADER_BYTES = 12;
/** Length of an entry that nobody described. */
const NONE = 0xffffffff;

/** An entry, or the fact that a folder is there. Texts are latin1. */
export interface EntryRecord {
  /** Parts of the folder's path with NUL between them: these sort as the tree's folders do. */
  readonly folder: string;
  /** Empty: the folder itself. */
  readonly name: string;
  /** Encoded; missing when nobody has described the folder of that name yet. */
  readonly entry: Buffer | undefined;
}

/** In the tree's order; of two of the same name the described one comes first. */
export function compareRecords(a: EntryRecord, b: EntryRecord): number {
  if (a.folder !== b.folder) return a.folder < b.folder ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return Number(a.entry === undefined) - Number(b.entry === undefined);
}

/**
 * Sorted runs of records in one temporary file that has no name any more: it goes with the process, whatever happens.
 */
export class EntryRuns {
  #file: number | undefined;
  #end = 0;
  readonly #runs: { readonly start: number; readonly end: number }[] = [];

  add(sorted: readonly EntryRecord[]): void {
    this.#file ??= openNameless();
    const start = this.#end;
    let parts: Buffer[] = [];
    let bytes = 0;
    const write = () => {
      const block = Buffer.concat(parts);
      for (let at = 0; at < block.length; ) {
        const written = writeSync(this.#file as number, block, at, block.length - at, this.#end);
        at += written;
        this.#end += written;
      }
      [parts, bytes] = [[], 0];
    };
    for (const { folder, name, entry } of sorted) {
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(folder.length, 0);
      header.writeUInt32LE(name.length, 4);
      header.writeUInt32LE(entry?.length ?? NONE, 8);
      parts.push(header, Buffer.from(folder + name, "latin1"));
      if (entry !== undefined) parts.push(entry);
      bytes += HEADER_BYTES + folder.length + name.length + (entry?.length ?? 0);
      if (bytes >= BLOCK_BYTES) write();
    }
    write();
    this.#runs.push({ start, end: this.#end });
  }

  /** All records of all runs, and of one more that is still in memory, in order. */
  *merged(sorted: readonly EntryRecord[]): Generator<EntryRecord> {
    const heads: { readonly from: Iterator<EntryRecord>; record: EntryRecord }[] = [];
    for (const from of [sorted[Symbol.iterator](), ...this.#runs.map((run) => this.#read(run))]) {
      const first = from.next();
      if (first.done !== true) heads.push({ from, record: first.value });
    }
    // A run per 192 MiB: few enough to look at the first of each.
    while (heads.length > 0) {
      let best = 0;
      for (let i = 1; i < heads.length; i++) {
        const [one, other] = [heads[i] as (typeof heads)[number], heads[best] as (typeof heads)[number]];
        if (compareRecords(one.record, other.record) < 0) best = i;
      }
      const head = heads[best] as (typeof heads)[number];
      yield head.record;
      const next = head.from.next();
      if (next.done === true) heads.splice(best, 1);
      else head.record = next.value;
    }
  }

  *#read({ start, end }: { readonly start: number; readonly end: number }): Generator<EntryRecord> {
    let block: Buffer = Buffer.alloc(0);
    let at = 0;
    let position = start;
    const need = (bytes: number) => {
      if (block.length - at >= bytes) return;
      const rest = block.subarray(at);
      const more = Buffer.alloc(Math.min(Math.max(BLOCK_BYTES, bytes), end - position));
      for (let read = 0; read < more.length; ) {
        const count = readSync(this.#file as number, more, read, more.length - read, position);
        if (count === 0) throw new Error("a temporary file became shorter");
        read += count;
        position += count;
      }
      block = Buffer.concat([rest, more]);
      at = 0;
    };
    while (position < end || at < block.length) {
      need(HEADER_BYTES);
      const [folder, name, entry] = [block.readUInt32LE(at), block.readUInt32LE(at + 4), block.readUInt32LE(at + 8)];
      at += HEADER_BYTES;
      const length = folder + name + (entry === NONE ? 0 : entry);
      need(length);
      const text = block.toString("latin1", at, at + folder + name);
      const bytes = entry === NONE ? undefined : Buffer.from(block.subarray(at + folder + name, at + length));
      at += length;
      yield { folder: text.slice(0, folder), name: text.slice(folder), entry: bytes };
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-entries-"));
  try {
    return openSync(join(folder, "runs"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

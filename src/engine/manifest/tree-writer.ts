import { EntryView } from "./entry.ts";
import { manifestError } from "./errors.ts";
import type { StorePage } from "./content.ts";

/** docs/format.md §7. */
export const TREE_MAGIC = Buffer.from("HFTP");
export const TREE_HEADER_BYTES = 8;
export const GROUP_HEADER_BYTES = 12;
export const GROUP_CONTINUES = 1;

/**
 * Pages close where a hash of the last name says so once they have 48 KiB, in any case at 192 KiB: a change in one
 * folder then changes one page and the few above it, wherever in the stream it is.
 */
const PAGE_BYTES_MIN = 48 * 1024;
const PAGE_BYTES_MAX = 192 * 1024;
const CUT_MASK = 3;
const INNER_ITEMS_MAX = 512;
/** Paths may be long: an inner page ends here too, well under the 4 MiB that readers take. */
const INNER_BYTES_MAX = 512 * 1024;
const ITEM_BYTES = 48;
/** Levels of pages that readers follow (docs/format.md §7). */
export const LEVELS_MAX = 8;

interface Item {
  readonly id: Buffer;
  readonly entries: number;
  readonly root: number;
  readonly path: Buffer;
  readonly name: Buffer;
}

const NO_NAME = Buffer.alloc(0);

/** Cuts a sorted stream of directory groups into pages and builds the inner pages above them. */
export class TreeWriter {
  readonly #store: StorePage;
  #parts: Buffer[] = [];
  #bytes = 0;
  #entries = 0;
  #first: { root: number; path: Buffer; name: Buffer } | undefined;
  #levels: Item[][] = [];
  #level_bytes: number[] = [];
  readonly #view = new EntryView();

  constructor(storePage: StorePage) {
    this.#store = storePage;
  }

  /**
   * Adds all or part of one directory's entries. Groups must come in the order of the format.
   * @param entries encoded entries, joined; @param continues true for all but the first part of a directory
   */
  addGroup(root: number, path: Buffer, entries: Buffer, continues = false): void {
    let start = 0;
    let more = continues;
    do {
      const end = this.#fit(entries, start);
      this.#append(root, path, entries.subarray(start, end), more);
      more = true;
      start = end;
    } while (start < entries.length);
  }

  /** How many of the bytes from `start` on go into the page under way: whole entries, up to a cut. */
  #fit(entries: Buffer, start: number): number {
    let at = start;
    let size = this.#bytes + GROUP_HEADER_BYTES;
    while (at < entries.length) {
      this.#view.move(entries, at);
      at = this.#view.end;
      size += this.#view.length;
      if (size >= PAGE_BYTES_MAX) break;
      if (size >= PAGE_BYTES_MIN && (hash(this.#view.name) & CUT_MASK) === 0) break;
    }
    return at;
  }

  #append(root: number, path: Buffer, entries: Buffer, continues: boolean): void {
    const header = Buffer.alloc(GROUP_HEADER_BYTES);
    header.writeUInt16LE(root, 0);
    header.writeUInt16LE(continues ? GROUP_CONTINUES : 0, 2);
    header.writeUInt32LE(path.length, 4);
    header.writeUInt32LE(entries.length, 8);
    let last: Buffer = path;
    let first: Buffer = NO_NAME;
    for (let at = 0; at < entries.length; at = this.#view.end) {
      this.#view.move(entries, at);
      if (at === 0) first = this.#view.name;
      last = this.#view.name;
      this.#entries++;
    }
    this.#first ??= { root, path: Buffer.from(path), name: Buffer.from(first) };
    this.#parts.push(header, path, entries);
    this.#bytes += header.length + path.length + entries.length;
    if (this.#bytes >= PAGE_BYTES_MAX || (this.#bytes >= PAGE_BYTES_MIN && (hash(last) & CUT_MASK) === 0))
      this.#flush();
  }

  #flush(): void {
    if (this.#first === undefined) return;
    const header = Buffer.alloc(TREE_HEADER_BYTES);
    TREE_MAGIC.copy(header, 0);
    header[4] = 1;
    const id = this.#store(Buffer.concat([header, ...this.#parts]));
    this.#push(0, { id, entries: this.#entries, ...this.#first });
    this.#parts = [];
    this.#bytes = 0;
    this.#entries = 0;
    this.#first = undefined;
  }

  #push(level: number, item: Item): void {
    const items = (this.#levels[level] ??= []);
    items.push(item);
    const bytes = (this.#level_bytes[level] ?? 0) + ITEM_BYTES + item.path.length + item.name.length;
    this.#level_bytes[level] = bytes;
    const cut = items.length >= 32 && (item.id.readUInt8(31) & 63) === 0;
    const long = items.length > 1 && bytes >= INNER_BYTES_MAX;
    if (items.length >= INNER_ITEMS_MAX || cut || long) this.#close(level);
  }

  #close(level: number): void {
    const items = this.#levels[level] as Item[];
    if (level + 1 >= LEVELS_MAX)
      throw manifestError("TREE_TOO_DEEP", "the tree's pages nest deeper than readers follow");
    this.#levels[level] = [];
    this.#level_bytes[level] = 0;
    const first = items[0] as Item;
    const entries = items.reduce((sum, item) => sum + item.entries, 0);
    this.#push(level + 1, { ...first, id: this.#store(encodeInner(level + 1, items)), entries });
  }

  /** Id of the root page. The tree of an empty stream is one page without groups. */
  finish(): Buffer {
    this.#flush();
    if (this.#levels.length === 0) {
      const header = Buffer.alloc(TREE_HEADER_BYTES);
      TREE_MAGIC.copy(header, 0);
      header[4] = 1;
      return this.#store(header);
    }
    for (let level = 0; ; level++) {
      const items = this.#levels[level] as Item[];
      const top = level === this.#levels.length - 1;
      if (top && items.length === 1) return (items[0] as Item).id;
      if (items.length > 0) this.#close(level);
    }
  }
}

function encodeInner(level: number, items: readonly Item[]): Buffer {
  const header = Buffer.alloc(TREE_HEADER_BYTES);
  TREE_MAGIC.copy(header, 0);
  header[4] = 1;
  header[5] = level;
  const parts: Buffer[] = [header];
  for (const { id, entries, root, path, name } of items) {
    const fixed = Buffer.alloc(46);
    id.copy(fixed, 0);
    fixed.writeBigUInt64LE(BigInt(entries), 32);
    fixed.writeUInt16LE(root, 40);
    fixed.writeUInt32LE(path.length, 42);
    const name_length = Buffer.alloc(2);
    name_length.writeUInt16LE(name.length, 0);
    parts.push(fixed, path, name_length, name);
  }
  return Buffer.concat(parts);
}

/** FNV-1a, for placing cuts only. */
function hash(name: Buffer): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ (name[i] as number), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}

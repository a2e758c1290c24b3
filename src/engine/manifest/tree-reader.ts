import type { ReadPage } from "./content.ts";
import { manifestError } from "./errors.ts";
import { GROUP_CONTINUES, GROUP_HEADER_BYTES, LEVELS_MAX, TREE_HEADER_BYTES, TREE_MAGIC } from "./tree-writer.ts";

const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** Some or all entries of one directory. */
export interface Group {
  readonly root: number;
  readonly path: Buffer;
  readonly entries: Buffer;
  readonly continues: boolean;
}

interface InnerItem {
  readonly id: Buffer;
  readonly entries: number;
  readonly root: number;
  readonly path: Buffer;
  readonly name: Buffer;
}

function pageLevel(page: Buffer, id: Buffer): number {
  const sane =
    page.length >= TREE_HEADER_BYTES && page.length <= PAGE_BYTES_MAX && page.subarray(0, 4).equals(TREE_MAGIC);
  if (!sane) throw manifestError("TREE_DAMAGED", `chunk ${id.toString("hex")} is no tree page`);
  if (page[4] !== 1)
    throw manifestError("TREE_DAMAGED", `tree page ${id.toString("hex")} has version ${page[4]}, this reader knows 1`);
  const level = page[5] as number;
  if (level >= LEVELS_MAX) throw manifestError("TREE_DAMAGED", `tree page ${id.toString("hex")} has level ${level}`);
  return level;
}

function decodeLeaf(page: Buffer): Group[] {
  const groups: Group[] = [];
  let at = TREE_HEADER_BYTES;
  while (at < page.length) {
    if (at + GROUP_HEADER_BYTES > page.length) throw manifestError("TREE_DAMAGED", "a directory group is cut off");
    const path_end = at + GROUP_HEADER_BYTES + page.readUInt32LE(at + 4);
    const end = path_end + page.readUInt32LE(at + 8);
    if (end > page.length) throw manifestError("TREE_DAMAGED", "a directory group passes its page");
    const path = page.subarray(at + GROUP_HEADER_BYTES, path_end);
    checkPath(path);
    groups.push({
      root: page.readUInt16LE(at),
      continues: (page.readUInt16LE(at + 2) & GROUP_CONTINUES) !== 0,
      path,
      entries: page.subarray(path_end, end),
    });
    at = end;
  }
  return groups;
}

/** No component may be empty, `.` or `..`, nothing may be absolute or hold a NUL: a restore could leave its target. */
function checkPath(path: Buffer): void {
  if (path.length === 0) return;
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && path[i] === 0) throw manifestError("TREE_DAMAGED", "a path holds a NUL byte");
    if (i < path.length && path[i] !== 47) continue;
    const length = i - start;
    const dots = (length === 1 && path[start] === 46) || (length === 2 && path[start] === 46 && path[start + 1] === 46);
    if (length === 0 || dots)
      throw manifestError("TREE_DAMAGED", `the path ${JSON.stringify(path.toString())} is not allowed`);
    start = i + 1;
  }
}

/** The same rule for one entry's name. @throws TREE_DAMAGED */
export function checkName(name: Buffer): void {
  if (name.includes(47) || name.includes(0) || (name[0] === 46 && name[1] === 46 && name.length === 2)) {
    throw manifestError("TREE_DAMAGED", `the name ${JSON.stringify(name.toString())} is not allowed`);
  }
}

function decodeInner(page: Buffer): InnerItem[] {
  const items: InnerItem[] = [];
  let at = TREE_HEADER_BYTES;
  const need = (bytes: number) => {
    if (at + bytes > page.length) throw manifestError("TREE_DAMAGED", "an inner tree page is cut off");
  };
  while (at < page.length) {
    need(48);
    const id = page.subarray(at, at + 32);
    const entries = Number(page.readBigUInt64LE(at + 32));
    const root = page.readUInt16LE(at + 40);
    const path_length = page.readUInt32LE(at + 42);
    at += 46;
    need(path_length + 2);
    const path = page.subarray(at, at + path_length);
    at += path_length;
    const name_length = page.readUInt16LE(at);
    at += 2;
    need(name_length);
    items.push({ id, entries, root, path, name: page.subarray(at, at + name_length) });
    at += name_length;
  }
  if (items.length === 0) throw manifestError("TREE_DAMAGED", "an inner tree page is empty");
  return items;
}

/** Order of directories: by root, then component by component. `/` counts lower than any other byte. */
export function compareDirectories(root_a: number, a: Buffer, root_b: number, b: Buffer): number {
  if (root_a !== root_b) return root_a - root_b;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (x !== y) return (x === 47 ? 0 : x) - (y === 47 ? 0 : y);
  }
  return a.length - b.length;
}

/** Pages kept decoded: neighbouring folders stand in the same ones. 24 × about 100 KiB. */
const DECODED_MAX = 24;

type DecodedPage =
  | { readonly level: 0; readonly groups: readonly Group[] }
  | { readonly level: number; readonly items: readonly InnerItem[] };

export class TreeReader {
  readonly #read: ReadPage;
  readonly #root: Buffer;
  readonly #decoded = new Map<string, Promise<DecodedPage>>();

  constructor(root_page: Buffer, readPage: ReadPage) {
    this.#root = root_page;
    this.#read = readPage;
  }

  /** A page, decoded; kept for the next folders. */
  #page(id: Buffer): Promise<DecodedPage> {
    const key = id.toString("latin1");
    const known = this.#decoded.get(key);
    if (known !== undefined) return known;
    const decoding = this.#decode(id);
    this.#decoded.set(key, decoding);
    decoding.catch(() => this.#decoded.delete(key));
    if (this.#decoded.size > DECODED_MAX) this.#decoded.delete(this.#decoded.keys().next().value as string);
    return decoding;
  }

  async #decode(id: Buffer): Promise<DecodedPage> {
    const page = await this.#read(id);
    const level = pageLevel(page, id);
    return level === 0 ? { level, groups: decodeLeaf(page) } : { level, items: decodeInner(page) };
  }

  /** How many entries the tree has. Exact when it has an inner page; a single leaf has to be counted by walking. */
  async entries(): Promise<number | undefined> {
    const page = await this.#read(this.#root);
    return pageLevel(page, this.#root) === 0
      ? undefined
      : decodeInner(page).reduce((sum, item) => sum + item.entries, 0);
  }

  /**
   * All groups in order, a leaf page at a time.
   * @param onPage told of every page's id on the way; `false` leaves the page and what is below it out
   * @param onDamage told of a page that cannot be read, with how many entries are lost and where; without it the walk
   * throws
   */
  async *walk(
    onPage?: (id: Buffer) => boolean | undefined,
    onDamage?: (error: unknown, lost: { id: Buffer; entries: number | undefined; path: Buffer | undefined }) => void,
  ): AsyncGenerator<Group[]> {
    yield* this.#walk(this.#root, undefined, onPage, onDamage, undefined);
  }

  async *#walk(
    id: Buffer,
    level: number | undefined,
    onPage: ((id: Buffer) => boolean | undefined) | undefined,
    onDamage: Parameters<TreeReader["walk"]>[1],
    item: InnerItem | undefined,
  ): AsyncGenerator<Group[]> {
    let groups: Group[] = [];
    let items: InnerItem[] = [];
    let found = 0;
    if (onPage?.(id) === false) return;
    try {
      const page = await this.#read(id);
      found = pageLevel(page, id);
      if (level !== undefined && found !== level)
        throw manifestError("TREE_DAMAGED", `tree page ${id.toString("hex")} has level ${found}, not ${level}`);
      if (found === 0) groups = decodeLeaf(page);
      else items = decodeInner(page);
    } catch (error) {
      if (onDamage === undefined) throw error;
      onDamage(error, { id, entries: item?.entries, path: item?.path });
      return;
    }
    if (found === 0) yield groups;
    else for (const child of items) yield* this.#walk(child.id, found - 1, onPage, onDamage, child);
  }

  /** The entries of one directory, in order, in one or more parts; empty when the tree does not have it. */
  async directory(root: number, path: Buffer): Promise<Buffer[]> {
    const parts: Buffer[] = [];
    for await (const part of this.parts(root, path)) parts.push(part);
    return parts;
  }

  /** As {@link directory}, a page at a time: for directories of any size. */
  parts(root: number, path: Buffer): AsyncGenerator<Buffer> {
    return this.#parts(this.#root, undefined, root, path);
  }

  /**
   * The part of a directory's entries that a name lies in, if the directory has it: one page of each level is read,
   * however large the directory is. @param name not `.`, which stands first and not in order
   */
  async partWith(root: number, path: Buffer, name: Buffer): Promise<Buffer[]> {
    let id = this.#root;
    for (let level: number | undefined; ; level = (level as number) - 1) {
      const page = await this.#page(id);
      if (level !== undefined && page.level !== level)
        throw manifestError("TREE_DAMAGED", `tree page ${id.toString("hex")} has level ${page.level}, not ${level}`);
      level = page.level;
      if ("groups" in page)
        return page.groups
          .filter((group) => group.root === root && group.path.equals(path))
          .map(({ entries }) => entries);
      id = (page.items[lastNotBehind(page.items, root, path, name)] as InnerItem).id;
    }
  }

  async *#parts(id: Buffer, level: number | undefined, root: number, path: Buffer): AsyncGenerator<Buffer> {
    const page = await this.#page(id);
    if (level !== undefined && page.level !== level) {
      throw manifestError("TREE_DAMAGED", `tree page ${id.toString("hex")} has level ${page.level}, not ${level}`);
    }
    if ("groups" in page) {
      for (let i = firstAtOrAfter(page.groups, root, path); i < page.groups.length; i++) {
        const group = page.groups[i] as Group;
        if (group.root !== root || !group.path.equals(path)) break;
        yield group.entries;
      }
      return;
    }
    // Pages that begin before the directory may hold it; so does each later one that begins inside it.
    for (let i = Math.max(0, firstAtOrAfter(page.items, root, path) - 1); i < page.items.length; i++) {
      const item = page.items[i] as InnerItem;
      if (compareDirectories(item.root, item.path, root, path) > 0) break;
      yield* this.#parts(item.id, page.level - 1, root, path);
    }
  }
}

/** Index of the last page that begins with the given name, or before it; of the first page when none does. */
function lastNotBehind(items: readonly InnerItem[], root: number, path: Buffer, name: Buffer): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle] as InnerItem;
    const order = compareDirectories(item.root, item.path, root, path) || compareNames(item.name, name);
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** A directory's own entry, `.`, stands before all others. */
function compareNames(a: Buffer, b: Buffer): number {
  return a.length === 1 && a[0] === 46 ? -1 : Buffer.compare(a, b);
}

/** Index of the first element whose directory is not before the given one. */
function firstAtOrAfter(
  sorted: readonly { readonly root: number; readonly path: Buffer }[],
  root: number,
  path: Buffer,
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const element = sorted[middle] as { root: number; path: Buffer };
    if (compareDirectories(element.root, element.path, root, path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

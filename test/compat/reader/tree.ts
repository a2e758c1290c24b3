import { Cursor, demand } from "./bytes.ts";

export type ReadChunk = (id: string) => Buffer;
const TYPES = ["", "file", "directory", "symlink", "block", "character", "fifo", "socket"] as const;

export type Entry = {
  root: number;
  /** Path of the directory below the root, and the entry's own name: bytes, not text. */
  directory: Buffer;
  name: Buffer;
  type: (typeof TYPES)[number];
  flags: number;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  size: number;
  inode: number;
  mtime_ns: bigint;
  ctime_ns: bigint;
  device: [number, number];
  target?: Buffer;
  rdev?: [number, number];
  /** Extents (§8), not yet read. */
  content?: Buffer;
  xattrs: { name: Buffer; value: Buffer }[];
};

type Place = { root: number; directory: Buffer; name: Buffer };

const DOT = Buffer.from(".");
const isRootEntry = ({ directory, name }: Place) => directory.length === 0 && name.equals(DOT);

/** Order of the stream: root, directory by component, the root's own entry, name. "/" counts as lower than any byte. */
function compare(a: Place, b: Place): number {
  const key = (path: Buffer) => Buffer.from(path.map((byte) => (byte === 0x2f ? 0 : byte)));
  if (a.root !== b.root) return a.root - b.root;
  const by_directory = Buffer.compare(key(a.directory), key(b.directory));
  if (by_directory !== 0) return by_directory;
  return Number(isRootEntry(b)) - Number(isRootEntry(a)) || Buffer.compare(a.name, b.name);
}

/** §7: every entry of a backup, in stream order. */
export function* readTree(readChunk: ReadChunk, root_page: string): Generator<Entry> {
  let before: Entry | undefined;
  for (const group of readPage(readChunk, root_page, undefined)) {
    for (const entry of group.entries) {
      demand(!before || compare(before, entry) < 0, `${entry.directory}/${entry.name}: out of order`);
      before = entry;
      yield entry;
    }
  }
}

type Group = { first: Place; entries: Entry[] };

function* readPage(readChunk: ReadChunk, id: string, level: number | undefined): Generator<Group> {
  const bytes = readChunk(id);
  demand(bytes.length <= 4 * 2 ** 20, `tree page ${id}: ${bytes.length} bytes`);
  const page = new Cursor(bytes, `tree page ${id}`);
  page.expect("HFTP", "magic");
  page.expect([1], "version");
  const own_level = page.u8();
  demand(level === undefined ? own_level <= 7 : own_level === level, `tree page ${id}: level ${own_level}`);
  page.expect([0, 0], "reserved");
  while (page.left > 0) {
    if (own_level === 0) {
      yield readGroup(page);
      continue;
    }
    const child = page.hex(32);
    const expected = page.u64();
    const place: Place = { root: page.u16(), directory: page.take(page.u32()), name: page.take(page.u16()) };
    let count = 0;
    let first = true;
    for (const group of readPage(readChunk, child, own_level - 1)) {
      demand(!first || compare(place, group.first) === 0, `tree page ${id}: item does not name its page's first entry`);
      first = false;
      count += group.entries.length;
      yield group;
    }
    demand(count === expected, `tree page ${id}: ${count} entries below an item that announces ${expected}`);
  }
}

function readGroup(page: Cursor): Group {
  const root = page.u16();
  demand(page.u16() <= 1, `${page.what}: unknown group flag`);
  const path_length = page.u32();
  const entries_length = page.u32();
  const directory = page.take(path_length);
  for (const component of path_length === 0 ? [] : directory.toString("latin1").split("/")) {
    demand(!["", ".", ".."].includes(component) && !component.includes("\0"), `${page.what}: bad path`);
  }
  const bytes = page.sub(entries_length);
  const entries: Entry[] = [];
  while (bytes.left > 0) entries.push(readEntry(bytes, root, directory));
  return { first: { root, directory, name: entries[0]?.name ?? Buffer.alloc(0) }, entries };
}

function readEntry(group: Cursor, root: number, directory: Buffer): Entry {
  const length = group.u32();
  demand(length >= 73 && length <= 2 ** 20, `${group.what}: entry of ${length} bytes`);
  const cursor = group.sub(length - 4);
  const type = TYPES[cursor.u8()];
  demand(type, `${group.what}: unknown type of entry`);
  const flags = cursor.u8();
  const name_length = cursor.u16();
  const [mode, uid, gid, nlink] = [cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32()];
  const [size, inode, mtime_s, ctime_s] = [cursor.u64(), cursor.u64(), cursor.i64(), cursor.i64()];
  const [mtime_rest, ctime_rest] = [cursor.u32(), cursor.u32()];
  const device: [number, number] = [cursor.u32(), cursor.u32()];
  const name = cursor.take(name_length);
  const text = name.toString("latin1");
  const is_root = isRootEntry({ root, directory, name });
  demand(is_root || !["", ".", ".."].includes(text), `${group.what}: bad name`);
  demand(!/[/\0]/.test(text), `${group.what}: bad name`);
  const entry: Entry = {
    root,
    directory,
    name,
    type,
    flags,
    mode,
    uid,
    gid,
    nlink,
    size,
    inode,
    device,
    xattrs: [],
    mtime_ns: mtime_s * 1_000_000_000n + BigInt(mtime_rest),
    ctime_ns: ctime_s * 1_000_000_000n + BigInt(ctime_rest),
  };
  if (type === "symlink") entry.target = cursor.take(cursor.u32());
  if (type === "block" || type === "character") entry.rdev = [cursor.u32(), cursor.u32()];
  if (type === "file") entry.content = takeContent(cursor);
  for (let left = flags & 1 ? cursor.u32() : 0; left > 0; left--) {
    entry.xattrs.push({ name: cursor.take(cursor.u16()), value: cursor.take(cursor.u32()) });
  }
  cursor.end();
  return entry;
}

const EXTENT_BYTES = [36, 8, 40];

function takeContent(cursor: Cursor): Buffer {
  const from = cursor.at;
  for (let left = cursor.u32(); left > 0; left--) {
    const length = EXTENT_BYTES[cursor.u8()];
    demand(length, `${cursor.what}: unknown extent`);
    cursor.take(length);
  }
  return cursor.bytes.subarray(from, cursor.at);
}

/** §8: the bytes of a content of `size` bytes; holes come as zeros, at most 1 MiB at a time. */
export function* readContent(readChunk: ReadChunk, content: Buffer, size: number, depth = 8): Generator<Buffer> {
  const cursor = new Cursor(content, "content");
  let at = 0;
  for (let left = cursor.u32(); left > 0; left--) {
    const kind = cursor.u8();
    const length = kind === 0 ? cursor.u32() : cursor.u64();
    at += length;
    demand(kind <= 2 && length > 0 && at <= size, `content: bad extent of kind ${kind}, ${length} bytes`);
    if (kind === 1) {
      for (let rest = length; rest > 0; rest -= 2 ** 20) yield Buffer.alloc(Math.min(rest, 2 ** 20));
      continue;
    }
    const id = cursor.hex(32);
    const bytes = readChunk(id);
    if (kind === 0) {
      demand(bytes.length === length, `chunk ${id}: ${bytes.length} bytes where ${length} are announced`);
      yield bytes;
      continue;
    }
    demand(depth > 0, `map page ${id}: nested too deep`);
    const page = new Cursor(bytes, `map page ${id}`);
    page.expect("HFMP", "magic");
    page.expect([1, 0, 0, 0], "version");
    yield* readContent(readChunk, page.take(page.left), length, depth - 1);
  }
  cursor.end();
  demand(at === size, `content: covers ${at} of ${size} bytes`);
}

/** Tree pages, entries and contents as docs/format.md §7 and §8 lay them out, put together by hand. */
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const latin1 = (text: string) => Buffer.from(text, "latin1");
const u64 = (value: number) => Buffer.concat([u32(value), u32(0)]);

const DATA = Buffer.concat([Buffer.of(0), u32(100), Buffer.alloc(32, 1)]);
const HOLE = Buffer.concat([Buffer.of(1), u64(50)]);
const MAP = Buffer.concat([Buffer.of(2), u64(9), Buffer.alloc(32, 2)]);
export const MAP_HEADER = latin1("HFMP\x01\0\0\0");
export const CONTENT = Buffer.concat([u32(3), DATA, HOLE, MAP]);
/** As long as the map extent above says. */
export const CONTENT_FLAT = Buffer.concat([u32(1), Buffer.of(1), u64(9)]);

/** An entry as docs/format.md §7 lays it out. */
export function entry(type: number, name: string, tail: Buffer, flags = 0, size = 0): Buffer {
  const bytes = Buffer.alloc(72 + name.length + tail.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes[4] = type;
  bytes[5] = flags;
  bytes.writeUInt16LE(name.length, 6);
  bytes.writeBigUInt64LE(BigInt(size), 24);
  bytes.write(name, 72);
  tail.copy(bytes, 72 + name.length);
  return bytes;
}

const XATTRS = Buffer.concat([u32(1), Buffer.from([4, 0]), latin1("user"), u32(3), latin1("abc")]);
const ENTRIES = Buffer.concat([
  entry(2, ".", Buffer.alloc(0)),
  entry(1, "file", Buffer.concat([CONTENT, XATTRS]), 1, 159),
  entry(3, "link", Buffer.concat([u32(3), latin1("abc")])),
  entry(4, "dev", Buffer.alloc(8)),
  entry(6, "fifo", Buffer.alloc(0)),
]);

function leaf(entries: Buffer, path = "a/b"): Buffer {
  const lengths = Buffer.concat([Buffer.alloc(4), u32(path.length), u32(entries.length)]);
  return Buffer.concat([latin1("HFTP\x01\0\0\0"), lengths, Buffer.from(path), entries]);
}

function inner(level: number, id: number): Buffer {
  const item = Buffer.concat([Buffer.alloc(32, id), u64(5), Buffer.alloc(2), u32(3), latin1("a/b"), Buffer.alloc(2)]);
  return Buffer.concat([Buffer.from([72, 70, 84, 80, 1, level, 0, 0]), item, item]);
}

export const LEAF = leaf(ENTRIES);
export const PAGES = [LEAF, inner(1, 9), inner(2, 1), leaf(ENTRIES, "../up")];

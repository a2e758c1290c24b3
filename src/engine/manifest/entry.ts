import type { ExtendedAttribute, FileStat } from "../posix/index.ts";
import { manifestError } from "./errors.ts";

/** docs/format.md §7. */
export const ENTRY_HEADER_BYTES = 72;
export const ENTRY_BYTES_MAX = 1024 * 1024;
const INLINE_CONTENT_BYTES_MAX = 4096;
export const NAME_BYTES_MAX = 4096;

export const TYPE_FILE = 1;
export const TYPE_DIRECTORY = 2;
export const TYPE_SYMLINK = 3;
export const TYPE_BLOCK_DEVICE = 4;
export const TYPE_CHARACTER_DEVICE = 5;
export const TYPE_FIFO = 6;
export const TYPE_SOCKET = 7;

export const FLAG_XATTRS = 1;
export const FLAG_CHANGED = 2;
export const FLAG_INCOMPLETE = 4;

const NO_BYTES = Buffer.alloc(0);

/** What follows an entry's fixed part, by type. */
export interface EntryTail {
  readonly link_target?: Buffer;
  readonly content?: Buffer;
  readonly xattrs?: readonly ExtendedAttribute[];
  readonly flags?: number;
}

/** Encodes one entry from the stat buffer of the kernel. */
export function encodeEntry(type: number, name: Buffer, stat: FileStat, tail: EntryTail): Buffer {
  const xattrs = tail.xattrs ?? [];
  const by_type = tailByType(type, stat, tail);
  const xattr_bytes = xattrs.length === 0 ? NO_BYTES : encodeXattrs(xattrs);
  const length = ENTRY_HEADER_BYTES + name.length + by_type.length + xattr_bytes.length;
  // Room for the content that is put in later.
  if (length > ENTRY_BYTES_MAX - INLINE_CONTENT_BYTES_MAX) {
    throw manifestError("TREE_ENTRY_TOO_LARGE", `its entry would take ${length} bytes`, { bytes: length });
  }
  const entry = Buffer.allocUnsafe(length);
  entry.writeUInt32LE(length, 0);
  entry[4] = type;
  entry[5] = (tail.flags ?? 0) | (xattrs.length > 0 ? FLAG_XATTRS : 0);
  entry.writeUInt16LE(name.length, 6);
  entry.writeUInt32LE(stat.mode, 8);
  entry.writeUInt32LE(stat.uid, 12);
  entry.writeUInt32LE(stat.gid, 16);
  entry.writeUInt32LE(stat.nlink, 20);
  stat.bytes.copy(entry, 24, 40, 48); // size
  stat.bytes.copy(entry, 32, 32, 40); // inode
  stat.bytes.copy(entry, 40, 112, 120); // mtime seconds
  stat.bytes.copy(entry, 48, 96, 104); // ctime seconds
  stat.bytes.copy(entry, 56, 120, 124); // mtime nanoseconds
  stat.bytes.copy(entry, 60, 104, 108); // ctime nanoseconds
  stat.bytes.copy(entry, 64, 136, 144); // device
  name.copy(entry, ENTRY_HEADER_BYTES);
  by_type.copy(entry, ENTRY_HEADER_BYTES + name.length);
  xattr_bytes.copy(entry, length - xattr_bytes.length);
  return entry;
}

function tailByType(type: number, stat: FileStat, tail: EntryTail): Buffer {
  if (type === TYPE_FILE) return tail.content ?? EMPTY_CONTENT;
  if (type === TYPE_SYMLINK) {
    const target = tail.link_target ?? NO_BYTES;
    const bytes = Buffer.allocUnsafe(4 + target.length);
    bytes.writeUInt32LE(target.length, 0);
    target.copy(bytes, 4);
    return bytes;
  }
  if (type === TYPE_BLOCK_DEVICE || type === TYPE_CHARACTER_DEVICE) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeUInt32LE(stat.rdev_major, 0);
    bytes.writeUInt32LE(stat.rdev_minor, 4);
    return bytes;
  }
  return NO_BYTES;
}

/** Content of no extents. */
export const EMPTY_CONTENT = Buffer.alloc(4);

function encodeXattrs(xattrs: readonly ExtendedAttribute[]): Buffer {
  const parts: Buffer[] = [];
  const count = Buffer.alloc(4);
  count.writeUInt32LE(xattrs.length, 0);
  parts.push(count);
  for (const { name, value } of xattrs) {
    const lengths = [Buffer.alloc(2), Buffer.alloc(4)] as const;
    lengths[0].writeUInt16LE(name.length, 0);
    lengths[1].writeUInt32LE(value.length, 0);
    parts.push(lengths[0], name, lengths[1], value);
  }
  return Buffer.concat(parts);
}

/** A loop, for a call into the runtime costs more than the few bytes. */
function same(a: Uint8Array, at: number, b: Uint8Array, from: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[at + i] !== b[from + i]) return false;
  return true;
}

/**
 * A window on one encoded entry; `move` slides it along, so walking a million entries allocates nothing.
 * Every field was checked against the bytes by `move`.
 */
export class EntryView {
  bytes: Buffer = NO_BYTES;
  at = 0;
  length = 0;
  #tail = 0;

  /** Looks at the entry at `at`. @throws TREE_DAMAGED */
  move(bytes: Buffer, at: number): void {
    if (at + ENTRY_HEADER_BYTES > bytes.length) throw manifestError("TREE_DAMAGED", "an entry is cut off");
    const length = bytes.readUInt32LE(at);
    const name_length = bytes.readUInt16LE(at + 6);
    const sane =
      length <= ENTRY_BYTES_MAX &&
      at + length <= bytes.length &&
      name_length > 0 &&
      name_length <= NAME_BYTES_MAX &&
      ENTRY_HEADER_BYTES + name_length <= length;
    if (!sane)
      throw manifestError("TREE_DAMAGED", `an entry of ${length} bytes with a name of ${name_length} is impossible`);
    this.bytes = bytes;
    this.at = at;
    this.length = length;
    this.#tail = at + ENTRY_HEADER_BYTES + name_length;
  }

  get end(): number {
    return this.at + this.length;
  }
  get type(): number {
    return this.bytes[this.at + 4] as number;
  }
  get flags(): number {
    return this.bytes[this.at + 5] as number;
  }
  get name(): Buffer {
    return this.bytes.subarray(this.at + ENTRY_HEADER_BYTES, this.#tail);
  }
  get mode(): number {
    return this.bytes.readUInt32LE(this.at + 8);
  }
  get uid(): number {
    return this.bytes.readUInt32LE(this.at + 12);
  }
  get gid(): number {
    return this.bytes.readUInt32LE(this.at + 16);
  }
  get nlink(): number {
    return this.bytes.readUInt32LE(this.at + 20);
  }
  get size(): number {
    return this.bytes.readUInt32LE(this.at + 24) + this.bytes.readUInt32LE(this.at + 28) * 0x1_0000_0000;
  }
  get mtime_s(): bigint {
    return this.bytes.readBigInt64LE(this.at + 40);
  }
  get mtime_ns(): number {
    return this.bytes.readUInt32LE(this.at + 56);
  }
  /** Tells files apart: device and inode, 16 bytes as text. */
  get identity(): string {
    return (
      this.bytes.toString("latin1", this.at + 32, this.at + 40) +
      this.bytes.toString("latin1", this.at + 64, this.at + 72)
    );
  }
  /** The entry itself. */
  get raw(): Buffer {
    return this.bytes.subarray(this.at, this.at + this.length);
  }

  /** Same type, size, inode, device and times (mtime, ctime) as `stat`: content and xattrs cannot have changed. */
  unchangedSince(stat: FileStat): boolean {
    const { bytes, at } = this;
    const s = stat.bytes;
    return (
      same(bytes, at + 24, s, 40, 8) && // size
      same(bytes, at + 32, s, 32, 8) && // inode
      same(bytes, at + 40, s, 112, 8) && // mtime
      same(bytes, at + 48, s, 96, 8) && // ctime
      same(bytes, at + 56, s, 120, 4) &&
      same(bytes, at + 60, s, 104, 4) &&
      same(bytes, at + 64, s, 136, 8) && // device
      bytes.readUInt32LE(at + 8) === stat.mode
    );
  }

  /** Like Buffer.compare of its name with another. */
  compareName(name: Buffer): number {
    const { bytes } = this;
    const start = this.at + ENTRY_HEADER_BYTES;
    const length = this.#tail - start;
    const both = Math.min(length, name.length);
    for (let i = 0; i < both; i++) {
      const order = (bytes[start + i] as number) - (name[i] as number);
      if (order !== 0) return order;
    }
    return length - name.length;
  }

  /**
   * Are all chunks of a file's content there? Nothing is allocated, for a backup asks this of every unchanged file.
   * @param has is the chunk there whose id stands at an offset
   * @returns `undefined` when map pages have to be read to know. @throws TREE_DAMAGED
   */
  hasFlatContent(has: (bytes: Buffer, at: number) => boolean): boolean | undefined {
    const { bytes } = this;
    const end = contentEnd(bytes, this.#tail, this.end);
    let complete = true;
    for (let at = this.#tail + 4; at < end; ) {
      const kind = bytes[at] as 0 | 1 | 2;
      if (kind === 2) return undefined;
      if (kind === 0 && !has(bytes, at + 5)) complete = false; // no short cut: what is asked for is marked as needed
      at += EXTENT_BYTES[kind];
    }
    return complete;
  }

  /** Content bytes of a file (docs/format.md §8). @throws TREE_DAMAGED */
  get content(): Buffer {
    const end = contentEnd(this.bytes, this.#tail, this.end);
    return this.bytes.subarray(this.#tail, end);
  }

  get linkTarget(): Buffer {
    const { at, end } = this.#sized32(this.#tail);
    return this.bytes.subarray(at, end);
  }

  get device(): { major: number; minor: number } {
    if (this.#tail + 8 > this.end) throw manifestError("TREE_DAMAGED", "a device entry is cut off");
    return { major: this.bytes.readUInt32LE(this.#tail), minor: this.bytes.readUInt32LE(this.#tail + 4) };
  }

  get has_xattrs(): boolean {
    return (this.flags & FLAG_XATTRS) !== 0;
  }

  get xattrs(): ExtendedAttribute[] {
    if (!this.has_xattrs) return [];
    let at = this.#xattrsAt();
    this.#need(at, 4);
    const count = this.bytes.readUInt32LE(at);
    at += 4;
    const found: ExtendedAttribute[] = [];
    for (let i = 0; i < count; i++) {
      this.#need(at, 2);
      const name_end = at + 2 + this.bytes.readUInt16LE(at);
      this.#need(at + 2, name_end - at - 2);
      const name = this.bytes.subarray(at + 2, name_end);
      const value = this.#sized32(name_end);
      found.push({ name, value: this.bytes.subarray(value.at, value.end) });
      at = value.end;
    }
    return found;
  }

  #xattrsAt(): number {
    switch (this.type) {
      case TYPE_FILE:
        return contentEnd(this.bytes, this.#tail, this.end);
      case TYPE_SYMLINK:
        return this.#sized32(this.#tail).end;
      case TYPE_BLOCK_DEVICE:
      case TYPE_CHARACTER_DEVICE:
        return this.#tail + 8;
      default:
        return this.#tail;
    }
  }

  #need(at: number, bytes: number): void {
    if (at + bytes > this.end) throw manifestError("TREE_DAMAGED", "an entry is shorter than what it holds");
  }

  #sized32(at: number): { at: number; end: number } {
    this.#need(at, 4);
    const end = at + 4 + this.bytes.readUInt32LE(at);
    this.#need(at + 4, end - at - 4);
    return { at: at + 4, end };
  }
}

export const EXTENT_DATA = 0;
export const EXTENT_HOLE = 1;
export const EXTENT_MAP = 2;
const EXTENT_BYTES = [37, 9, 41] as const;

/** Where the content that starts at `at` ends. @throws TREE_DAMAGED when it passes `limit` */
export function contentEnd(bytes: Buffer, at: number, limit: number): number {
  if (at + 4 > limit) throw manifestError("TREE_DAMAGED", "a content is cut off");
  const count = bytes.readUInt32LE(at);
  let end = at + 4;
  for (let i = 0; i < count; i++) {
    const size = EXTENT_BYTES[bytes[end] as 0 | 1 | 2];
    if (size === undefined || end + size > limit)
      throw manifestError("TREE_DAMAGED", `extent ${i} of a content is none`);
    end += size;
  }
  return end;
}

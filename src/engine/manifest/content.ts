import { contentEnd, EXTENT_DATA, EXTENT_HOLE, EXTENT_MAP } from "./entry.ts";
import { manifestError } from "./errors.ts";

/** docs/format.md §8. One piece of a file or image, in order of offset. */
export type Extent =
  | { readonly kind: typeof EXTENT_DATA; readonly length: number; readonly id: Buffer }
  | { readonly kind: typeof EXTENT_HOLE; readonly length: number }
  | { readonly kind: typeof EXTENT_MAP; readonly length: number; readonly id: Buffer };

/** Stores a page as a chunk and returns its id. */
export type StorePage = (bytes: Buffer) => Buffer;
/** Fetches a page's bytes, verified against its id. */
export type ReadPage = (id: Buffer) => Promise<Buffer>;

/** Up to this many extents stand in the entry itself; more go to map pages. 64 × 37 bytes keep entries small. */
const INLINE_EXTENTS_MAX = 64;
/**
 * Map pages are cut where an id says so (about every 2,048 extents), so that a change in the middle leaves the others
 * alone.
 */
const PAGE_EXTENTS_MIN = 512;
const PAGE_EXTENTS_MAX = 4096;
const PAGE_CUT_MASK = 0x3ff;
const MAP_LEVELS_MAX = 8;
const MAP_MAGIC = Buffer.from("HFMP\x01\0\0\0", "latin1");

function encodeExtents(extents: readonly Extent[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 + extents.length * 41);
  bytes.writeUInt32LE(extents.length, 0);
  let at = 4;
  for (const extent of extents) {
    at = bytes.writeUInt8(extent.kind, at);
    if (extent.kind === EXTENT_DATA) {
      at = bytes.writeUInt32LE(extent.length, at);
      at += extent.id.copy(bytes, at, 0, 32);
    } else {
      at = bytes.writeBigUInt64LE(BigInt(extent.length), at);
      if (extent.kind === EXTENT_MAP) at += extent.id.copy(bytes, at, 0, 32);
    }
  }
  return bytes.subarray(0, at);
}

/** Encodes the extents of a file or image, in order; long lists are stored as map pages. */
export function encodeContent(extents: readonly Extent[], storePage: StorePage): Buffer {
  let level = extents;
  while (level.length > INLINE_EXTENTS_MAX) {
    const above: Extent[] = [];
    let page: Extent[] = [];
    const flush = () => {
      const id = storePage(Buffer.concat([MAP_MAGIC, encodeExtents(page)]));
      above.push({ kind: EXTENT_MAP, length: page.reduce((sum, extent) => sum + extent.length, 0), id });
      page = [];
    };
    for (const extent of level) {
      page.push(extent);
      const cut = extent.kind !== EXTENT_HOLE && (extent.id.readUInt16LE(30) & PAGE_CUT_MASK) === 0;
      if (page.length >= PAGE_EXTENTS_MAX || (cut && page.length >= PAGE_EXTENTS_MIN)) flush();
    }
    if (page.length > 0) flush();
    level = above;
  }
  return encodeExtents(level);
}

/** The extents that stand directly in `content`, map pages not resolved. @throws TREE_DAMAGED */
export function decodeExtents(content: Buffer): Extent[] {
  contentEnd(content, 0, content.length);
  const count = content.readUInt32LE(0);
  const extents: Extent[] = new Array(count);
  let at = 4;
  for (let i = 0; i < count; i++) {
    const kind = content[at] as number;
    if (kind === EXTENT_DATA) {
      extents[i] = { kind, length: content.readUInt32LE(at + 1), id: content.subarray(at + 5, at + 37) };
      at += 37;
    } else {
      const length = Number(content.readBigUInt64LE(at + 1));
      if (length > Number.MAX_SAFE_INTEGER) throw manifestError("TREE_DAMAGED", "an extent is longer than 8 PiB");
      if (kind === EXTENT_HOLE) {
        extents[i] = { kind, length };
        at += 9;
      } else {
        extents[i] = { kind: EXTENT_MAP, length, id: content.subarray(at + 9, at + 41) };
        at += 41;
      }
    }
  }
  return extents;
}

/**
 * Calls `visit` for each data extent and hole of a content, in order of offset, following map pages.
 * @param onPage told of each map page on the way
 * @throws TREE_DAMAGED when a page is not one, nests too deep or covers another length than its reference says
 */
export async function walkContent(
  content: Buffer,
  readPage: ReadPage,
  visit: (extent: Exclude<Extent, { kind: typeof EXTENT_MAP }>, offset: number) => void,
  onPage?: (id: Buffer) => void,
): Promise<number> {
  async function walk(bytes: Buffer, offset: number, depth: number): Promise<number> {
    if (depth > MAP_LEVELS_MAX) throw manifestError("TREE_DAMAGED", `map pages nest deeper than ${MAP_LEVELS_MAX}`);
    let at = offset;
    for (const extent of decodeExtents(bytes)) {
      if (extent.kind !== EXTENT_MAP) {
        visit(extent, at);
        at += extent.length;
        continue;
      }
      onPage?.(extent.id);
      const page = await readPage(extent.id);
      if (!page.subarray(0, 8).equals(MAP_MAGIC))
        throw manifestError("TREE_DAMAGED", `chunk ${extent.id.toString("hex")} is no map page`);
      const end = await walk(page.subarray(8), at, depth + 1);
      if (end - at !== extent.length) {
        throw manifestError(
          "TREE_DAMAGED",
          `map page ${extent.id.toString("hex")} covers ${end - at} bytes, not ${extent.length}`,
        );
      }
      at = end;
    }
    return at;
  }
  return walk(content, 0, 0);
}

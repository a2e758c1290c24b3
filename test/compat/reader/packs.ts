import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { Cursor, demand, hkdf, hmac, inflate, openGcm, sha256 } from "./bytes.ts";
import { type Keys, listNames, readObject } from "./keys.ts";

export type Location = { pack: string; frame_offset: number; position: number; length: number };
/** Chunk id in hex → every place that holds it. */
export type Index = Map<string, Location[]>;

const PACK_HEADER = 48;
const FRAME_HEADER = 16;
const TRAILER = 56;
const packKey = (pack: string) => `packs/${pack.slice(0, 2)}/${pack}`;

function readRange(folder: string, pack: string, offset: number, length: number): Buffer {
  const fd = openSync(join(folder, packKey(pack)), "r");
  try {
    const size = fstatSync(fd).size;
    demand(offset >= 0 && offset + length <= size, `pack ${pack}: bytes ${offset}+${length} of ${size}`);
    const bytes = Buffer.alloc(length);
    demand(readSync(fd, bytes, 0, length, offset) === length, `pack ${pack}: short read`);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** §5: the header, and the key that opens the pack's frames. */
export function openPackHeader(keys: Keys, pack: string, header: Buffer): Buffer {
  const cursor = new Cursor(header, `pack ${pack}`);
  cursor.expect("HFPK", "magic");
  cursor.expect([1, 0], "version");
  const kind = cursor.u8();
  demand(kind === 1 || kind === 2, `pack ${pack}: unknown kind ${kind}`);
  cursor.expect([0], "reserved");
  const data_key = keys.epochs.get(cursor.u32());
  demand(data_key, `pack ${pack}: its epoch has no key`);
  cursor.expect([0, 0, 0, 0], "reserved");
  demand(cursor.hex(32) === pack, `pack ${pack}: names itself otherwise`);
  return hkdf(data_key, Buffer.from(pack, "hex"), "holdfast/pack/v1");
}

type Frame = { type: number; ordinal: number; lengths: number[]; payload: Buffer };

function openFrame(key: Buffer, pack_header: Buffer, bytes: Buffer, what: string): Frame {
  const cursor = new Cursor(bytes, what);
  const [type, compression, chunks] = [cursor.u8(), cursor.u8(), cursor.u16()];
  const [ordinal, stored, raw] = [cursor.u32(), cursor.u32(), cursor.u32()];
  demand(raw <= 32 * 2 ** 20, `${what}: payload of ${raw} bytes`);
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(ordinal);
  const aad = Buffer.concat([pack_header, bytes.subarray(0, FRAME_HEADER)]);
  const plain = new Cursor(openGcm(key, nonce, aad, cursor.take(stored + 16), what), what);
  cursor.end();
  const lengths = Array.from({ length: type === 1 ? chunks : 0 }, plain.u32);
  const payload = inflate(compression, plain.take(plain.left), raw, what);
  demand(type === 2 || lengths.reduce((a, b) => a + b, 0) === raw, `${what}: length table does not add up`);
  return { type, ordinal, lengths, payload };
}

function addDirectory(index: Index, pack: string, cursor: Cursor): void {
  const frames = cursor.u32();
  for (let ordinal = 0; ordinal < frames; ordinal++) {
    const [frame_offset, , raw, chunks] = [cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32()];
    let position = 0;
    for (let i = 0; i < chunks; i++) {
      const id = cursor.hex(32);
      const length = cursor.u32();
      const locations = index.get(id) ?? [];
      index.set(id, [...locations, { pack, frame_offset, position, length }]);
      position += length;
    }
    demand(position === raw, `${cursor.what}: chunks of frame ${ordinal} do not add up`);
  }
}

/** §6: the index as the segments tell it. */
export function indexFromSegments(folder: string, keys: Keys): Index {
  const index: Index = new Map();
  const seen = new Set<string>();
  for (const name of listNames(folder, "index")) {
    const what = `segment ${name}`;
    const bytes = readObject(folder, `index/${name}`);
    const cursor = new Cursor(bytes, what);
    cursor.expect("HFIX", "magic");
    cursor.expect([1, 0], "version");
    const [compression, epoch, raw] = [cursor.u16(), cursor.u32(), cursor.u32()];
    demand(cursor.hex(32) === name, `${what}: names itself otherwise`);
    demand(raw <= 256 * 2 ** 20, `${what}: ${raw} bytes`);
    const data_key = keys.epochs.get(epoch);
    demand(data_key, `${what}: epoch ${epoch} has no key`);
    const key = hkdf(data_key, Buffer.from(name, "hex"), "holdfast/index/v1");
    const plain = openGcm(key, Buffer.alloc(12), bytes.subarray(0, 48), cursor.take(cursor.left), what);
    const content = new Cursor(inflate(compression, plain, raw, what), what);
    for (let packs = content.u32(); packs > 0; packs--) {
      const pack = content.hex(32);
      content.take(1 + 3 + 4 + 4); // kind, zeros, epoch, size: the pack itself says the same
      const into: Index = seen.has(pack) ? new Map() : index;
      addDirectory(into, pack, content);
      seen.add(pack);
    }
    // Superseded segments may be read or not: this one names all their packs.
    if (content.left > 0) content.take(content.u32() * 32);
    content.end();
  }
  return index;
}

/** §5: the index as the packs' own footers tell it; every pack is proven whole on the way. */
export function indexFromPacks(folder: string, keys: Keys): Index {
  const index: Index = new Map();
  for (const aa of listNames(folder, "packs")) {
    for (const pack of listNames(folder, `packs/${aa}`)) {
      const what = `pack ${pack}`;
      const bytes = readObject(folder, packKey(pack));
      demand(bytes.length > PACK_HEADER + TRAILER && bytes.length <= 256 * 2 ** 20, `${what}: ${bytes.length} bytes`);
      const trailer = new Cursor(bytes.subarray(-TRAILER), what);
      const footer_offset = trailer.u64();
      demand(trailer.take(32).equals(sha256(bytes.subarray(0, -48))), `${what}: checksum differs`);
      demand(trailer.u64() === bytes.length, `${what}: size differs`);
      trailer.expect("HFPKEND1", "end magic");
      const header = bytes.subarray(0, PACK_HEADER);
      const key = openPackHeader(keys, pack, header);
      const footer = openFrame(key, header, bytes.subarray(footer_offset, -TRAILER), what);
      demand(footer.type === 2, `${what}: no footer frame`);
      const directory = new Cursor(footer.payload, what);
      demand(footer.ordinal === footer.payload.readUInt32LE(), `${what}: the footer is not the last frame`);
      addDirectory(index, pack, directory);
      directory.end();
    }
  }
  return index;
}

/** A function that reads chunks by id, from the packs of one backup, and proves each by its id (§4). */
export function chunkReader(folder: string, keys: Keys, index: Index, packs: Set<string>) {
  const cache = new Map<string, Frame>();
  const frameAt = (pack: string, offset: number): Frame => {
    const name = `${pack}:${offset}`;
    const cached = cache.get(name);
    if (cached) return cached;
    const header = readRange(folder, pack, 0, PACK_HEADER);
    const key = openPackHeader(keys, pack, header);
    const stored = readRange(folder, pack, offset, FRAME_HEADER).readUInt32LE(8);
    const bytes = readRange(folder, pack, offset, FRAME_HEADER + stored + 16);
    const frame = openFrame(key, header, bytes, `pack ${pack}, frame at ${offset}`);
    demand(frame.type === 1, `pack ${pack}: no data frame at ${offset}`);
    if (cache.size >= 16) cache.delete(cache.keys().next().value as string);
    cache.set(name, frame);
    return frame;
  };
  return (id: string): Buffer => {
    const location = index.get(id)?.find(({ pack }) => packs.has(pack));
    demand(location, `chunk ${id}: in none of the packs the manifest names`);
    const { pack, frame_offset, position, length } = location;
    const chunk = frameAt(pack, frame_offset).payload.subarray(position, position + length);
    demand(chunk.length === length && hmac(keys.id_key, chunk).toString("hex") === id, `chunk ${id}: is damaged`);
    return chunk;
  };
}

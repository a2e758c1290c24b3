/**
 * The chunk index in shared memory: one table that all worker threads probe and fill without locks. It consists of
 * extents ({@link newExtent}): the first has what was loaded, the next ones what a backup adds.
 *
 * Memory per chunk: 22 bytes of its entry, 5 of a place at 80 % = 27. A new extent has a third of the room of all
 * before it, and its places are touched all over soon: 27 + 5 / 3 = 28.7 at the worst. To that come 12 bytes a frame (a
 * frame holds 1 MiB, so four chunks of average size) and 40 a pack: 30.3 and 32.0. Measured in docs/scale.md.
 *
 * 16 of 32 id bytes: two of 2^40 chunks share them with probability 2^-49; ids are keyed, so nobody can look for a
 * pair.
 */
import {
  addEntry,
  bytesInUse,
  countChunks,
  type Extent,
  FULL,
  findEntry,
  frameOf,
  known,
  knownEntry,
  newExtent,
  setPlace,
  slotOf,
  usedEntries,
  viewExtent,
} from "./extent.ts";

const FRAME_WORDS = 3;
/** Early, because threads take in new room only between two tasks. */
const GROW_AT = 0.5;
/**
 * Of a further extent. Large, for what is not there is looked for in each of them: from nothing to 20 million chunks,
 * eleven are added. Its places are 5 MiB, the entries wait untouched.
 */
const EXTENT_CHUNKS_MIN = 1 << 20;
const EXTENT_CHUNKS_MAX = 1 << 26;

const PACK_WORDS = 10; // 8 of the id, 1 epoch, 1 kind

/** What crosses to a worker thread; the memory is shared, not copied. */
export interface IndexMemory {
  readonly extents: SharedArrayBuffer[];
  frames: SharedArrayBuffer;
  packs: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
}

/** Where a chunk is. */
export interface ChunkPlace {
  readonly frame: number;
  readonly slot: number;
}

export interface FramePlace {
  readonly pack: number;
  readonly offset: number;
  /** Bytes of ciphertext without header and tag. */
  readonly stored: number;
}

const FRAME_COUNT = 0;
const PACK_COUNT = 1;

/** A copy with at least `bytes` of room; the same when it has as many. */
function enlarged(memory: SharedArrayBuffer, bytes: number): SharedArrayBuffer {
  if (memory.byteLength >= bytes) return memory;
  const larger = new SharedArrayBuffer(bytes);
  new Uint8Array(larger).set(new Uint8Array(memory));
  return larger;
}

export class ChunkIndex {
  readonly memory: IndexMemory;
  #extents: Extent[];
  #frames: Uint32Array;
  #packs: Uint32Array;
  readonly #counters: Int32Array;

  /** Attaches to memory another thread made. */
  constructor(memory: IndexMemory) {
    this.memory = memory;
    this.#extents = memory.extents.map(viewExtent);
    this.#frames = new Uint32Array(memory.frames);
    this.#packs = new Uint32Array(memory.packs);
    this.#counters = new Int32Array(memory.counters);
  }

  /** @param chunks that will be loaded; @param new_chunks room for those a backup adds; likewise frames and packs */
  static create(size: { chunks: number; new_chunks: number; frames: number; packs: number }): ChunkIndex {
    const extents = [size.chunks, size.new_chunks].filter((chunks) => chunks > 0).map(newExtent);
    return new ChunkIndex({
      extents,
      frames: new SharedArrayBuffer(Math.max(1, size.frames) * FRAME_WORDS * 4),
      packs: new SharedArrayBuffer(Math.max(1, size.packs) * PACK_WORDS * 4),
      counters: new SharedArrayBuffer(16),
    });
  }

  get chunks(): number {
    return this.#extents.reduce((sum, extent) => sum + countChunks(extent), 0);
  }

  get frames(): number {
    return Math.min(Atomics.load(this.#counters, FRAME_COUNT), Math.floor(this.#frames.length / FRAME_WORDS));
  }

  get packs(): number {
    return Math.min(Atomics.load(this.#counters, PACK_COUNT), Math.floor(this.#packs.length / PACK_WORDS));
  }

  /** Memory in use. More is reserved, but not touched until chunks, frames and packs come. */
  get memory_bytes(): number {
    const numbered = this.frames * FRAME_WORDS * 4 + this.packs * PACK_WORDS * 4;
    return this.#extents.reduce((sum, extent) => sum + (usedEntries(extent) > 0 ? bytesInUse(extent) : 0), numbered);
  }

  /** Registers a pack; the number it gets is what frames refer to. -1 when the table is full. */
  addPack(pack_id: Uint8Array, epoch: number, kind: number): number {
    const number = Atomics.add(this.#counters, PACK_COUNT, 1);
    const at = number * PACK_WORDS;
    if (at + PACK_WORDS > this.#packs.length) return -1;
    const id = Buffer.from(pack_id.buffer, pack_id.byteOffset, 32);
    for (let i = 0; i < 8; i++) this.#packs[at + i] = id.readUInt32LE(i * 4);
    this.#packs[at + 8] = epoch;
    this.#packs[at + 9] = kind;
    return number;
  }

  /** Makes room for this many more frames and packs, before threads attach. */
  makeRoom(more: { frames: number; packs: number }): void {
    const { memory } = this;
    memory.frames = enlarged(memory.frames, (this.frames + more.frames) * FRAME_WORDS * 4);
    memory.packs = enlarged(memory.packs, (this.packs + more.packs) * PACK_WORDS * 4);
    this.#frames = new Uint32Array(memory.frames);
    this.#packs = new Uint32Array(memory.packs);
  }

  /** Like {@link addPack}, making room when there is none: before threads attach. */
  loadPack(pack_id: Uint8Array, epoch: number, kind: number): number {
    if ((this.packs + 1) * PACK_WORDS > this.#packs.length) this.makeRoom({ frames: 0, packs: this.packs + 1024 });
    return this.addPack(pack_id, epoch, kind);
  }

  /** Like {@link addFrame}, likewise. */
  loadFrame(pack: number, offset: number, stored: number): number {
    if ((this.frames + 1) * FRAME_WORDS > this.#frames.length) this.makeRoom({ frames: this.frames + 4096, packs: 0 });
    return this.addFrame(pack, offset, stored);
  }

  pack(number: number): { pack_id: Buffer; epoch: number; kind: number } {
    const at = number * PACK_WORDS;
    const pack_id = Buffer.allocUnsafe(32);
    for (let i = 0; i < 8; i++) pack_id.writeUInt32LE(this.#packs[at + i] as number, i * 4);
    return { pack_id, epoch: this.#packs[at + 8] as number, kind: this.#packs[at + 9] as number };
  }

  /**
   * Registers a frame. -1 when the table is full: the frame is stored all the same, only not found by others in this
   * run.
   */
  addFrame(pack: number, offset: number, stored: number): number {
    if (pack < 0) return -1;
    const number = Atomics.add(this.#counters, FRAME_COUNT, 1);
    const at = number * FRAME_WORDS;
    if (at + FRAME_WORDS > this.#frames.length) return -1;
    this.#frames[at] = pack;
    this.#frames[at + 1] = offset;
    this.#frames[at + 2] = stored;
    return number;
  }

  frame(number: number): FramePlace {
    const at = number * FRAME_WORDS;
    return {
      pack: this.#frames[at] as number,
      offset: this.#frames[at + 1] as number,
      stored: this.#frames[at + 2] as number,
    };
  }

  /**
   * Position of a chunk in the table, or -1. Includes chunks another thread has claimed and not stored yet.
   * @param id at least 16 bytes at `at`
   */
  find(id: Buffer, at = 0): number {
    return this.#find(id.readInt32LE(at), id.readInt32LE(at + 4), id.readInt32LE(at + 8), id.readInt32LE(at + 12));
  }

  #find(a: number, b: number, c: number, d: number): number {
    const extents = this.#extents;
    for (let i = 0, base = 0; i < extents.length; i++) {
      const extent = extents[i] as Extent;
      const entry = findEntry(extent, a, b, c, d);
      if (entry >= 0) return base + entry;
      base += extent.capacity;
    }
    return -1;
  }

  /** Frame and slot of a position; `undefined` while its chunk is not stored yet. */
  place(position: number): ChunkPlace | undefined {
    const { extent, entry } = this.#at(position);
    const frame = frameOf(extent, entry);
    return frame < 0 ? undefined : { frame, slot: slotOf(extent, entry) };
  }

  /** Like {@link find} then {@link place}. */
  lookup(id: Buffer, at = 0): ChunkPlace | undefined {
    const position = this.find(id, at);
    return position < 0 ? undefined : this.place(position);
  }

  #at(position: number): { extent: Extent; entry: number } {
    let entry = position;
    for (const extent of this.#extents) {
      if (entry < extent.capacity) return { extent, entry };
      entry -= extent.capacity;
    }
    throw new RangeError(`index position ${position}`);
  }

  /**
   * Should more room be made for new chunks? Then {@link grow}, and tell the other threads to {@link attach} what it
   * returns.
   */
  get crowded(): boolean {
    const last = this.#extents.at(-1);
    return last !== undefined && usedEntries(last) > last.capacity * GROW_AT;
  }

  /** Adds room for new chunks, a third of what there is. One thread only decides this. */
  grow(): SharedArrayBuffer {
    const third = Math.ceil(this.#extents.reduce((sum, extent) => sum + extent.capacity, 0) / 3);
    const buffer = newExtent(Math.max(EXTENT_CHUNKS_MIN, Math.min(third, EXTENT_CHUNKS_MAX)));
    this.attach(buffer);
    return buffer;
  }

  /**
   * Takes in room another thread made. Until a thread has it, and in the moment one extent is full and the next is
   * begun, two threads may store the same chunk: a few bytes lost, nothing else.
   */
  attach(buffer: SharedArrayBuffer): void {
    this.memory.extents.push(buffer);
    this.#extents.push(viewExtent(buffer));
  }

  /**
   * Claims a chunk for storing.
   * @returns -1 when it is known (stored, or another thread is storing it): nothing to do. Otherwise the position to
   * {@link publish}
   *   once its frame is sealed, or -2 when the table is full (store it; it only stays unknown to the others of this
   *   run).
   */
  claim(id: Buffer, at = 0): number {
    const a = id.readInt32LE(at);
    const b = id.readInt32LE(at + 4);
    const c = id.readInt32LE(at + 8);
    const d = id.readInt32LE(at + 12);
    if (this.#find(a, b, c, d) >= 0) return -1;
    const position = this.#add(a, b, c, d);
    if (position === FULL) return -2;
    return position >= 0 ? position : -1;
  }

  /** Adds an id to the first extent that has room. @returns its position, `known(position)`, or FULL */
  #add(a: number, b: number, c: number, d: number): number {
    let base = 0;
    for (const extent of this.#extents) {
      if (usedEntries(extent) < extent.capacity) {
        const entry = addEntry(extent, a, b, c, d);
        if (entry >= 0) return base + entry;
        if (entry !== FULL) return known(base + knownEntry(entry));
      }
      base += extent.capacity;
    }
    return FULL;
  }

  /** Says where a claimed chunk stands. Frame numbers come from {@link addFrame}; -1 leaves the chunk pending. */
  publish(position: number, frame: number, slot: number): void {
    if (position < 0 || frame < 0) return;
    const { extent, entry } = this.#at(position);
    setPlace(extent, entry, frame, slot);
  }

  /**
   * Loads the chunks of a frame that is stored already, making room when there is none: before threads attach.
   * @param at where the first id stands in `bytes`; the next ones follow each `stride` bytes
   * @param prefer take these places also for chunks that are known from another pack (number given), which else keeps
   *   them
   */
  loadChunks(
    bytes: Buffer,
    at: number,
    stride: number,
    count: number,
    frame: number,
    prefer: (pack: number) => boolean = () => false,
  ): void {
    for (let slot = 0; slot < count; slot++) {
      const position = this.#load(bytes, at + slot * stride);
      if (position >= 0) this.publish(position, frame, slot);
      else if (prefer(this.#packAt(knownEntry(position)))) this.publish(knownEntry(position), frame, slot);
    }
  }

  /** Number of the pack a chunk is found in, -1 while it is not stored yet. */
  #packAt(position: number): number {
    const place = this.place(position);
    return place === undefined ? -1 : this.frame(place.frame).pack;
  }

  /** Positions there are; each chunk has one below it. */
  get positions(): number {
    return this.#extents.reduce((sum, { capacity }) => sum + capacity, 0);
  }

  /** Every chunk that is stored: its position, and the number of the pack it is found in. */
  eachStored(visit: (position: number, pack: number) => void): void {
    let base = 0;
    for (const extent of this.#extents) {
      for (let entry = 0; entry < usedEntries(extent); entry++) {
        const frame = frameOf(extent, entry);
        if (frame >= 0) visit(base + entry, this.frame(frame).pack);
      }
      base += extent.capacity;
    }
  }

  /** @returns position of a new entry, or `known(position)` */
  #load(id: Buffer, at: number): number {
    const a = id.readInt32LE(at);
    const b = id.readInt32LE(at + 4);
    const c = id.readInt32LE(at + 8);
    const d = id.readInt32LE(at + 12);
    const found = this.#extents.length > 1 ? this.#find(a, b, c, d) : -1;
    if (found >= 0) return known(found);
    const position = this.#add(a, b, c, d);
    if (position !== FULL) return position;
    this.grow();
    return this.#add(a, b, c, d);
  }
}

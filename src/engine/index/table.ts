/**
 * The chunk index in shared memory: one hash table that all worker threads probe and fill without locks.
 *
 * Memory per chunk: 16 bytes of its id, 4 of its frame's number, 2 of its slot in that frame = 22 bytes a place;
 * extents loaded from segments are filled to 85 %, so 26 bytes a chunk, plus 12 bytes a frame (a frame holds about 1
 * MiB, so 4 and more chunks). 16 of 32 id bytes: two of 2^40 chunks share them with probability 2^-49; ids are keyed,
 * so nobody can look for a pair.
 */

const ID_WORDS = 4;
const FRAME_WORDS = 3;
const FILL_MAX = 0.85;
/** Early, because threads take in new room only between two tasks. */
const GROW_AT = 0.5;
const EXTENT_PLACES_MAX = 1 << 24;

/** States of a place, then frame number + FIRST_FRAME. */
const EMPTY = 0;
const WRITING = 1;
const PENDING = 2;
const FIRST_FRAME = 3;

const PACK_WORDS = 10; // 8 of the id, 1 epoch, 1 kind

/** What crosses to a worker thread; the memory is shared, not copied. */
export interface IndexMemory {
  readonly extents: SharedArrayBuffer[];
  readonly frames: SharedArrayBuffer;
  readonly packs: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
}

interface Extent {
  readonly capacity: number;
  readonly ids: Uint32Array;
  readonly places: Int32Array;
  readonly slots: Uint16Array;
  readonly used: Int32Array;
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

function viewExtent(buffer: SharedArrayBuffer): Extent {
  const capacity = new Int32Array(buffer, 0, 2)[0] as number;
  let at = 8;
  const ids = new Uint32Array(buffer, at, capacity * ID_WORDS);
  at += ids.byteLength;
  const places = new Int32Array(buffer, at, capacity);
  at += places.byteLength;
  return { capacity, ids, places, slots: new Uint16Array(buffer, at, capacity), used: new Int32Array(buffer, 4, 1) };
}

function newExtent(capacity: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(8 + capacity * (ID_WORDS * 4 + 4 + 2));
  new Int32Array(buffer, 0, 1)[0] = capacity;
  return buffer;
}

export class ChunkIndex {
  readonly memory: IndexMemory;
  #extents: Extent[];
  readonly #frames: Uint32Array;
  readonly #packs: Uint32Array;
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
    const extents: SharedArrayBuffer[] = [];
    if (size.chunks > 0) extents.push(newExtent(Math.ceil(size.chunks / FILL_MAX) + 64));
    if (size.new_chunks > 0) extents.push(newExtent(Math.ceil(size.new_chunks / FILL_MAX) + 64));
    return new ChunkIndex({
      extents,
      frames: new SharedArrayBuffer(Math.max(1, size.frames) * FRAME_WORDS * 4),
      packs: new SharedArrayBuffer(Math.max(1, size.packs) * PACK_WORDS * 4),
      counters: new SharedArrayBuffer(16),
    });
  }

  get chunks(): number {
    return this.#extents.reduce((sum, extent) => sum + Atomics.load(extent.used, 0), 0);
  }

  get frames(): number {
    return Atomics.load(this.#counters, FRAME_COUNT);
  }

  get packs(): number {
    return Atomics.load(this.#counters, PACK_COUNT);
  }

  get memory_bytes(): number {
    const { extents, frames, packs } = this.memory;
    return extents.reduce((sum, extent) => sum + extent.byteLength, frames.byteLength + packs.byteLength);
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
    const [a, b, c, d] = [
      id.readUInt32LE(at),
      id.readUInt32LE(at + 4),
      id.readUInt32LE(at + 8),
      id.readUInt32LE(at + 12),
    ];
    let base = 0;
    for (const extent of this.#extents) {
      const { capacity, ids, places } = extent;
      let i = start(a, b, capacity);
      for (;;) {
        const state = places[i] as number;
        if (state === EMPTY) break;
        const w = i * ID_WORDS;
        if (ids[w] === a && ids[w + 1] === b && ids[w + 2] === c && ids[w + 3] === d && state !== WRITING)
          return base + i;
        if (++i === capacity) i = 0;
      }
      base += capacity;
    }
    return -1;
  }

  /** Frame and slot of a position; `undefined` while its chunk is not stored yet. */
  place(position: number): ChunkPlace | undefined {
    const { extent, i } = this.#at(position);
    const state = Atomics.load(extent.places, i);
    return state < FIRST_FRAME ? undefined : { frame: state - FIRST_FRAME, slot: extent.slots[i] as number };
  }

  /** Like {@link find} then {@link place}. */
  lookup(id: Buffer, at = 0): ChunkPlace | undefined {
    const position = this.find(id, at);
    return position < 0 ? undefined : this.place(position);
  }

  #at(position: number): { extent: Extent; i: number } {
    let i = position;
    for (const extent of this.#extents) {
      if (i < extent.capacity) return { extent, i };
      i -= extent.capacity;
    }
    throw new RangeError(`index position ${position}`);
  }

  /**
   * Should more room be made for new chunks? Then {@link grow}, and tell the other threads to {@link attach} what it
   * returns.
   */
  get crowded(): boolean {
    const last = this.#extents.at(-1);
    return last !== undefined && Atomics.load(last.used, 0) > last.capacity * GROW_AT;
  }

  /** Adds room for new chunks, four times the last one. One thread only decides this. */
  grow(): SharedArrayBuffer {
    const buffer = newExtent(Math.min((this.#extents.at(-1)?.capacity ?? 0) * 4, EXTENT_PLACES_MAX));
    this.attach(buffer);
    return buffer;
  }

  /**
   * Takes in room another thread made. Until a thread has it, it may store a chunk again that another one put there:
   * a few bytes lost, nothing else.
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
    if (this.find(id, at) >= 0) return -1;
    const extent = this.#extents.at(-1);
    if (extent === undefined || Atomics.load(extent.used, 0) > extent.capacity * 0.95) return -2;
    const base = this.#extents.reduce((sum, e) => sum + e.capacity, 0) - extent.capacity;
    return this.#insert(extent, base, id, at);
  }

  #insert(extent: Extent, base: number, id: Buffer, at: number): number {
    const [a, b, c, d] = [
      id.readUInt32LE(at),
      id.readUInt32LE(at + 4),
      id.readUInt32LE(at + 8),
      id.readUInt32LE(at + 12),
    ];
    const { capacity, ids, places } = extent;
    let i = start(a, b, capacity);
    for (;;) {
      let state = Atomics.load(places, i);
      if (state === EMPTY) {
        if (Atomics.compareExchange(places, i, EMPTY, WRITING) === EMPTY) {
          const w = i * ID_WORDS;
          ids[w] = a;
          ids[w + 1] = b;
          ids[w + 2] = c;
          ids[w + 3] = d;
          Atomics.store(places, i, PENDING);
          Atomics.add(extent.used, 0, 1);
          return base + i;
        }
        state = Atomics.load(places, i);
      }
      // Another thread is between its two stores, a matter of nanoseconds.
      while (state === WRITING) state = Atomics.load(places, i);
      const w = i * ID_WORDS;
      if (ids[w] === a && ids[w + 1] === b && ids[w + 2] === c && ids[w + 3] === d) return -1;
      if (++i === capacity) i = 0;
    }
  }

  /** Says where a claimed chunk stands. Frame numbers come from {@link addFrame}; -1 leaves the chunk pending. */
  publish(position: number, frame: number, slot: number): void {
    if (position < 0 || frame < 0) return;
    const { extent, i } = this.#at(position);
    extent.slots[i] = slot;
    Atomics.store(extent.places, i, frame + FIRST_FRAME);
  }

  /**
   * Loads a chunk that is stored already, into the first extent. A chunk known from another pack keeps its first place.
   */
  load(id: Buffer, at: number, frame: number, slot: number): void {
    const extent = this.#extents[0] as Extent;
    const position = this.#insert(extent, 0, id, at);
    if (position >= 0) this.publish(position, frame, slot);
  }
}

/** Ids are uniformly random, so their own bits are the hash: 53 of them, scaled to the capacity. */
function start(a: number, b: number, capacity: number): number {
  return Math.floor(((a >>> 0) / 0x1_0000_0000 + ((b >>> 0) & 0x1f_ffff) / 0x20_0000 / 0x1_0000_0000) * capacity);
}

/**
 * A stretch of the chunk table: entries side by side in the order they came, and a hash of places that say which entry
 * an id has.
 *
 *   header: capacity, used, spare | places: 4 bytes each | entries: 20 bytes each | slots: 2 bytes each
 *
 * An entry is 16 bytes of the id and the frame's number + 1 (0 while the chunk is not stored yet); its slot in that
 * frame stands apart. Entries are filled from the front, so that memory which no chunk uses yet is never touched; only
 * the places are scattered. A place is 0 or the entry's number + 1 in its low bits and bits of the id in the rest:
 * most ids that are not there are told apart without going to an entry.
 */

const HEADER_WORDS = 4;
const CAPACITY = 0;
const USED = 1;
/** Entries a thread took for a chunk that another one added just then; each thread uses its own again. */
const SPARE = 2;
const ENTRY_WORDS = 5;
const FRAME = 4;
/** Of the places. A look-up that finds nothing then goes over 13 of them on average; at 90 % it would be 50. */
const FILL_MAX = 0.8;
const PLACES_MIN = 64;
/** Beyond what was asked for: one for each thread. */
const SPARE_ENTRIES = 64;

export interface Extent {
  /** Entries there is room for. */
  readonly capacity: number;
  /** Low bits of a place: the entry's number + 1. The others are those of the id. */
  readonly number_mask: number;
  readonly header: Int32Array;
  readonly places: Int32Array;
  readonly entries: Int32Array;
  readonly slots: Uint16Array;
  /** An entry this thread took and did not need, or -1. */
  spare: number;
}

const placesFor = (capacity: number) => Math.ceil(capacity / FILL_MAX) + PLACES_MIN;

/** @param chunks there is to be room for */
export function newExtent(chunks: number): SharedArrayBuffer {
  const capacity = chunks + SPARE_ENTRIES;
  const words = HEADER_WORDS + placesFor(capacity) + capacity * ENTRY_WORDS;
  const buffer = new SharedArrayBuffer(words * 4 + capacity * 2);
  new Int32Array(buffer, 0, HEADER_WORDS)[CAPACITY] = capacity;
  return buffer;
}

export function viewExtent(buffer: SharedArrayBuffer): Extent {
  const header = new Int32Array(buffer, 0, HEADER_WORDS);
  const capacity = header[CAPACITY] as number;
  const places = new Int32Array(buffer, header.byteLength, placesFor(capacity));
  const entries = new Int32Array(buffer, places.byteOffset + places.byteLength, capacity * ENTRY_WORDS);
  const slots = new Uint16Array(buffer, entries.byteOffset + entries.byteLength, capacity);
  const number_bits = 32 - Math.clz32(capacity);
  return {
    capacity,
    number_mask: number_bits === 31 ? 0x7fff_ffff : (1 << number_bits) - 1,
    header,
    places,
    entries,
    slots,
    spare: -1,
  };
}

/** Entries taken so far, spare ones too. */
export function usedEntries(extent: Extent): number {
  return Math.min(Atomics.load(extent.header, USED), extent.capacity);
}

export function countChunks(extent: Extent): number {
  return usedEntries(extent) - Atomics.load(extent.header, SPARE);
}

/** Bytes that were written to: all places, and the entries in use. */
export function bytesInUse(extent: Extent): number {
  return extent.places.byteLength + usedEntries(extent) * (ENTRY_WORDS * 4 + 2);
}

/** Entry of the id of these four words, or -1. */
export function findEntry(extent: Extent, a: number, b: number, c: number, d: number): number {
  const { places, entries, number_mask } = extent;
  // Nothing to read in an extent that waits for its turn.
  if (extent.header[USED] === 0) return -1;
  const size = places.length;
  for (let i = firstPlace(a, b, size); ; ) {
    const place = places[i] as number;
    if (place === 0) return -1;
    if (((place ^ c) & ~number_mask) === 0) {
      const entry = (place & number_mask) - 1;
      const w = entry * ENTRY_WORDS;
      if (entries[w] === a && entries[w + 1] === b && entries[w + 2] === c && entries[w + 3] === d) return entry;
    }
    if (++i === size) i = 0;
  }
}

/** {@link addEntry} found no room. */
export const FULL = -1;
/** {@link addEntry} found the id: its entry is the answer's complement. */
export const known = (entry: number): number => ~entry - 1;
/** The entry of a `known(entry)`. */
export const knownEntry = (answer: number): number => ~(answer + 1);

/**
 * Adds an id.
 * @returns its new entry, {@link FULL}, or `known(entry)` when it is there already
 */
export function addEntry(extent: Extent, a: number, b: number, c: number, d: number): number {
  const { places, entries, number_mask } = extent;
  const size = places.length;
  let taken = -1;
  for (let i = firstPlace(a, b, size); ; ) {
    let place = places[i] as number;
    if (place === 0) {
      if (taken < 0) {
        taken = takeEntry(extent);
        if (taken < 0) return FULL;
        const w = taken * ENTRY_WORDS;
        entries[w] = a;
        entries[w + 1] = b;
        entries[w + 2] = c;
        entries[w + 3] = d;
      }
      // Whoever sees the place sees the entry, too.
      place = Atomics.compareExchange(places, i, 0, (c & ~number_mask) | (taken + 1));
      if (place === 0) return taken;
    }
    if (((place ^ c) & ~number_mask) === 0) {
      const entry = (place & number_mask) - 1;
      const w = entry * ENTRY_WORDS;
      if (entries[w] === a && entries[w + 1] === b && entries[w + 2] === c && entries[w + 3] === d) {
        if (taken >= 0) keepEntry(extent, taken);
        return known(entry);
      }
    }
    if (++i === size) i = 0;
  }
}

function takeEntry(extent: Extent): number {
  const { header, capacity, spare } = extent;
  if (spare >= 0) {
    extent.spare = -1;
    Atomics.sub(header, SPARE, 1);
    return spare;
  }
  if (Atomics.load(header, USED) >= capacity) return FULL;
  const entry = Atomics.add(header, USED, 1);
  return entry < capacity ? entry : FULL;
}

function keepEntry(extent: Extent, entry: number): void {
  extent.spare = entry;
  Atomics.add(extent.header, SPARE, 1);
}

/** Number of the frame that holds the entry's chunk, or -1 while it is not stored yet. */
export function frameOf(extent: Extent, entry: number): number {
  return Atomics.load(extent.entries, entry * ENTRY_WORDS + FRAME) - 1;
}

export function slotOf(extent: Extent, entry: number): number {
  return extent.slots[entry] as number;
}

export function setPlace(extent: Extent, entry: number, frame: number, slot: number): void {
  extent.slots[entry] = slot;
  Atomics.store(extent.entries, entry * ENTRY_WORDS + FRAME, frame + 1);
}

/** Ids are uniformly random, so their own bits are the hash: 53 of them, scaled to the number of places. */
function firstPlace(a: number, b: number, size: number): number {
  return Math.floor(((a >>> 0) / 0x1_0000_0000 + (b & 0x1f_ffff) / 0x20_0000 / 0x1_0000_0000) * size);
}

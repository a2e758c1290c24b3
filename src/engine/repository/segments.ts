import { hasCode, HoldfastError } from "../../base/index.ts";
import { decodeSegment, SegmentRoom, supersededSegments } from "../index/index.ts";
import type { EpochKeys } from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";

const PREFIX = "index/";
/** Small segments cost a round trip each, large ones memory. */
const READS_AT_ONCE = 32;
const BYTES_AT_ONCE = 16 * 1024 * 1024;
/** How often the listing may be taken anew because segments were merged away; each time they have become fewer. */
const LISTINGS_MAX = 16;

export const segmentKey = (segment_id: string) => `${PREFIX}${segment_id}`;

export interface FoundSegment {
  readonly segment_id: string;
  readonly size_bytes: number;
}

export interface OpenedSegment extends FoundSegment {
  /** What it holds; walk it with `walkSegment`, before the next one is asked for. */
  readonly raw: Buffer;
  readonly superseded: readonly string[];
}

export async function listSegments(store: ObjectStore): Promise<FoundSegment[]> {
  const found: FoundSegment[] = [];
  for await (const { key, size_bytes } of store.list(PREFIX))
    found.push({ segment_id: key.slice(PREFIX.length), size_bytes });
  return found;
}

/** Reads one segment. @returns `undefined` when it is gone; @throws INDEX_DAMAGED, PACK_DAMAGED naming it, STORE_* */
export async function readSegment(
  store: ObjectStore,
  keys: EpochKeys,
  segment: FoundSegment,
): Promise<OpenedSegment | undefined> {
  const bytes = await fetchSegment(store, segment);
  return bytes === undefined ? undefined : openSegment(segment, bytes, keys);
}

async function fetchSegment(store: ObjectStore, { segment_id }: FoundSegment): Promise<Buffer | undefined> {
  try {
    return await store.get(segmentKey(segment_id));
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

function openSegment(
  { segment_id, size_bytes }: FoundSegment,
  bytes: Buffer,
  keys: EpochKeys,
  room?: SegmentRoom,
): OpenedSegment {
  try {
    const raw = decodeSegment(segment_id, bytes, keys, room);
    return { segment_id, size_bytes, raw, superseded: supersededSegments(raw) };
  } catch (error) {
    if (!isDamage(error) || error.context["object"] !== undefined) throw error;
    const object = segmentKey(segment_id);
    throw new HoldfastError(error.code, error.spec, `${object}: ${error.message}`, { object }, error);
  }
}

const isDamage = (error: unknown): error is HoldfastError =>
  hasCode(error, "INDEX_DAMAGED") || hasCode(error, "PACK_DAMAGED");

export interface SegmentsOptions {
  readonly store: ObjectStore;
  readonly keys: EpochKeys;
  readonly signal?: AbortSignal;
}

/**
 * Opens all segments that are needed to know the index: the largest first, and none that one of those names as
 * superseded. A segment that vanishes meanwhile was merged into another one, durable before: the listing is taken
 * anew until nothing vanishes.
 * @param listed the listing to begin with
 * @param damaged where errors of segments that cannot be used go
 * @param superseded where ids of segments of that listing go that others supersede
 */
export async function* openSegments(
  o: SegmentsOptions,
  listed: readonly FoundSegment[],
  damaged: HoldfastError[],
  superseded: string[] = [],
): AsyncGenerator<OpenedSegment> {
  const done = new Set<string>();
  const replaced = new Set<string>();
  let waiting = listed;
  for (let listing = 1; ; listing++) {
    const gone: string[] = [];
    yield* openListed(o, waiting, { done, replaced, gone, damaged });
    if (gone.length === 0 || listing === LISTINGS_MAX) break;
    waiting = await listSegments(o.store);
  }
  superseded.push(...waiting.map(({ segment_id }) => segment_id).filter((id) => replaced.has(id)));
}

interface Seen {
  /** Opened, damaged, or superseded: not to be opened any more. */
  readonly done: Set<string>;
  readonly replaced: Set<string>;
  readonly gone: string[];
  readonly damaged: HoldfastError[];
}

async function* openListed(
  o: SegmentsOptions,
  listed: readonly FoundSegment[],
  { done, replaced, gone, damaged }: Seen,
): AsyncGenerator<OpenedSegment> {
  const queue = listed.filter(({ segment_id }) => !done.has(segment_id)).sort((a, b) => b.size_bytes - a.size_bytes);
  const running: { readonly segment: FoundSegment; readonly fetched: Promise<Buffer | undefined> }[] = [];
  const room = new SegmentRoom();
  let fetched_bytes = 0;
  let next = 0;
  for (;;) {
    while (next < queue.length && running.length < READS_AT_ONCE) {
      const segment = queue[next] as FoundSegment;
      if (running.length > 0 && fetched_bytes + segment.size_bytes > BYTES_AT_ONCE) break;
      next++;
      if (done.has(segment.segment_id)) continue;
      fetched_bytes += segment.size_bytes;
      const fetched = fetchSegment(o.store, segment);
      fetched.catch(() => undefined); // thrown where it is awaited
      running.push({ segment, fetched });
    }
    const first = running.shift();
    if (first === undefined) return;
    o.signal?.throwIfAborted();
    fetched_bytes -= first.segment.size_bytes;
    try {
      const bytes = await first.fetched;
      if (done.has(first.segment.segment_id)) continue;
      done.add(first.segment.segment_id);
      if (bytes === undefined) {
        gone.push(first.segment.segment_id);
        continue;
      }
      const opened = openSegment(first.segment, bytes, o.keys, room);
      for (const id of opened.superseded) {
        done.add(id);
        replaced.add(id);
      }
      yield opened;
    } catch (error) {
      if (!isDamage(error)) throw error;
      done.add(first.segment.segment_id);
      damaged.push(error);
    }
  }
}

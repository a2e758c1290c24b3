import { hasCode, type HoldfastError } from "../../base/index.ts";
import { encodeSegment, type IndexedPack, packsOfSegment } from "../index/index.ts";
import type { Repository } from "./repository.ts";
import { type FoundSegment, listSegments, type OpenedSegment, readSegment, segmentKey } from "./segments.ts";

const KIB = 1024;
/**
 * Segments of like size are merged when there are this many of them, so a pack is written at most as often as there
 * are sizes, and not each time again.
 */
const MERGE_AT = 16;
const SIZES_UP_TO = [64 * KIB, 512 * KIB, 4096 * KIB] as const;
/** What is merged into one; beyond, fewer segments save nothing, and reading one takes several times its size. */
const MERGED_BYTES = 8 * KIB * KIB;
const READS_AT_ONCE = 32;
/** Ids one segment may name as superseded: at 32 bytes each they stay far below what they replace. */
const GROUP_SEGMENTS_MAX = 16_384;

export interface CompactOptions {
  /** What a loaded index found superseded but still there: an earlier merge was interrupted. Deleted first. */
  readonly superseded?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface CompactReport {
  readonly segments_before: number;
  readonly segments_merged: number;
  readonly segments_written: number;
  readonly segments_deleted: number;
  readonly bytes_read: number;
  readonly bytes_written: number;
  /** Segments that were left alone because they cannot be read. */
  readonly damaged: readonly HoldfastError[];
}

/**
 * Merges small index segments into larger ones (docs/format.md §6). It needs no lease and excludes nobody: the merged
 * segment is durable before those it supersedes are deleted, and whoever misses one of them lists again. Interrupted
 * anywhere, every pack stays named. A sweep that takes packs out of the index at the same moment may find them named
 * again, and takes them out the next time. Cheap when there is nothing to merge: one listing.
 * @throws STORE_*
 */
export async function compactIndex(repository: Repository, o: CompactOptions = {}): Promise<CompactReport> {
  const { store } = repository;
  const listed = await listSegments(store);
  const merge = new Merge(repository, o.signal);
  const left_over = new Set(o.superseded);
  for (const { segment_id } of listed) if (left_over.has(segment_id)) await merge.delete(segment_id);
  const waiting = listed.filter(({ segment_id }) => !left_over.has(segment_id));
  for (const group of groupsOf(waiting)) {
    o.signal?.throwIfAborted();
    await merge.run(group);
  }
  return { segments_before: listed.length, ...merge.report };
}

/** Which segments to merge with each other. */
function* groupsOf(listed: readonly FoundSegment[]): Generator<FoundSegment[]> {
  let from = 0;
  for (const up_to of SIZES_UP_TO) {
    const alike = listed.filter(({ size_bytes }) => size_bytes >= from && size_bytes < up_to);
    from = up_to;
    if (alike.length < MERGE_AT) continue;
    let group: FoundSegment[] = [];
    let bytes = 0;
    for (const segment of alike) {
      if (group.length >= GROUP_SEGMENTS_MAX || bytes + segment.size_bytes > MERGED_BYTES) {
        yield group;
        [group, bytes] = [[], 0];
      }
      group.push(segment);
      bytes += segment.size_bytes;
    }
    yield group;
  }
}

class Merge {
  readonly report = {
    segments_merged: 0,
    segments_written: 0,
    segments_deleted: 0,
    bytes_read: 0,
    bytes_written: 0,
    damaged: [] as HoldfastError[],
  };
  readonly #repository: Repository;
  readonly #signal: AbortSignal | undefined;

  constructor(repository: Repository, signal: AbortSignal | undefined) {
    this.#repository = repository;
    this.#signal = signal;
  }

  async run(group: readonly FoundSegment[]): Promise<void> {
    const opened = await this.#read(group);
    if (opened.length < 2) return;
    const { store, current_epoch, random } = this.#repository;
    const packs = new Map<string, IndexedPack>();
    for (const { raw } of opened) {
      for (const pack of packsOfSegment(raw)) {
        const id = pack.pack_id.toString("hex");
        if (!packs.has(id)) packs.set(id, pack);
      }
    }
    const superseded = await this.#superseded(opened);
    const { epoch, data_key } = current_epoch;
    const ids = superseded.map((id) => Buffer.from(id, "hex"));
    const { segment_id, bytes } = encodeSegment([...packs.values()], epoch, data_key, random, ids);
    const merged_id = segment_id.toString("hex");
    this.#signal?.throwIfAborted();
    await store.put(segmentKey(merged_id), bytes, { if_absent: true });
    this.report.segments_merged += opened.length;
    this.report.segments_written++;
    this.report.bytes_written += bytes.length;
    for (const id of superseded) await this.delete(id);
  }

  /** Ids of the segments themselves, and of what is still there of those they superseded. */
  async #superseded(opened: readonly OpenedSegment[]): Promise<string[]> {
    const ids = new Set(opened.map(({ segment_id }) => segment_id));
    for (const id of opened.flatMap(({ superseded }) => superseded))
      if (!ids.has(id) && (await this.#repository.store.stat(segmentKey(id))) !== undefined) ids.add(id);
    return [...ids];
  }

  async #read(group: readonly FoundSegment[]): Promise<OpenedSegment[]> {
    const found: OpenedSegment[] = [];
    const { store, epoch_keys } = this.#repository;
    for (let from = 0; from < group.length; from += READS_AT_ONCE) {
      this.#signal?.throwIfAborted();
      const batch = group.slice(from, from + READS_AT_ONCE);
      const results = await Promise.all(
        batch.map((segment) =>
          readSegment(store, epoch_keys, segment).catch((error: unknown) => {
            if (!hasCode(error, "INDEX_DAMAGED") && !hasCode(error, "PACK_DAMAGED")) throw error;
            this.report.damaged.push(error);
            return undefined;
          }),
        ),
      );
      for (const opened of results) if (opened !== undefined) found.push(opened);
    }
    this.report.bytes_read += found.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
    return found;
  }

  async delete(segment_id: string): Promise<void> {
    try {
      await this.#repository.store.delete(segmentKey(segment_id));
      this.report.segments_deleted++;
    } catch (error) {
      // It stays, and is passed over as superseded.
      if (!hasCode(error, "STORE_LOCKED")) throw error;
    }
  }
}

import { BASE_ALLOCATION, type DiskExtent, diskExtents, type NbdClient, STATE_ZERO } from "../../nbd/index.ts";
import type { ImagePart } from "../stream/index.ts";

export interface BlockRun {
  readonly kind: "data" | "hole" | "unchanged";
  readonly offset: number;
  readonly length: number;
}

/** What is asked for at a time, and how many such reads are under way: 8 MiB in flight. */
const READ_BYTES = 1024 * 1024;
const READS = 8;

/**
 * Runs of whole blocks: unchanged where nothing in the block is dirty, holes where all of it is zeros.
 * @param bitmap of what changed since the parent; without it, everything did
 */
export async function blockRuns(
  client: NbdClient,
  bitmap: string | undefined,
  block_bytes: number,
): Promise<BlockRun[]> {
  const contexts = [BASE_ALLOCATION, ...(bitmap === undefined ? [] : [`qemu:dirty-bitmap:${bitmap}`])];
  return joinBlocks(diskExtents(client, contexts), bitmap !== undefined, block_bytes, client.size_bytes);
}

/** As {@link blockRuns}, of extents whose flags are base:allocation and, perhaps, dirty. */
export async function joinBlocks(
  extents: AsyncIterable<DiskExtent> | Iterable<DiskExtent>,
  incremental: boolean,
  block_bytes: number,
  size_bytes: number,
): Promise<BlockRun[]> {
  const runs: BlockRun[] = [];
  const add = (kind: BlockRun["kind"], offset: number, length: number) => {
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { ...last, length: last.length + length };
    else runs.push({ kind, offset, length });
  };
  const kindOf = (dirty: boolean, data: boolean) => (dirty ? (data ? "data" : "hole") : "unchanged");
  let [block_dirty, block_data] = [false, false];
  for await (const extent of extents) {
    const dirty = !incremental || ((extent.flags[1] as number) & 1) !== 0;
    const data = ((extent.flags[0] as number) & STATE_ZERO) === 0;
    const end = extent.offset + extent.length;
    for (let at = extent.offset; at < end; ) {
      const block = Math.floor(at / block_bytes) * block_bytes;
      const block_end = Math.min(size_bytes, block + block_bytes);
      if (at === block && end >= block_end) {
        const whole = end === size_bytes ? end : Math.floor(end / block_bytes) * block_bytes;
        add(kindOf(dirty, data), at, whole - at);
        at = whole;
        continue;
      }
      block_dirty ||= dirty;
      block_data ||= data;
      at = Math.min(end, block_end);
      if (at < block_end) continue;
      add(kindOf(block_dirty, block_data), block, block_end - block);
      [block_dirty, block_data] = [false, false];
    }
  }
  return runs;
}

/** The parts of an image, its data read with several requests under way. */
export async function* diskParts(client: NbdClient, runs: readonly BlockRun[]): AsyncGenerator<ImagePart> {
  const under_way: Promise<ImagePart>[] = [];
  try {
    for (const { kind, offset, length } of runs) {
      if (kind !== "data") {
        under_way.push(Promise.resolve({ kind, length }));
        continue;
      }
      for (let at = offset; at < offset + length; at += READ_BYTES) {
        const reading = client.read(at, Math.min(READ_BYTES, offset + length - at));
        const part = reading.then((bytes): ImagePart => ({ kind: "data", bytes }));
        part.catch(() => undefined); // thrown when its turn comes
        under_way.push(part);
        while (under_way.length >= READS) yield await (under_way.shift() as Promise<ImagePart>);
      }
    }
    while (under_way.length > 0) yield await (under_way.shift() as Promise<ImagePart>);
  } finally {
    await Promise.allSettled(under_way);
  }
}

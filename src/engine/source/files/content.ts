import type { ChunkSink } from "../../repository/index.ts";
import { EXTENT_DATA, EXTENT_HOLE, type Extent } from "../../manifest/index.ts";
import { call, fail, lastErrno, SEEK_DATA, SEEK_HOLE } from "../../posix/index.ts";

const READ_BYTES = 2 * 1024 * 1024;

/** Files are cut in segments of this size, each on its own, so that threads can share one file (docs/format.md §4). */
export const SEGMENT_BYTES = 32 * 1024 * 1024;

/**
 * Reads `[start, end)` of an open file into the sink.
 * @param sparse look for holes with SEEK_HOLE; they are recorded, not read
 * @returns its extents; they cover less than asked when the file turned out shorter
 */
export async function readExtents(
  fd: number,
  path: Buffer,
  start: number,
  end: number,
  sparse: boolean,
  sink: ChunkSink,
  onBytes: (count: number) => void,
): Promise<Extent[]> {
  const extents: Extent[] = [];
  let at = start;
  while (at < end) {
    const data_at = sparse ? seek(fd, path, at, SEEK_DATA, end) : at;
    if (data_at > at) {
      extents.push({ kind: EXTENT_HOLE, length: Math.min(data_at, end) - at });
      at = Math.min(data_at, end);
      continue;
    }
    const stop = sparse ? Math.min(seek(fd, path, at, SEEK_HOLE, end), end) : end;
    const got = await readStretch(fd, path, at, stop, sink, extents, onBytes);
    at += got;
    if (at < stop) break; // the file ends here now
  }
  return extents;
}

function seek(fd: number, path: Buffer, at: number, whence: number, end: number): number {
  const found = Number(call.lseek(fd, at, whence));
  if (found >= 0) return found;
  if (lastErrno() === "ENXIO") return end; // no data (or no file) from here on
  return fail("lseek", path);
}

async function readStretch(
  fd: number,
  path: Buffer,
  start: number,
  stop: number,
  sink: ChunkSink,
  extents: Extent[],
  onBytes: (count: number) => void,
): Promise<number> {
  let at = start;
  for (;;) {
    let ended = at >= stop;
    if (!ended) {
      const room = sink.room(Math.min(READ_BYTES, stop - at));
      const count = Number(call.pread(fd, room, room.length, at));
      if (count < 0) {
        sink.discard();
        fail("read", path);
      }
      sink.filled(count);
      onBytes(count);
      at += count;
      ended = count === 0 || at >= stop;
    }
    for (let length = sink.cut(ended); length > 0; length = sink.cut(ended)) {
      extents.push({ kind: EXTENT_DATA, length, id: sink.last_id });
    }
    if (sink.pressed) await sink.drain();
    if (ended) return at - start;
  }
}

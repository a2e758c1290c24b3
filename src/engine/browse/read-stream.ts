import type { OpenFile } from "./backup-tree.ts";

const BLOCK_BYTES = 4 * 1024 * 1024;

/** Bytes `[start, end)` of a file in blocks; the next one is on its way while the reader is busy with the last. */
export async function* readStream(file: OpenFile, start = 0, end = file.size): AsyncGenerator<Buffer> {
  const block = (at: number) => {
    const reading = file.read(at, Math.min(BLOCK_BYTES, end - at));
    reading.catch(() => undefined); // thrown where it is awaited
    return reading;
  };
  let next = start < end ? block(start) : undefined;
  for (let at = start; next !== undefined; ) {
    const bytes = await next;
    at += bytes.length;
    next = at < end && bytes.length > 0 ? block(at) : undefined;
    yield bytes;
  }
}

import { chunkError } from "./errors.ts";

/** A WebAssembly chunker's memory ends here, and every chunker keeps to it so that they are interchangeable. */
export const MEMORY_MAX_BYTES = 64 * 1024 * 1024;
/** In front of a WebAssembly slab: one page, which holds the gear table and keeps the slab aligned for direct reads. */
export const SLAB_START = 64 * 1024;

/**
 * A slab holds at least one longest chunk; otherwise a cut could never be decided.
 * @throws CHUNK_PARAMS_INVALID naming the slab's size.
 */
export function checkSlabBytes(slab_bytes: number, longest_chunk_bytes: number): void {
  const limit = MEMORY_MAX_BYTES - SLAB_START;
  if (Number.isInteger(slab_bytes) && slab_bytes >= longest_chunk_bytes && slab_bytes <= limit) return;
  throw chunkError(
    "CHUNK_PARAMS_INVALID",
    `slab of ${slab_bytes} bytes: must be an integer from the longest chunk (${longest_chunk_bytes}) to ${limit}`,
    { slab_bytes, longest_chunk_bytes },
  );
}

/** @throws CHUNK_RANGE_INVALID when the bytes do not lie in a slab of this size. */
export function checkRange(offset: number, length: number, slab_bytes: number): void {
  if (Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0) {
    if (offset + length <= slab_bytes) return;
  }
  throw chunkError("CHUNK_RANGE_INVALID", `bytes ${offset} + ${length} of a slab of ${slab_bytes} bytes`, {
    offset,
    length,
    slab_bytes,
  });
}

const zeros = Buffer.alloc(64 * 1024);

/** All zero? Block by block against a block of zeros, so that data is told from a hole at its first byte. */
export function isZeroRange(slab: Uint8Array, offset: number, length: number): boolean {
  checkRange(offset, length, slab.length);
  const end = offset + length;
  for (let at = offset; at < end; at += zeros.length) {
    const block = slab.subarray(at, Math.min(end, at + zeros.length));
    if (zeros.compare(block, 0, block.length, 0, block.length) !== 0) return false;
  }
  return true;
}

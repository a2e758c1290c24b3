import { chunkError } from "./errors.ts";
import { CHUNKER_LIMITS } from "./params.ts";
import type { Chunker } from "./port.ts";
import { checkRange, checkSlabBytes, isZeroRange } from "./slab.ts";

/**
 * Chunks of one size, for block images: an image changes in place, so equal offsets find equal chunks, and a changed
 * block is known without reading its neighbours.
 * @throws CHUNK_PARAMS_INVALID when `block_bytes` is not an integer from 1 to 16 MiB, or the slab holds no block.
 */
export function createFixedChunker(block_bytes: number, slab_bytes: number): Chunker {
  if (!Number.isInteger(block_bytes) || block_bytes < 1 || block_bytes > CHUNKER_LIMITS.max_bytes) {
    const message = `fixed chunk size ${block_bytes}: must be an integer from 1 to 16 MiB`;
    throw chunkError("CHUNK_PARAMS_INVALID", message, { block_bytes });
  }
  checkSlabBytes(slab_bytes, block_bytes);
  const slab = new Uint8Array(slab_bytes);
  return {
    slab,
    cut(offset, available, final) {
      checkRange(offset, available, slab_bytes);
      if (available >= block_bytes) return block_bytes;
      return final ? available : 0;
    },
    isZero: (offset, length) => isZeroRange(slab, offset, length),
  };
}

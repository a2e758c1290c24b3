/**
 * chunk: where a stream of bytes is divided into chunks.
 *
 * Nouns: chunk, slab (the memory input is read into), gear table (the keyed words of the rolling hash), cut (a chunk's
 * end), kernel (the WebAssembly chunker) and its plain twin.
 *
 * Invariants: cuts depend on parameters, gear table and the chunk's own bytes alone, never on how the input arrived;
 * kernel and twin give identical cuts; the chunks of a stream, put together, are the stream; no chunk is longer than
 * `max_bytes` and only the last is shorter than `min_bytes`. The rule is part of the repository format
 * (docs/format.md): changing it would end deduplication with everything stored before.
 */
export { createFixedChunker } from "./fixed.ts";
export { CHUNKER_KEY_BYTES, deriveGearTable } from "./gear.ts";
export { createChunker } from "./kernel.ts";
export { CHUNKER_LIMITS, checkChunkerParams, DEFAULT_CHUNKER_PARAMS } from "./params.ts";
export { createPlainChunker } from "./plain.ts";
export type { Chunker, ChunkerParams } from "./port.ts";

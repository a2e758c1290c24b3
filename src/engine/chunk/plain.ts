import { checkGearTable } from "./gear.ts";
import { checkChunkerParams, hashLimits } from "./params.ts";
import type { Chunker, ChunkerParams } from "./port.ts";
import { checkRange, checkSlabBytes, isZeroRange } from "./slab.ts";

/** Bytes a 32 bit gear hash remembers: each step shifts the oldest one out by one bit. */
const WINDOW_BYTES = 32;

interface Rule {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly strict: number;
  readonly loose: number;
  readonly gear: Uint32Array;
}

/**
 * The kernel's twin in TypeScript: the readable statement of the rule, and what the kernel is tested against.
 * @throws CHUNK_PARAMS_INVALID, CHUNK_KEY_INVALID
 */
export function createPlainChunker(params: ChunkerParams, gear: Uint32Array, slab_bytes: number): Chunker {
  checkChunkerParams(params);
  checkGearTable(gear);
  checkSlabBytes(slab_bytes, params.max_bytes);
  const { min_bytes: min, avg_bytes: avg, max_bytes: max } = params;
  const rule: Rule = { min, avg, max, ...hashLimits(params), gear: Uint32Array.from(gear) };
  const slab = new Uint8Array(slab_bytes);
  return {
    slab,
    cut(offset, available, final) {
      checkRange(offset, available, slab_bytes);
      return firstCut(rule, slab, offset, available) || (final ? available : 0);
    },
    isZero: (offset, length) => isZeroRange(slab, offset, length),
  };
}

/**
 * The shortest length that cuts, or 0 when the bytes at hand have none. Everything the loops touch is a local: read
 * through a closure they run at a quarter of the speed as soon as a process has made a second chunker.
 */
function firstCut(rule: Rule, slab: Uint8Array, offset: number, available: number): number {
  const { min, avg, max, strict, loose, gear } = rule;
  if (available < min) return 0;
  let hash = 0;
  let length = min - WINDOW_BYTES;
  for (; length < min - 1; length++) {
    hash = ((hash << 1) + (gear[slab[offset + length] as number] as number)) | 0;
  }
  for (const end = Math.min(available, avg - 1); length < end; length++) {
    hash = ((hash << 1) + (gear[slab[offset + length] as number] as number)) | 0;
    if (hash >>> 0 < strict) return length + 1;
  }
  for (const end = Math.min(available, max - 1); length < end; length++) {
    hash = ((hash << 1) + (gear[slab[offset + length] as number] as number)) | 0;
    if (hash >>> 0 < loose) return length + 1;
  }
  return available >= max ? max : 0;
}

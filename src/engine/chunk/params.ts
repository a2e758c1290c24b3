import { chunkError } from "./errors.ts";
import type { ChunkerParams } from "./port.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bounds of the parameters, as docs/format.md states them. */
export const CHUNKER_LIMITS = {
  min_bytes: 64,
  avg_bytes_low: 4 * KIB,
  avg_bytes_high: 8 * MIB,
  max_bytes: 16 * MIB,
} as const;

export const DEFAULT_CHUNKER_PARAMS: ChunkerParams = {
  min_bytes: 64 * KIB,
  avg_bytes: 256 * KIB,
  max_bytes: MIB,
  normalization: 2,
};

/** @throws CHUNK_PARAMS_INVALID naming the first parameter that is outside its limits. */
export function checkChunkerParams(params: ChunkerParams): void {
  const { min_bytes, avg_bytes, max_bytes, normalization } = params;
  const refuse = (name: keyof ChunkerParams, rule: string) => {
    throw chunkError("CHUNK_PARAMS_INVALID", `chunker parameter ${name} = ${params[name]}: ${rule}`, { ...params });
  };
  const isPowerOfTwo = Number.isInteger(avg_bytes) && (avg_bytes & (avg_bytes - 1)) === 0;
  if (!isPowerOfTwo || avg_bytes < CHUNKER_LIMITS.avg_bytes_low || avg_bytes > CHUNKER_LIMITS.avg_bytes_high) {
    refuse("avg_bytes", "must be a power of two from 4 KiB to 8 MiB");
  }
  if (!Number.isInteger(min_bytes) || min_bytes < CHUNKER_LIMITS.min_bytes || min_bytes > avg_bytes) {
    refuse("min_bytes", `must be an integer from ${CHUNKER_LIMITS.min_bytes} to avg_bytes (${avg_bytes})`);
  }
  if (!Number.isInteger(max_bytes) || max_bytes < avg_bytes || max_bytes > CHUNKER_LIMITS.max_bytes) {
    refuse("max_bytes", `must be an integer from avg_bytes (${avg_bytes}) to 16 MiB`);
  }
  if (![0, 1, 2, 3].includes(normalization)) refuse("normalization", "must be 0, 1, 2 or 3");
}

/** Exclusive upper limits of a hash that cuts: "the top n bits are zero" is the same as "less than 2^(32 - n)". */
export function hashLimits(params: ChunkerParams): { readonly strict: number; readonly loose: number } {
  const bits = Math.log2(params.avg_bytes);
  return { strict: 2 ** (32 - (bits + params.normalization)), loose: 2 ** (32 - (bits - params.normalization)) };
}

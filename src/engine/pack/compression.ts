import koffi from "koffi";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { packError } from "./errors.ts";

export const COMPRESSION_NONE = 0;
export const COMPRESSION_ZSTD = 1;

/** One-shot zstd into memory the caller owns. Not for use from two threads at once: each thread imports its own. */
export interface Zstd {
  readonly name: "exported" | "zlib";
  /** Compresses `input` into `output`; returns the length, or -1 when it does not fit. */
  compress(input: Uint8Array, output: Uint8Array, level: number): number;
  /**
   * Decompresses the one frame in `input` into `output`; returns the length. Throws PACK_DAMAGED on bad or too long
   * input.
   */
  decompress(input: Uint8Array, output: Uint8Array): number;
}

/**
 * Node's binary carries zstd and exports its C functions. Calling them with one context a thread spares node:zlib's
 * context and output allocation for each call: 450 instead of 330 MB/s at level 1, 1.3 instead of 0.9 GB/s back (2
 * cores, see docs/performance.md).
 */
function exportedZstd(): Zstd | undefined {
  try {
    const self = koffi.load(null);
    const isError = self.func("uint ZSTD_isError(size_t code)");
    const compressCCtx = self.func(
      "size_t ZSTD_compressCCtx(void *context, void *output, size_t capacity, const void *input, size_t size, int level)",
    );
    const decompressDCtx = self.func(
      "size_t ZSTD_decompressDCtx(void *context, void *output, size_t capacity, const void *input, size_t size)",
    );
    const compressor = self.func("void *ZSTD_createCCtx()")();
    const decompressor = self.func("void *ZSTD_createDCtx()")();
    return {
      name: "exported",
      compress(input, output, level) {
        const length = compressCCtx(compressor, output, output.length, input, input.length, level);
        return isError(length) ? -1 : Number(length);
      },
      decompress(input, output) {
        const length = decompressDCtx(decompressor, output, output.length, input, input.length);
        if (isError(length)) throw packError("PACK_DAMAGED", "a zstd frame does not decompress to its stated size");
        return Number(length);
      },
    };
  } catch {
    return undefined; // another build of Node that keeps its symbols to itself: node:zlib does the same, slower
  }
}

/** The same through node:zlib, for a Node that does not export zstd. Reads and writes the very same frames. */
export const zlibZstd: Zstd = {
  name: "zlib",
  compress(input, output, level) {
    const result = zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: level } });
    if (result.length > output.length) return -1;
    output.set(result, 0);
    return result.length;
  },
  decompress(input, output) {
    try {
      const result = zstdDecompressSync(input, { maxOutputLength: Math.max(output.length, 1) });
      output.set(result, 0);
      return result.length;
    } catch (cause) {
      throw packError("PACK_DAMAGED", "a zstd frame does not decompress to its stated size", {}, cause);
    }
  },
};

export const zstd: Zstd = exportedZstd() ?? zlibZstd;

const PROBE_BYTES = 16 * 1024;
const probeOutput = Buffer.alloc(PROBE_BYTES + 1024);
/** Saving less than this is not worth the reader's time. */
const WORTH_RATIO = 0.97;

/**
 * Compresses when it is worth it. Large input that looks incompressible (three probes of 16 KiB) is not tried at all.
 * @returns the bytes (a view of `output`, or `input` itself) and how they are compressed
 */
export function compressIfWorth(
  input: Uint8Array,
  output: Uint8Array,
  level: number,
): { readonly bytes: Uint8Array; readonly compression: number } {
  if (input.length >= 8 * PROBE_BYTES && looksIncompressible(input))
    return { bytes: input, compression: COMPRESSION_NONE };
  const length = zstd.compress(input, output, level);
  if (length < 0 || length >= input.length * WORTH_RATIO) return { bytes: input, compression: COMPRESSION_NONE };
  return { bytes: output.subarray(0, length), compression: COMPRESSION_ZSTD };
}

function looksIncompressible(input: Uint8Array): boolean {
  for (const part of [0.05, 0.5, 0.9]) {
    const at = Math.floor((input.length - PROBE_BYTES) * part);
    const length = zstd.compress(input.subarray(at, at + PROBE_BYTES), probeOutput, 1);
    if (length >= 0 && length < PROBE_BYTES * WORTH_RATIO) return false;
  }
  return true;
}

/** Room that any output of {@link compressIfWorth} for `size` bytes of input fits into (zstd's own bound). */
export function compressBound(size: number): number {
  return size + (size >>> 8) + 1024;
}

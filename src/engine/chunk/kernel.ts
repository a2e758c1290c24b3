import { readFileSync } from "node:fs";
import { chunkError } from "./errors.ts";
import { checkGearTable } from "./gear.ts";
import { checkChunkerParams, hashLimits } from "./params.ts";
import type { Chunker, ChunkerParams } from "./port.ts";
import { checkRange, checkSlabBytes, SLAB_START } from "./slab.ts";

/** What wasm/gear.ts exports. */
interface KernelExports {
  cut(start: number, available: number, min: number, avg: number, max: number, strict: number, loose: number): number;
  isZero(start: number, length: number): number;
}

/** The part of the global that is used here; TypeScript keeps its declaration in the browser library. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const WASM_PAGE_BYTES = 64 * 1024;
/** Rewritten by the build, like every file named this way. */
const kernelFile = new URL("../../../wasm/gear.wasm", import.meta.url);
/** Compiled at the first use, once in each thread. */
let compiled: object | undefined;

function instantiate(pages: number): { kernel: KernelExports; buffer: ArrayBuffer } {
  try {
    compiled ??= new WebAssembly.Module(readFileSync(kernelFile));
    // A fixed size: memory that never grows is never detached from the slab's view of it.
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as KernelExports;
    return { kernel, buffer: memory.buffer };
  } catch (cause) {
    const message = `cannot load the chunker kernel ${kernelFile.pathname}: ${(cause as Error).message}`;
    throw chunkError("CHUNK_KERNEL_UNUSABLE", message, { file: kernelFile.pathname }, cause);
  }
}

/**
 * The chunker of production: a WebAssembly instance whose memory is the slab, so that no byte is copied.
 * @throws CHUNK_PARAMS_INVALID, CHUNK_KEY_INVALID, CHUNK_KERNEL_UNUSABLE
 */
export function createChunker(params: ChunkerParams, gear: Uint32Array, slab_bytes: number): Chunker {
  checkChunkerParams(params);
  checkGearTable(gear);
  checkSlabBytes(slab_bytes, params.max_bytes);
  const { min_bytes: min, avg_bytes: avg, max_bytes: max } = params;
  const { strict, loose } = hashLimits(params);

  const pages = Math.ceil((SLAB_START + slab_bytes) / WASM_PAGE_BYTES);
  const { kernel, buffer } = instantiate(pages);
  const table = new DataView(buffer);
  for (const [index, word] of gear.entries()) table.setUint32(index * 4, word, true);

  return {
    slab: new Uint8Array(buffer, SLAB_START, slab_bytes),
    cut(offset, available, final) {
      checkRange(offset, available, slab_bytes);
      const length = kernel.cut(SLAB_START + offset, available, min, avg, max, strict, loose);
      return length || (final ? available : 0);
    },
    isZero(offset, length) {
      checkRange(offset, length, slab_bytes);
      return kernel.isZero(SLAB_START + offset, length) === 1;
    },
  };
}

import { hkdfSync } from "node:crypto";
import { chunkError } from "./errors.ts";

export const CHUNKER_KEY_BYTES = 32;
export const GEAR_ENTRIES = 256;
const GEAR_INFO = "holdfast/gear/v1";

/**
 * The 256 words of the gear hash, derived from the repository's chunker key: HKDF-SHA-256, empty salt, read as
 * little-endian u32. Secret like the key, because chunk lengths under a known table give away known files.
 * @throws CHUNK_KEY_INVALID when the key is not 32 bytes.
 */
export function deriveGearTable(chunkerKey: Uint8Array): Uint32Array<ArrayBuffer> {
  if (chunkerKey.length !== CHUNKER_KEY_BYTES) {
    throw chunkError("CHUNK_KEY_INVALID", `chunker key of ${chunkerKey.length} bytes`, { bytes: chunkerKey.length });
  }
  const view = new DataView(hkdfSync("sha256", chunkerKey, new Uint8Array(0), GEAR_INFO, GEAR_ENTRIES * 4));
  return Uint32Array.from({ length: GEAR_ENTRIES }, (_, index) => view.getUint32(index * 4, true));
}

/** @throws CHUNK_KEY_INVALID when the table has not 256 words. */
export function checkGearTable(gear: Uint32Array): void {
  if (gear.length !== GEAR_ENTRIES) {
    throw chunkError("CHUNK_KEY_INVALID", `gear table of ${gear.length} words`, { words: gear.length });
  }
}

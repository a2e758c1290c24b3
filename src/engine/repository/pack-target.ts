/**
 * No pack of a backup that will be locked is closed below this: cloud storage bills smaller objects as if they had so
 * many bytes (AWS: STANDARD_IA and GLACIER_IR), and each pack costs a put and a lock.
 */
const GRAIN_BYTES_MIN = 128 * 1024;
/** A pack holds at most this part of what its writer stored before it. */
const GRAIN_PARTS = 8;

/**
 * Bytes at which a pack is closed. A lock holds whole packs, and what a later backup needs of one decides about all of
 * it. So a writer whose packs will be locked begins with small ones: what a small backup adds stands in a handful of
 * packs instead of one. Sizes grow with what was stored: after 128 MiB packs of 16 MiB are full, some 50 packs later,
 * and a large backup takes no more lock calls than before but for those.
 * @param stored_bytes by this writer so far
 */
export function packTarget(pack_bytes: number, grained: boolean, stored_bytes: number): number {
  if (!grained) return pack_bytes;
  return Math.min(pack_bytes, Math.max(GRAIN_BYTES_MIN, Math.floor(stored_bytes / GRAIN_PARTS)));
}

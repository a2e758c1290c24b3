import { hasCode } from "../../base/index.ts";
import { decodeSegment, packsOfSegment, supersededSegments } from "../index/index.ts";
import { type EpochKeys, readPackTail } from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";

/** Tails are read at once: a kilobyte or so each. */
const TAILS_AT_ONCE = 8;

/**
 * Does the segment name only packs that are stored, with the directory that each of them carries, and take the place of
 * no other segment? @throws STORE_*
 */
export async function segmentHolds(
  store: ObjectStore,
  keys: EpochKeys,
  segment_id: string,
  bytes: Buffer,
): Promise<boolean> {
  try {
    const raw = decodeSegment(segment_id, bytes, keys);
    if (supersededSegments(raw).length > 0) return false;
    // Copied out: their views end with the next segment.
    const packs = packsOfSegment(raw);
    for (let at = 0; at < packs.length; at += TAILS_AT_ONCE) {
      const held = await Promise.all(
        packs.slice(at, at + TAILS_AT_ONCE).map(async (pack) => {
          const { header, directory } = await readPackTail(store, keys, pack.pack_id, pack.size_bytes);
          return header.kind === pack.kind && header.epoch === pack.epoch && directory.equals(pack.directory);
        }),
      );
      if (held.includes(false)) return false;
    }
    return true;
  } catch (error) {
    const wrong = ["INDEX_DAMAGED", "PACK_DAMAGED", "STORE_NOT_FOUND", "STORE_SHORT_OBJECT", "PACK_VERSION"];
    if (wrong.some((code) => hasCode(error, code))) return false;
    throw error;
  }
}

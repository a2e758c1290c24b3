import { createHash } from "node:crypto";
import type { IdPrefix } from "../../base/index.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 10;
const HASH_CHARS = 16;

/**
 * An id that follows from another id and a place: the time of `id`, and a hash of both instead of chance. What there is
 * once per place (a copy, a repository row) gets the same id from a repeated job and from a rebuilt catalog.
 */
export function derivedId(prefix: IdPrefix, id: string, place: string): string {
  const hash = createHash("sha256").update(`${prefix}\0${id}\0${place}`).digest();
  const tail = [...hash.subarray(0, HASH_CHARS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return `${prefix}_${id.slice(4, 4 + TIME_CHARS)}${tail}`;
}

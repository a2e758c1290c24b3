import { createHmac, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "../../base/index.ts";
import { repositoryError } from "./errors.ts";
import { decodeJsonObject, encodeJsonObject } from "./json-object.ts";

/** Larger than any other JSON object: they name packs and backups by the thousand (docs/format.md §1). */
const OBJECT_BYTES_MAX = 256 * 1024 * 1024;

/** A JSON object that only whoever has the keyring can have written: `mac` is over all its other fields. */
export function encodeMacObject(fields: object, mac_key: Uint8Array): Buffer {
  return encodeJsonObject({ ...fields, mac: macOf(fields, mac_key).toString("hex") });
}

/** @throws REPOSITORY_DAMAGED naming the object */
export function decodeMacObject(key: string, bytes: Buffer, mac_key: Uint8Array): Record<string, unknown> {
  const { mac, ...fields } = decodeJsonObject(key, bytes, OBJECT_BYTES_MAX);
  if (macHolds(fields, mac, mac_key)) return fields;
  throw repositoryError("REPOSITORY_DAMAGED", `${key}: its MAC does not hold; someone changed it`, { object: key });
}

/** Is `mac` (hex) the one of `fields`? Fields that have no canonical form have none. */
export function macHolds(fields: object, mac: unknown, mac_key: Uint8Array): boolean {
  const given = Buffer.from(typeof mac === "string" ? mac : "", "hex");
  let expected: Buffer;
  try {
    expected = macOf(fields, mac_key);
  } catch {
    return false; // a number with a fraction, or too large: no writer of ours sealed it
  }
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** HMAC-SHA-256 of the fields' canonical JSON. */
export function macOf(fields: object, mac_key: Uint8Array): Buffer {
  return createHmac("sha256", mac_key).update(canonicalJson(fields)).digest();
}

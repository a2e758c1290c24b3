import { storeError } from "./errors.ts";

/** Object keys: what is allowed, and how a key splits. The rules are the same for every adapter. */

export const KEY_CHARS_MAX = 512;
/** Leaves room under the 255 bytes of a file name for the suffix of a lock file. */
export const KEY_SEGMENT_CHARS_MAX = 240;

const segmentPattern = /^[A-Za-z0-9._-]+$/;

/** Can `name` be one segment of a key? */
export function isKeySegment(name: string): boolean {
  return segmentPattern.test(name) && name !== "." && name !== ".." && name.length <= KEY_SEGMENT_CHARS_MAX;
}

/** @throws STORE_BAD_KEY; the key is printed shortened and escaped. */
export function assertKey(key: string): void {
  const segments = key.split("/");
  const valid = key.length <= KEY_CHARS_MAX && !key.startsWith(".") && segments.every(isKeySegment);
  if (!valid) throw badKey(key, "is not a valid object key");
}

/**
 * A prefix is the beginning of a key: complete segments are checked as such, the last one may be cut anywhere.
 * @throws STORE_BAD_KEY
 */
export function assertPrefix(prefix: string): void {
  if (prefix === "") return;
  const segments = prefix.split("/");
  const last = segments.pop() ?? "";
  const valid =
    prefix.length <= KEY_CHARS_MAX &&
    !prefix.startsWith(".") &&
    segments.every(isKeySegment) &&
    (last === "" || segmentPattern.test(last));
  if (!valid) throw badKey(prefix, "is not the beginning of a valid object key");
}

/** Every folder a key lies in, the topmost first: `a/b/c` gives `a`, `a/b`. */
export function foldersOf(key: string): string[] {
  const folders: string[] = [];
  for (let at = key.indexOf("/"); at >= 0; at = key.indexOf("/", at + 1)) folders.push(key.slice(0, at));
  return folders;
}

export function badKey(key: string, why: string) {
  const shown = JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key);
  return storeError("STORE_BAD_KEY", `${shown} ${why}`, { key: key.slice(0, KEY_CHARS_MAX) });
}

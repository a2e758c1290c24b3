import { createHash } from "node:crypto";
import { storeError, throwIfAborted } from "../errors.ts";
import type { GetOptions } from "../port.ts";
import { resolveRange, roomFor, shortObject } from "../ranges.ts";
import type { OpenObject } from "./handle-cache.ts";

const READ_BYTES_MAX = 1024 * 1024 * 1024;

/** 256 files for all keys: two keys that share one wait for each other, briefly and rarely. */
export function mutexName(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 2);
}

/** All bytes of the range. @throws STORE_SHORT_OBJECT */
export async function readRange(key: string, object: OpenObject, options: GetOptions): Promise<Buffer> {
  const range = resolveRange(key, object.size_bytes, options);
  const buffer = roomFor(range.length_bytes, options.into);
  for (let done = 0; done < range.length_bytes; ) {
    throwIfAborted(options.signal, `reading ${key}`);
    const length = Math.min(range.length_bytes - done, READ_BYTES_MAX);
    const { bytesRead } = await object.handle.read(buffer, done, length, range.offset_bytes + done);
    if (bytesRead === 0) throw shortObject(key, range, range.offset_bytes + done);
    done += bytesRead;
  }
  return buffer;
}

export function alreadyExists(key: string, cause?: unknown) {
  return storeError("STORE_ALREADY_EXISTS", `${key} exists already`, { key }, cause);
}

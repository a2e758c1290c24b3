import { storeError } from "./errors.ts";
import type { GetOptions } from "./port.ts";

export interface ByteRange {
  readonly offset_bytes: number;
  readonly length_bytes: number;
}

/**
 * The range a get asks for, against the size the object has.
 * @throws STORE_BAD_REQUEST for a malformed range, STORE_SHORT_OBJECT when it passes the object's end
 */
export function resolveRange(key: string, size_bytes: number, options: GetOptions | undefined): ByteRange {
  const offset_bytes = options?.offset_bytes ?? 0;
  const length_bytes = options?.length_bytes ?? Math.max(0, size_bytes - offset_bytes);
  if (!isByteCount(offset_bytes) || !isByteCount(length_bytes)) {
    throw storeError("STORE_BAD_REQUEST", `bad range of ${key}: offset ${offset_bytes}, length ${length_bytes}`, {
      key,
    });
  }
  if (offset_bytes + length_bytes > size_bytes) throw shortObject(key, { offset_bytes, length_bytes }, size_bytes);
  return { offset_bytes, length_bytes };
}

export function shortObject(key: string, range: ByteRange, size_bytes: number) {
  const end = range.offset_bytes + range.length_bytes;
  return storeError(
    "STORE_SHORT_OBJECT",
    `${key} has ${size_bytes} bytes, but bytes ${range.offset_bytes} to ${end} were asked for`,
    { key, size_bytes, offset_bytes: range.offset_bytes, length_bytes: range.length_bytes },
  );
}

function isByteCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Memory for what is read: the caller's when it is large enough. */
export function roomFor(length_bytes: number, into: Buffer | undefined): Buffer {
  if (into === undefined || into.length < length_bytes) return Buffer.allocUnsafeSlow(length_bytes);
  return into.subarray(0, length_bytes);
}

/** One shape for both forms of a put's body. */
export function partList(parts: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  return parts instanceof Uint8Array ? [parts] : parts;
}

export function sizeOf(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) total += part.byteLength;
  return total;
}

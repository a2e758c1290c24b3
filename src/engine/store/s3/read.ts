import type { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { storeError } from "../errors.ts";
import type { GetOptions } from "../port.ts";
import { resolveRange, shortObject } from "../ranges.ts";
import { sha256 } from "./client.ts";
import { isBadRange, isNotFound } from "./errors.ts";
import { type Wire, within } from "./requests.ts";
import { find } from "./versions.ts";

/** User metadata of every object this store writes: SHA-256 of all its content, hex. */
export const SHA256_METADATA = "holdfast-sha256";

/**
 * The object, or the range asked for, in full. A whole object is checked against the SHA-256 it was stored with; of a
 * range the service must say exactly which bytes of how many it gives (what is in them, seals and trailers tell).
 * @throws STORE_NOT_FOUND, STORE_SHORT_OBJECT, STORE_CHECKSUM_MISMATCH, STORE_BAD_REQUEST
 */
export async function read(wire: Wire, key: string, options: GetOptions): Promise<Buffer> {
  const { offset_bytes = 0, length_bytes } = options;
  resolveRange(key, Number.MAX_SAFE_INTEGER, options); // refuses what is no range before anything is asked
  if (length_bytes === 0) return nothingAt(wire, key, options);
  const whole = offset_bytes === 0 && length_bytes === undefined;
  const last = length_bytes === undefined ? "" : String(offset_bytes + length_bytes - 1);
  const range = whole ? undefined : `bytes=${offset_bytes}-${last}`;
  try {
    return await fetch(wire, key, undefined, range, options);
  } catch (error) {
    if (isBadRange(error)) return nothingAt(wire, key, options);
    if (!isNotFound(error)) throw error;
  }
  const found = await find(wire, key);
  if (found === undefined) throw notFound(wire, key);
  return fetch(wire, key, found.version_id, range, options);
}

export function notFound(wire: Wire, key: string) {
  return storeError("STORE_NOT_FOUND", `no object ${key} in ${wire.description}`, { key, store: wire.description });
}

/** An empty range, or one that begins at the end or behind it: only the size tells which. */
async function nothingAt(wire: Wire, key: string, options: GetOptions): Promise<Buffer> {
  const found = await find(wire, key);
  if (found === undefined) throw notFound(wire, key);
  const range = resolveRange(key, found.size_bytes, options);
  if (range.length_bytes === 0) return Buffer.alloc(0);
  throw storeError("STORE_UNAVAILABLE", `${wire.description} does not answer ranges of ${key}`, { key });
}

function fetch(
  wire: Wire,
  key: string,
  version_id: string | undefined,
  range: string | undefined,
  options: GetOptions,
): Promise<Buffer> {
  const doing = `reading ${key}`;
  return within(wire, { doing, limit_ms: wire.timeouts.transfer_ms, signal: options.signal }, async (abortSignal) => {
    const answer = await wire.client.send(
      new GetObjectCommand({
        Bucket: wire.bucket,
        Key: wire.prefix + key,
        ...(range === undefined ? {} : { Range: range }),
        ...(version_id === undefined ? {} : { VersionId: version_id }),
      }),
      { abortSignal },
    );
    const body = answer.Body as Readable;
    try {
      const expected_bytes = expectedBytes(wire, key, answer, range, options);
      const bytes = await collect(wire, key, body, expected_bytes, abortSignal);
      if (range === undefined) checkWhole(wire, key, bytes, answer);
      return bytes;
    } finally {
      body.destroy(); // a body that was not read to its end would keep its connection
    }
  });
}

/** Compares what the service says it gives with what was asked for. */
function expectedBytes(
  wire: Wire,
  key: string,
  answer: GetObjectCommandOutput,
  range: string | undefined,
  options: GetOptions,
): number {
  const given_bytes = answer.ContentLength;
  if (range === undefined) {
    if (given_bytes !== undefined) return given_bytes;
    throw storeError("STORE_UNAVAILABLE", `${wire.description} does not say how long ${key} is`, { key });
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? "");
  if (match === null) {
    throw storeError("STORE_UNAVAILABLE", `${wire.description} answered a range of ${key} without saying which`, {
      key,
    });
  }
  const [first, last, size_bytes] = match.slice(1).map(Number) as [number, number, number];
  const { offset_bytes, length_bytes } = resolveRange(key, size_bytes, options);
  if (first !== offset_bytes || last - first + 1 !== length_bytes || given_bytes !== length_bytes) {
    throw shortObject(key, { offset_bytes, length_bytes }, last + 1);
  }
  return length_bytes;
}

/** Reads exactly `expected_bytes`; gives up when nothing arrives for the idle time. */
async function collect(
  wire: Wire,
  key: string,
  body: Readable,
  expected_bytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(expected_bytes);
  const { clock, timeouts } = wire;
  let filled = 0;
  let seen = -1;
  const ended = new AbortController();
  const onAbort = () => body.destroy(signal.reason instanceof Error ? signal.reason : new Error("given up"));
  signal.addEventListener("abort", onAbort, { once: true });
  const watching = (async () => {
    while (filled !== seen) {
      seen = filled;
      await clock.sleep(timeouts.idle_ms, ended.signal);
    }
    const message = `${key}: nothing arrived for ${timeouts.idle_ms} ms after ${filled} of ${expected_bytes} bytes`;
    body.destroy(storeError("STORE_TIMEOUT", `${message} from ${wire.description}`, { key }));
  })().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (filled + chunk.byteLength > expected_bytes) break;
      filled += chunk.copy(bytes, filled);
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    ended.abort();
    await watching;
  }
  if (filled === expected_bytes) return bytes;
  const message = `${key} broke off after ${filled} of ${expected_bytes} bytes from ${wire.description}`;
  throw storeError("STORE_UNAVAILABLE", message, { key, store: wire.description });
}

function checkWhole(wire: Wire, key: string, bytes: Buffer, answer: GetObjectCommandOutput): void {
  const stored = answer.Metadata?.[SHA256_METADATA];
  if (stored === undefined || stored === sha256([bytes]).toString("hex")) return;
  const message = `${key} from ${wire.description} is not what was stored: its SHA-256 differs from ${stored}`;
  throw storeError("STORE_CHECKSUM_MISMATCH", message, { key, store: wire.description });
}

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { storeError, throwIfAborted } from "../errors.ts";
import type { ObjectLock } from "../port.ts";
import { sizeOf } from "../ranges.ts";
import { sha256 } from "./client.ts";
import { isPreconditionFailed } from "./errors.ts";
import { SHA256_METADATA } from "./read.ts";
import { quickly, type Wire, within } from "./requests.ts";
import { head, removeVersion } from "./versions.ts";

const MIB = 1024 * 1024;
/** Parts of a multipart upload: 10,000 of them, the most a service takes, are 160 GiB. */
export const PART_BYTES = 16 * MIB;
const PARTS_AT_ONCE = 4;
/** What services take in one request. */
const SINGLE_BYTES_MAX = 5 * 1024 * MIB;
const MULTIPART_FROM_BYTES = 2 * PART_BYTES;

export interface WriteOptions {
  /** `If-None-Match: *`; only for a service that obeys it. */
  readonly if_none_match: boolean;
  readonly lock?: ObjectLock | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Id of the version written; `undefined` in a bucket without versions, "exists" when `if_none_match` refused it. */
export type Written = { readonly version_id: string | undefined } | "exists";

/**
 * Writes an object and returns when the service has confirmed that it holds exactly these bytes: each request is signed
 * over the SHA-256 of its body. An object of several parts is looked at afterwards (its size), and so is a locked one
 * (its lock): not every service says when it does not do what a header asked for.
 *
 * A locked object is always one request: Ceph ignores the lock of a multipart upload, and an object must never stand
 * there without the lock it was stored with. Once the request that makes the object visible has begun, the signal no
 * longer ends it, for nobody could then say whether the object is there.
 */
export async function write(
  wire: Wire,
  key: string,
  body: readonly Uint8Array[],
  options: WriteOptions,
): Promise<Written> {
  const size_bytes = sizeOf(body);
  if (size_bytes > SINGLE_BYTES_MAX) {
    throw storeError("STORE_BAD_REQUEST", `${key} has ${size_bytes} bytes; S3 objects have at most 5 GiB here`, {
      key,
    });
  }
  throwIfAborted(options.signal, `storing ${key}`);
  const parted = options.lock === undefined && size_bytes > MULTIPART_FROM_BYTES;
  try {
    const version_id = parted ? await multipart(wire, key, body, options) : await single(wire, key, body, options);
    if (parted || options.lock !== undefined) await confirm(wire, key, version_id, size_bytes, options.lock);
    return { version_id };
  } catch (error) {
    if (options.if_none_match && isPreconditionFailed(error)) return "exists";
    throw error;
  }
}

async function single(wire: Wire, key: string, body: readonly Uint8Array[], options: WriteOptions) {
  const bytes = joined(body);
  const digest = sha256([bytes]);
  const { lock } = options;
  const command = new PutObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    Body: bytes,
    ChecksumSHA256: digest.toString("base64"),
    Metadata: { [SHA256_METADATA]: digest.toString("hex") },
    ...(options.if_none_match ? { IfNoneMatch: "*" } : {}),
    ...(lock === undefined
      ? {}
      : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: new Date(lock.retain_until_ms) }),
  });
  const answer = await within(wire, { doing: `storing ${key}`, limit_ms: wire.timeouts.transfer_ms }, (abortSignal) =>
    wire.client.send(command, { abortSignal }),
  );
  return answer.VersionId;
}

async function multipart(wire: Wire, key: string, body: readonly Uint8Array[], options: WriteOptions) {
  const place = { Bucket: wire.bucket, Key: wire.prefix + key };
  const { signal } = options;
  const made = await quickly(wire, `storing ${key}`, (abortSignal) =>
    wire.client.send(
      new CreateMultipartUploadCommand({
        ...place,
        ChecksumAlgorithm: "SHA256",
        Metadata: { [SHA256_METADATA]: sha256(body).toString("hex") },
      }),
      { abortSignal },
    ),
  );
  const upload = { ...place, UploadId: made.UploadId };
  try {
    const parts = await uploadParts(wire, key, upload, body, signal);
    throwIfAborted(signal, `storing ${key}`);
    const answer = await within(wire, { doing: `storing ${key}`, limit_ms: wire.timeouts.transfer_ms }, (abortSignal) =>
      wire.client.send(
        new CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: parts },
          ...(options.if_none_match ? { IfNoneMatch: "*" } : {}),
        }),
        { abortSignal },
      ),
    );
    return answer.VersionId;
  } catch (error) {
    await abandon(wire, key, upload, error);
    throw error;
  }
}

interface Upload {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string | undefined;
}

async function uploadParts(
  wire: Wire,
  key: string,
  upload: Upload,
  body: readonly Uint8Array[],
  outer: AbortSignal | undefined,
) {
  const pieces = cut(body).entries();
  const failed = new AbortController();
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  const done: { PartNumber: number; ETag: string | undefined; ChecksumSHA256: string }[] = [];
  const sender = async () => {
    for (const [index, piece] of pieces) {
      const bytes = joined(piece);
      const digest = sha256([bytes]);
      const sum = { PartNumber: index + 1, ChecksumSHA256: digest.toString("base64") };
      const patience = { doing: `storing ${key}`, limit_ms: wire.timeouts.transfer_ms, signal };
      const answer = await within(wire, patience, (abortSignal) =>
        wire.client.send(new UploadPartCommand({ ...upload, ...sum, Body: bytes }), { abortSignal }),
      );
      done.push({ ...sum, ETag: answer.ETag });
    }
  };
  const senders = Array.from({ length: PARTS_AT_ONCE }, () =>
    sender().catch((error: unknown) => {
      if (!failed.signal.aborted) failed.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(senders);
  if (outer?.aborted) throwIfAborted(outer, `storing ${key}`);
  if (failed.signal.aborted) throw failed.signal.reason;
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return done.sort((a, b) => a.PartNumber - b.PartNumber);
}

/** Parts of a broken upload cost storage. When this fails too, a lifecycle rule has to end it (docs/stores.md). */
async function abandon(wire: Wire, key: string, upload: Upload, failure: unknown): Promise<void> {
  try {
    await quickly(wire, `storing ${key}`, (abortSignal) =>
      wire.client.send(new AbortMultipartUploadCommand(upload), { abortSignal }),
    );
  } catch (error) {
    if (failure instanceof Error) failure.message += ` (and its parts could not be removed: ${String(error)})`;
  }
}

/** @throws STORE_LOCK_UNSUPPORTED, STORE_SHORT_OBJECT, after what was written has been removed again */
async function confirm(
  wire: Wire,
  key: string,
  version_id: string | undefined,
  size_bytes: number,
  lock: ObjectLock | undefined,
): Promise<void> {
  const found = await head(wire, key, version_id);
  if (found === undefined || found.size_bytes !== size_bytes) {
    const has = found === undefined ? "nothing" : `${found.size_bytes} bytes`;
    if (found !== undefined && found.lock === undefined) await removeVersion(wire, key, version_id);
    const message = `${wire.description} confirmed ${key} with ${size_bytes} bytes and then has ${has}`;
    throw storeError("STORE_SHORT_OBJECT", message, { key, size_bytes });
  }
  if (lock === undefined) return;
  if (found.lock?.mode === lock.mode && found.lock.retain_until_ms >= lock.retain_until_ms) return;
  if (found.lock === undefined) await removeVersion(wire, key, version_id);
  const message = `${wire.description} took ${key} and did not lock it as asked (${lock.mode})`;
  throw storeError("STORE_LOCK_UNSUPPORTED", message, { key });
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

/** The body in pieces of {@link PART_BYTES}, without copying. */
function cut(body: readonly Uint8Array[]): Uint8Array[][] {
  const pieces: Uint8Array[][] = [];
  let piece: Uint8Array[] = [];
  let room = PART_BYTES;
  for (const part of body) {
    for (let rest = part; rest.byteLength > 0; ) {
      const taken = rest.subarray(0, room);
      piece.push(taken);
      rest = rest.subarray(taken.byteLength);
      room -= taken.byteLength;
      if (room > 0) continue;
      pieces.push(piece);
      piece = [];
      room = PART_BYTES;
    }
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}

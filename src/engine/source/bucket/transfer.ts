import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { type BucketClient, isGone } from "./client.ts";
import { MARK, type Mark, readMark, writeMark } from "./compare.ts";
import { bucketError } from "./errors.ts";
import { fetchedFacts, putInput } from "./facts.ts";
import type { ListedVersion } from "./listing.ts";

const SMALL_BYTES = 8 * 1024 * 1024;
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_MAX = 10_000;

export interface Way {
  readonly source: BucketClient;
  readonly target: BucketClient;
  /** What marks name the source, and would name the target. */
  readonly source_id: string;
  readonly target_id: string;
  /** Of the source: without versions a key's only one is asked for by its ETag. */
  readonly versions: boolean;
  /** Locks that last longer than this time are set in the target as well; `undefined`: none. */
  readonly locks_after_ms: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a version in the target was made from; `undefined`: somebody else wrote it, or it is gone. */
export async function markOf({ target, source_id, signal }: Way, version: ListedVersion): Promise<Mark | undefined> {
  const request = { Bucket: target.bucket, Key: version.key, VersionId: version.version_id };
  try {
    const { Metadata } = await target.call(() => target.client.send(new HeadObjectCommand(request)), signal);
    const mark = readMark(Metadata);
    return mark?.place === source_id ? mark : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Makes a version of the source the newest in the target. @returns bytes; `undefined`: nothing was to be brought */
export async function transfer(way: Way, listed: ListedVersion): Promise<number | undefined> {
  const { source, signal } = way;
  const version = way.versions ? { VersionId: listed.version_id } : {};
  const only = way.versions ? {} : { IfMatch: listed.etag };
  const request = { Bucket: source.bucket, Key: listed.key, ...version, ...only };
  let got;
  try {
    got = await source.call(() => source.client.send(new GetObjectCommand(request)), signal);
    const facts = await fetchedFacts(source, listed, got, version, signal);
    // Came from the target itself: it would go round in circles where two buckets are replicated to each other.
    if (readMark(facts.metadata)?.place === way.target_id) return undefined;
    const said = putInput(facts, way.locks_after_ms);
    const input = { ...said, Metadata: { ...said.Metadata, [MARK]: writeMark({ ...listed, place: way.source_id }) } };
    const body = got.Body as unknown as AsyncIterable<Uint8Array>;
    if (listed.size <= SMALL_BYTES) await putWhole(way, listed, input, body);
    else await putParts(way, listed, input, body);
    return listed.size;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  } finally {
    (got?.Body as unknown as { destroy?: () => void } | undefined)?.destroy?.();
  }
}

/** Puts a delete marker above what the target has of the key; where it keeps no versions, deletes it. */
export async function remove({ target, signal }: Way, key: string): Promise<void> {
  const request = { Bucket: target.bucket, Key: key };
  await target.call(() => target.client.send(new DeleteObjectCommand(request)), signal);
}

type Input = ReturnType<typeof putInput>;

async function putWhole({ target, signal }: Way, listed: ListedVersion, input: Input, body: AsyncIterable<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  const Body = Buffer.concat(pieces);
  requireLength(listed, Body.length);
  const request = { Bucket: target.bucket, Key: listed.key, ...input, Body };
  await target.call(() => target.client.send(new PutObjectCommand(request)), signal);
}

async function putParts({ target, signal }: Way, listed: ListedVersion, input: Input, body: AsyncIterable<Uint8Array>) {
  const { client, bucket: Bucket } = target;
  const begin = { Bucket, Key: listed.key, ...input };
  const { UploadId } = await target.call(() => client.send(new CreateMultipartUploadCommand(begin)), signal);
  const upload = { Bucket, Key: listed.key, UploadId };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    let total = 0;
    const part_bytes = Math.max(PART_BYTES, Math.ceil(listed.size / PARTS_MAX));
    for await (const Body of inParts(body, part_bytes)) {
      const PartNumber = Parts.length + 1;
      const part = { ...upload, PartNumber, Body };
      const { ETag } = await target.call(() => client.send(new UploadPartCommand(part)), signal);
      Parts.push({ PartNumber, ETag });
      total += Body.length;
    }
    requireLength(listed, total);
    const end = { ...upload, MultipartUpload: { Parts } };
    await target.call(() => client.send(new CompleteMultipartUploadCommand(end)), signal);
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined); // the first error counts
    throw error;
  }
}

async function* inParts(body: AsyncIterable<Uint8Array>, part_bytes: number): AsyncGenerator<Buffer> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  for await (const piece of body) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + part_bytes - held);
      pieces.push(taken);
      held += taken.length;
      at += taken.length;
      if (held < part_bytes) continue;
      yield Buffer.concat(pieces);
      [pieces, held] = [[], 0];
    }
  }
  if (held > 0) yield Buffer.concat(pieces);
}

function requireLength({ key, size }: ListedVersion, length: number): void {
  if (length !== size)
    throw bucketError("BUCKET_OBJECT_UNREADABLE", `${key}: ${length} bytes came of ${size}`, { key });
}

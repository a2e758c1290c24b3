import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { type Clock, hasCode } from "../../../base/index.ts";
import { BucketClient, type BucketPlace, isGone } from "./client.ts";
import { bucketError } from "./errors.ts";
import { putInput } from "./facts.ts";
import { listVersions } from "./listing.ts";
import { parts, wholeOf } from "./parts.ts";
import { type BucketTree, type Pictured, picture } from "./picture.ts";
import { Together } from "./together.ts";

const TOGETHER = 16;
const PART_BYTES = 32 * 1024 * 1024;
const NAMED_MAX = 10_000;

export interface FillOptions {
  readonly place: BucketPlace;
  readonly clock: Clock;
  readonly tree: BucketTree;
  readonly base: Buffer;
  readonly as_of_ms?: number | undefined;
  readonly prefix?: string | undefined;
  /** Make the bucket, or take an empty one; else what differs in a bucket in use becomes the backup's. */
  readonly fresh: boolean;
  /** Delete keys that the picture does not have. */
  readonly delete_extra?: boolean;
  /** Set the locks that have not run out. */
  readonly locks?: boolean;
  /** Turn versions on in a bucket that is made. */
  readonly versioning?: boolean;
  readonly signal?: AbortSignal;
  readonly onObject?: (bytes: number) => void;
}

export interface FillReport {
  readonly written: number;
  readonly bytes: number;
  /** Were as they should be. */
  readonly kept: number;
  readonly deleted: number;
}

/** Keys that a fill would overwrite or delete; the first of them. @throws BUCKET_TARGET_TAKEN, BUCKET_UNREACHABLE */
export async function planFill(options: FillOptions): Promise<{ readonly overwrites: readonly string[] }> {
  const bucket = await BucketClient.open(options.place, options.clock);
  try {
    if (options.fresh) {
      if (await exists(bucket)) await requireEmpty(bucket);
      return { overwrites: [] };
    }
    const there = await current(bucket, options);
    const overwrites: string[] = [];
    for await (const each of picture(options.tree, options.base, options)) {
      const now = there.get(each.key);
      there.delete(each.key);
      if (now !== undefined && !same(each, now) && overwrites.length < NAMED_MAX) overwrites.push(each.key);
    }
    if (options.delete_extra === true) overwrites.push(...[...there.keys()].slice(0, NAMED_MAX));
    return { overwrites };
  } finally {
    bucket.close();
  }
}

/** Puts the picture into a bucket. Bears being repeated: what is there already is left. */
export async function fillBucket(options: FillOptions): Promise<FillReport> {
  const { clock, fresh, signal } = options;
  const bucket = await BucketClient.open(options.place, clock);
  try {
    if (fresh && !(await exists(bucket))) await make(bucket, options);
    const there = await current(bucket, options);
    const report = { written: 0, bytes: 0, kept: 0, deleted: 0 };
    const together = new Together(TOGETHER, signal);
    try {
      for await (const each of picture(options.tree, options.base, options)) {
        const now = there.get(each.key);
        there.delete(each.key);
        if (now !== undefined && same(each, now)) {
          report.kept++;
          continue;
        }
        await together.start(async () => {
          await put(bucket, each, options);
          report.written++;
          report.bytes += each.node.size;
          options.onObject?.(each.node.size);
        });
      }
      if (options.delete_extra === true) {
        for (const Key of there.keys()) {
          await together.start(async () => {
            await bucket.call(
              () => bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key })),
              signal,
            );
            report.deleted++;
          });
        }
      }
      await together.end();
    } finally {
      await together.settle();
    }
    return report;
  } finally {
    bucket.close();
  }
}

interface Now {
  readonly version_id: string;
  readonly etag: string;
  readonly size: number;
}

/** What the bucket shows now, by key. */
async function current(bucket: BucketClient, { prefix = "", signal }: FillOptions): Promise<Map<string, Now>> {
  const there = new Map<string, Now>();
  const call = bucket.call.bind(bucket);
  for await (const version of listVersions({ bucket: bucket.bucket, client: bucket.client, call }, prefix, signal)) {
    const { key, latest, marker, version_id, etag, size } = version;
    if (latest && !marker) there.set(key, { version_id, etag, size });
  }
  return there;
}

function same({ facts, node }: Pictured, now: Now): boolean {
  return node.size === now.size && facts.etag === now.etag;
}

async function exists(bucket: BucketClient): Promise<boolean> {
  try {
    await bucket.call(() => bucket.client.send(new HeadBucketCommand({ Bucket: bucket.bucket })));
    return true;
  } catch (error) {
    if (isGone(error) || hasCode(error, "BUCKET_UNREACHABLE")) return isGone(error) ? false : Promise.reject(error);
    throw error;
  }
}

async function requireEmpty(bucket: BucketClient): Promise<void> {
  const call = bucket.call.bind(bucket);
  for await (const { key } of listVersions({ bucket: bucket.bucket, client: bucket.client, call }, "")) {
    const message = `the bucket ${bucket.bucket} is there already, and holds ${key}`;
    throw bucketError("BUCKET_TARGET_TAKEN", message, { bucket: bucket.bucket });
  }
}

async function make(bucket: BucketClient, { locks, versioning }: FillOptions): Promise<void> {
  const { client, bucket: Bucket } = bucket;
  const request = { Bucket, ...(locks === true ? { ObjectLockEnabledForBucket: true } : {}) };
  await bucket.call(() => client.send(new CreateBucketCommand(request)));
  if (versioning !== true || locks === true) return;
  const VersioningConfiguration = { Status: "Enabled" as const };
  await bucket.call(() => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })));
}

async function put(bucket: BucketClient, { key, facts, node }: Pictured, options: FillOptions): Promise<void> {
  const { tree, locks, clock, signal } = options;
  const place = { Bucket: bucket.bucket, Key: key };
  const said = putInput(facts, locks === true ? clock.now_ms() : undefined);
  const { client } = bucket;
  if (node.size <= PART_BYTES) {
    const Body = await wholeOf(tree, node);
    await bucket.call(() => client.send(new PutObjectCommand({ ...place, ...said, Body })), signal);
    return;
  }
  const { UploadId } = await bucket.call(
    () => client.send(new CreateMultipartUploadCommand({ ...place, ...said })),
    signal,
  );
  const upload = { ...place, UploadId };
  try {
    const done: { PartNumber: number; ETag: string | undefined }[] = [];
    for await (const Body of parts(tree, node, partBytes(node.size))) {
      const PartNumber = done.length + 1;
      const request = { ...upload, PartNumber, Body };
      const { ETag } = await bucket.call(() => client.send(new UploadPartCommand(request)), signal);
      done.push({ PartNumber, ETag });
    }
    const MultipartUpload = { Parts: done };
    await bucket.call(() => client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload })), signal);
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined); // the first error counts
    throw error;
  }
}

/** At most 10,000 parts. */
function partBytes(size: number): number {
  return Math.max(PART_BYTES, Math.ceil(size / 10_000));
}

import { GetObjectCommand, type GetObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Clock } from "../../../base/index.ts";
import type { StreamContext, StreamEntry, StreamSource } from "../stream/index.ts";
import { BucketClient, type BucketPlace, isGone } from "./client.ts";
import { bucketError } from "./errors.ts";
import { type Facts, factsAttribute, fetchedFacts, listedFacts, readFacts } from "./facts.ts";
import { type ListedVersion, listVersions } from "./listing.ts";
import { KeyPaths } from "./paths.ts";

/** Requests under way at a time; the bytes of small objects are fetched ahead, large ones when it is their turn. */
const AHEAD = 24;
const SMALL_BYTES = 512 * 1024;

export function bucketRoot(place: BucketPlace, prefix: string): string {
  const service = place.endpoint === undefined ? "aws" : new URL(place.endpoint).host;
  const folder = prefix === "" ? "" : `/${encodeURIComponent(prefix)}`;
  return `/bucket/${service}/${place.bucket}${folder}`;
}

/** Opens a bucket for one backup. @throws BUCKET_UNREACHABLE, BUCKET_DENIED, STORE_BAD_CONFIG */
export async function openBucket(options: {
  readonly place: BucketPlace;
  readonly prefix: string;
  readonly clock: Clock;
}): Promise<StreamSource> {
  const { place, prefix, clock } = options;
  const bucket = await BucketClient.open(place, clock);
  let versioning: string | undefined;
  try {
    versioning = await bucket.versioning();
  } catch (error) {
    bucket.close();
    throw error;
  }
  const listed_from_ms = clock.now_ms();
  const counts = { versions: 0, markers: 0, fetched: 0, unchanged: 0 };
  return {
    kind: "bucket",
    root: bucketRoot(place, prefix),
    entries: (context) => entries(bucket, prefix, versioning !== undefined, context, counts),
    details: async () => ({ bucket: place.bucket, prefix, versioning: versioning ?? "Off", listed_from_ms, ...counts }),
    close: async () => bucket.close(),
  };
}

async function* entries(
  bucket: BucketClient,
  prefix: string,
  versions: boolean,
  context: StreamContext,
  counts: { versions: number; markers: number; fetched: number; unchanged: number },
): AsyncGenerator<StreamEntry> {
  const { signal } = context;
  const paths = new KeyPaths();
  const listing = listVersions(
    { bucket: bucket.bucket, client: bucket.client, call: bucket.call.bind(bucket) },
    prefix,
    signal,
  );
  const waiting: Promise<StreamEntry | undefined>[] = [];
  try {
    for await (const listed of listing) {
      if (listed.marker) counts.markers++;
      else counts.versions++;
      const entry = entryOf(bucket, listed, paths.of(listed.key), versions, context, counts);
      entry.catch(() => undefined); // thrown where it is awaited
      waiting.push(entry);
      if (waiting.length < AHEAD) continue;
      const next = await waiting.shift();
      if (next !== undefined) yield next;
    }
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const entry = await next;
      if (entry !== undefined) yield entry;
    }
  } finally {
    await Promise.allSettled(waiting);
  }
}

/** Path of a version's entry: those that a client sees now lie apart from those that are gone or replaced. */
function placeOf(path: string, listed: ListedVersion): string {
  if (listed.latest && !listed.marker) return `current/${path}`;
  return `versions/${path}%v/${listed.version_id}`;
}

async function entryOf(
  bucket: BucketClient,
  listed: ListedVersion,
  key_path: string,
  versions: boolean,
  context: StreamContext,
  counts: { fetched: number; unchanged: number },
): Promise<StreamEntry | undefined> {
  const path = placeOf(key_path, listed);
  const attributes = { mtime_ms: listed.modified_ms };
  if (listed.marker)
    return {
      type: "file",
      path,
      attributes,
      xattrs: [factsAttribute(listedFacts(listed))],
      content: NOTHING,
      size_hint: 0,
    };
  const known = await knownBefore(listed, path, `current/${key_path}`, context);
  if (known !== undefined) {
    counts.unchanged++;
    const xattrs = [factsAttribute({ ...known.facts, age: listed.age })];
    return { type: "file", path, attributes, xattrs, content: { kind: "parent", path: known.path } };
  }
  // A bucket that never kept versions has one a key, which the service may call "null" or nothing.
  const version = versions ? { VersionId: listed.version_id } : {};
  const get = () => {
    const request = {
      Bucket: bucket.bucket,
      Key: listed.key,
      ...version,
      ...(versions ? {} : { IfMatch: listed.etag }),
    };
    return bucket.call(() => bucket.client.send(new GetObjectCommand(request)), context.signal);
  };
  try {
    const got = await get();
    const facts = await fetchedFacts(bucket, listed, got, version, context.signal);
    counts.fetched++;
    const shape = { type: "file", path, attributes, xattrs: [factsAttribute(facts)], size_hint: listed.size } as const;
    if (listed.size <= SMALL_BYTES) {
      const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
      checkLength(listed, bytes.length);
      return { ...shape, content: { kind: "bytes", bytes: [bytes] } };
    }
    // Its bytes wait for their turn on no open connection.
    destroy(got);
    return { ...shape, content: { kind: "bytes", bytes: streamed(listed, get) } };
  } catch (error) {
    if (!isGone(error)) throw error;
    const { code, message } = bucketError("BUCKET_OBJECT_UNREADABLE", "it went away while the backup was made");
    context.problem({ path: listed.key, code, message });
    return undefined;
  }
}

const NOTHING = { kind: "bytes", bytes: [] } as const;

async function knownBefore(
  listed: ListedVersion,
  path: string,
  current: string,
  { parent }: StreamContext,
): Promise<{ readonly path: string; readonly facts: Facts } | undefined> {
  if (parent === null) return undefined;
  for (const candidate of path === current ? [path] : [path, current]) {
    const entry = await parent.find(candidate);
    const facts = entry === undefined ? undefined : readFacts(entry.xattrs);
    if (entry === undefined || facts === undefined || facts.marker === true) continue;
    const same = facts.version_id === listed.version_id && facts.etag === listed.etag;
    if (same && facts.modified_ms === listed.modified_ms && entry.size === listed.size)
      return { path: candidate, facts };
  }
  return undefined;
}

async function* streamed(
  listed: ListedVersion,
  get: () => Promise<GetObjectCommandOutput>,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const piece of (await get()).Body as unknown as AsyncIterable<Buffer>) {
    total += piece.length;
    yield piece;
  }
  checkLength(listed, total);
}

function destroy(got: GetObjectCommandOutput): void {
  (got.Body as unknown as { destroy?: () => void } | undefined)?.destroy?.();
}

function checkLength({ key, size }: ListedVersion, length: number): void {
  if (length !== size)
    throw bucketError("BUCKET_OBJECT_UNREADABLE", `${key}: ${length} bytes came of ${size}`, { key });
}

import {
  type GetObjectCommandOutput,
  GetObjectTaggingCommand,
  type ObjectLockMode,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import * as z from "zod";
import type { ExtendedAttribute } from "../../posix/index.ts";
import type { BucketClient } from "./client.ts";
import type { ListedVersion } from "./listing.ts";

/** Attribute of an entry that holds the facts. */
export const FACTS = "user.s3";

const headersSchema = z.strictObject({
  ContentType: z.string().optional(),
  CacheControl: z.string().optional(),
  ContentDisposition: z.string().optional(),
  ContentEncoding: z.string().optional(),
  ContentLanguage: z.string().optional(),
  StorageClass: z.string().optional(),
  WebsiteRedirectLocation: z.string().optional(),
});

const factsSchema = z.object({
  version_id: z.string(),
  modified_ms: z.number(),
  etag: z.string(),
  age: z.number(),
  marker: z.boolean().optional(),
  headers: headersSchema.optional(),
  expires: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.tuple([z.string(), z.string()])).optional(),
  lock: z.strictObject({ mode: z.string(), until_ms: z.number() }).optional(),
  legal_hold: z.boolean().optional(),
});
export type Facts = z.infer<typeof factsSchema>;

export function factsAttribute(facts: Facts): ExtendedAttribute {
  return { name: Buffer.from(FACTS), value: Buffer.from(JSON.stringify(facts)) };
}

/** `undefined` for an entry that is no version. */
export function readFacts(xattrs: readonly ExtendedAttribute[]): Facts | undefined {
  const found = xattrs.find(({ name }) => Buffer.from(name).toString() === FACTS);
  if (found === undefined) return undefined;
  return factsSchema.parse(JSON.parse(Buffer.from(found.value).toString()));
}

export function listedFacts({ version_id, modified_ms, etag, age, marker }: ListedVersion): Facts {
  return { version_id, modified_ms, etag, age, ...(marker ? { marker } : {}) };
}

/** What came with the bytes; tags are asked for when there are any. */
export async function fetchedFacts(
  bucket: BucketClient,
  listed: ListedVersion,
  got: GetObjectCommandOutput,
  version: { readonly VersionId?: string },
  signal?: AbortSignal,
): Promise<Facts> {
  const headers = Object.fromEntries(
    Object.keys(headersSchema.shape).flatMap((name) => {
      const value = (got as unknown as Record<string, unknown>)[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
  const { client, bucket: Bucket } = bucket;
  let tags: [string, string][] = [];
  if ((got.TagCount ?? 0) > 0) {
    const request = { Bucket, Key: listed.key, ...version };
    const answer = await bucket.call(() => client.send(new GetObjectTaggingCommand(request)), signal);
    tags = (answer.TagSet ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]);
  }
  const until = got.ObjectLockRetainUntilDate;
  return {
    ...listedFacts(listed),
    ...(got.ETag === undefined ? {} : { etag: got.ETag }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(got.ExpiresString === undefined ? {} : { expires: got.ExpiresString }),
    ...(Object.keys(got.Metadata ?? {}).length === 0 ? {} : { metadata: got.Metadata ?? {} }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(got.ObjectLockMode === undefined || until === undefined
      ? {}
      : { lock: { mode: got.ObjectLockMode, until_ms: until.getTime() } }),
    ...(got.ObjectLockLegalHoldStatus === "ON" ? { legal_hold: true } : {}),
  };
}

/** What a PUT says so that the new object is like the old one. Locks only where they were asked for. */
export function putInput(facts: Facts, locks_after_ms: number | undefined): Partial<PutObjectCommandInput> {
  const { headers, expires, metadata, tags, lock, legal_hold } = facts;
  const tagging = (tags ?? []).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`);
  const expires_at = expires === undefined ? undefined : new Date(expires);
  return {
    ...(headers as Partial<PutObjectCommandInput> | undefined),
    ...(expires_at === undefined || Number.isNaN(expires_at.getTime()) ? {} : { Expires: expires_at }),
    ...(metadata === undefined ? {} : { Metadata: metadata }),
    ...(tagging.length === 0 ? {} : { Tagging: tagging.join("&") }),
    ...(locks_after_ms === undefined || lock === undefined || lock.until_ms <= locks_after_ms
      ? {}
      : { ObjectLockMode: lock.mode as ObjectLockMode, ObjectLockRetainUntilDate: new Date(lock.until_ms) }),
    ...(locks_after_ms !== undefined && legal_hold === true ? { ObjectLockLegalHoldStatus: "ON" as const } : {}),
  };
}

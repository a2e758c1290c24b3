import { HeadObjectCommand, type HeadObjectCommandOutput, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { DeleteObjectCommand } from "@aws-sdk/client-s3";
import type { ObjectLock } from "../port.ts";
import { serviceTime } from "./client.ts";
import { isNoSuchVersion, isNotFound } from "./errors.ts";
import { quickly, type Wire } from "./requests.ts";

/** One stored version of a key. In a bucket without versioning there is one, named `null`. */
export interface Version {
  /** Without the store's prefix. */
  readonly key: string;
  readonly version_id: string;
  readonly size_bytes: number;
  readonly modified_ms: number;
  /** The service's own hash of it. */
  readonly etag: string;
  readonly storage_class: string | undefined;
}

export interface VersionPage {
  /** Of each key the newest first; keys in order. */
  readonly versions: readonly Version[];
  /** Delete markers: this store never makes any. */
  readonly markers: readonly { readonly key: string; readonly version_id: string }[];
  /** Where the next page begins. */
  readonly next: { readonly key: string; readonly version_id: string | undefined } | undefined;
}

/** What a HEAD says of one version. */
export interface Head {
  readonly version_id: string | undefined;
  readonly size_bytes: number;
  readonly modified_ms: number;
  readonly lock: ObjectLock | undefined;
  readonly legal_hold: boolean;
  /** Undefined: STANDARD. */
  readonly storage_class: string | undefined;
  /** `x-amz-restore`: how far the thaw of an archived object is. */
  readonly restore: string | undefined;
  /** The service's time at the answer. */
  readonly now_ms: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** At most 1,000 versions, the most that services give at once, or `keys_max`. */
export async function versionPage(
  wire: Wire,
  prefix: string,
  from: VersionPage["next"],
  doing: string,
  keys_max?: number,
): Promise<VersionPage> {
  const page = await quickly(wire, doing, (abortSignal) =>
    wire.client.send(
      new ListObjectVersionsCommand({
        Bucket: wire.bucket,
        Prefix: wire.prefix + prefix,
        ...(keys_max === undefined ? {} : { MaxKeys: keys_max }),
        ...(from === undefined ? {} : { KeyMarker: wire.prefix + from.key }),
        ...(from?.version_id === undefined ? {} : { VersionIdMarker: from.version_id }),
      }),
      { abortSignal },
    ),
  );
  const own = (key: string | undefined) => (key ?? "").slice(wire.prefix.length);
  const more = page.IsTruncated === true && page.NextKeyMarker !== undefined;
  return {
    versions: (page.Versions ?? []).map((version) => ({
      key: own(version.Key),
      version_id: version.VersionId ?? "null",
      size_bytes: version.Size ?? 0,
      modified_ms: version.LastModified?.getTime() ?? 0,
      etag: version.ETag ?? "",
      storage_class: version.StorageClass,
    })),
    markers: (page.DeleteMarkers ?? []).map((marker) => ({
      key: own(marker.Key),
      version_id: marker.VersionId ?? "null",
    })),
    next: more ? { key: own(page.NextKeyMarker), version_id: page.NextVersionIdMarker } : undefined,
  };
}

/** Every version and marker of one key. A key's own stand before those of all keys that it begins. */
export async function versionsOf(wire: Wire, key: string, doing: string): Promise<Omit<VersionPage, "next">> {
  const versions: Version[] = [];
  const markers: { key: string; version_id: string }[] = [];
  for (let from: VersionPage["next"]; ; ) {
    const page = await versionPage(wire, key, from, doing);
    versions.push(...page.versions.filter((version) => version.key === key));
    markers.push(...page.markers.filter((marker) => marker.key === key));
    from = page.next;
    if (from === undefined || from.key !== key) return { versions, markers };
  }
}

/** `undefined` when there is no such key (whose newest version is no marker), or version. */
export async function head(wire: Wire, key: string, version_id?: string): Promise<Head | undefined> {
  try {
    const answer = await quickly(wire, `looking at ${key}`, (abortSignal) =>
      wire.client.send(
        new HeadObjectCommand({
          Bucket: wire.bucket,
          Key: wire.prefix + key,
          ...(version_id === undefined ? {} : { VersionId: version_id }),
        }),
        { abortSignal },
      ),
    );
    return {
      version_id: answer.VersionId,
      size_bytes: answer.ContentLength ?? 0,
      modified_ms: answer.LastModified?.getTime() ?? 0,
      lock: lockOf(answer),
      storage_class: answer.StorageClass,
      restore: answer.Restore,
      legal_hold: answer.ObjectLockLegalHoldStatus === "ON",
      now_ms: serviceTime(answer) ?? wire.clock.now_ms(),
      metadata: answer.Metadata ?? {},
    };
  } catch (error) {
    if (isNotFound(error) || (version_id !== undefined && isNoSuchVersion(error))) return undefined;
    throw error;
  }
}

/**
 * The object under a key: its newest version. A delete marker does not delete: this store deletes versions and never
 * leaves a marker, so one that hides an object was set by somebody else, and what it hides is still meant to be there.
 */
export async function find(wire: Wire, key: string): Promise<Head | undefined> {
  const newest = await head(wire, key);
  if (newest !== undefined) return newest;
  const hidden = (await versionsOf(wire, key, `looking at ${key}`)).versions[0];
  return hidden === undefined ? undefined : head(wire, key, hidden.version_id);
}

/** Is there an object under the key? One small request as a rule, where {@link find} needs two to say no. */
export async function exists(wire: Wire, key: string): Promise<boolean> {
  // A key's own versions and markers stand before those of all keys that it begins.
  const first = await versionPage(wire, key, undefined, `looking at ${key}`, 1);
  if (first.versions.some((version) => version.key === key)) return true;
  if (first.markers.some((marker) => marker.key === key)) return (await find(wire, key)) !== undefined;
  return false;
}

/** Really removes one version; nothing when it is gone. */
export async function removeVersion(
  wire: Wire,
  key: string,
  version_id: string | undefined,
  bypass_governance = false,
): Promise<void> {
  await quickly(wire, `deleting ${key}`, (abortSignal) =>
    wire.client.send(
      new DeleteObjectCommand({
        Bucket: wire.bucket,
        Key: wire.prefix + key,
        ...(version_id === undefined ? {} : { VersionId: version_id }),
        ...(bypass_governance ? { BypassGovernanceRetention: true } : {}),
      }),
      { abortSignal },
    ),
  );
}

function lockOf(answer: HeadObjectCommandOutput): ObjectLock | undefined {
  const mode = answer.ObjectLockMode;
  const until = answer.ObjectLockRetainUntilDate;
  if ((mode !== "GOVERNANCE" && mode !== "COMPLIANCE") || until === undefined) return undefined;
  return { mode, retain_until_ms: until.getTime() };
}

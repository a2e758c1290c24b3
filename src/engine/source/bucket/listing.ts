import { ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import type { BucketClient } from "./client.ts";

const PAGE = 1000;

/** A version or a marker as a listing tells of it. */
export interface ListedVersion {
  readonly key: string;
  readonly version_id: string;
  readonly latest: boolean;
  readonly marker: boolean;
  readonly modified_ms: number;
  readonly etag: string;
  readonly size: number;
  /** 0 for the newest of its key, 1 for the one before it … */
  readonly age: number;
}

/** All versions of all keys: in the order of the keys' bytes, and newest first. One page is in memory at a time. */
export async function* listVersions(
  { bucket, client, call }: { bucket: string; client: BucketClient["client"]; call: BucketClient["call"] },
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ListedVersion> {
  let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
  let last_key: string | undefined;
  let age = 0;
  for (;;) {
    const request = { Bucket: bucket, Prefix: prefix, MaxKeys: PAGE, EncodingType: "url" as const, ...markers };
    const page = await call(() => client.send(new ListObjectVersionsCommand(request)), signal);
    const found = [
      ...(page.Versions ?? []).map((version) => ({ ...version, marker: false })),
      ...(page.DeleteMarkers ?? []).map((version) => ({ ...version, marker: true, ETag: "", Size: 0 })),
    ].map((version) => ({
      key: decodeURIComponent((version.Key ?? "").replaceAll("+", "%20")),
      version_id: version.VersionId ?? "null",
      latest: version.IsLatest === true,
      marker: version.marker,
      modified_ms: version.LastModified?.getTime() ?? 0,
      etag: version.ETag ?? "",
      size: version.Size ?? 0,
    }));
    // The answer holds versions and markers apart from each other.
    found.sort(
      (a, b) =>
        Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
        Number(b.latest) - Number(a.latest) ||
        b.modified_ms - a.modified_ms,
    );
    for (const version of found) {
      age = version.key === last_key ? age + 1 : 0;
      last_key = version.key;
      yield { ...version, age };
    }
    if (page.IsTruncated !== true) return;
    markers = {
      KeyMarker: decodeURIComponent((page.NextKeyMarker ?? "").replaceAll("+", "%20")),
      ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
}

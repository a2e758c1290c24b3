import { CopyObjectCommand } from "@aws-sdk/client-s3";
import type { Clock, Random } from "../../../base/index.ts";
import type { S3StoreConfig } from "../port.ts";
import { s3Error } from "./errors.ts";
import { quickly, type Wire } from "./requests.ts";
import { openWire } from "./store.ts";
import { head, removeVersion, type VersionPage, versionPage, versionsOf } from "./versions.ts";

/** One object that somebody else's writes cover. */
export interface Covered {
  readonly key: string;
  /** Delete markers, and versions that stand above the locked one. */
  readonly above: number;
  /**
   * `removed`: what stood above is gone. `copied`: it is locked itself, so the locked object was written on top again.
   */
  readonly outcome: "found" | "removed" | "copied";
}

export interface UncoverOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Only tell. */
  readonly dry_run: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Brings locked objects back to light that were covered by newer versions or delete markers. No put of this store
 * replaces a locked object, so whatever stands above one was written by somebody else: the oldest version under a lock
 * or a legal hold is the object. Goes through the listing page by page and asks further only about keys with more than
 * one version or with a marker. Markers over objects without a lock are taken away as well.
 * @throws STORE_…
 */
export async function* uncover(config: S3StoreConfig, options: UncoverOptions): AsyncGenerator<Covered> {
  const wire = await openWire({ config, clock: options.clock, random: options.random });
  const doing = "looking for covered objects";
  try {
    let done: string | undefined;
    let from: VersionPage["next"];
    do {
      options.signal?.throwIfAborted();
      const page = await versionPage(wire, "", from, doing);
      const seen = new Set<string>();
      const suspects = new Set(page.markers.map(({ key }) => key));
      for (const { key } of page.versions) {
        if (seen.has(key)) suspects.add(key);
        seen.add(key);
      }
      // A key whose versions are cut in two by the end of the page.
      if (page.next !== undefined) suspects.add(page.next.key);
      for (const key of [...suspects].sort()) {
        if (key === done) continue;
        done = key;
        const found = await uncoverKey(wire, key, options.dry_run);
        if (found !== undefined) yield found;
      }
      from = page.next;
    } while (from !== undefined);
  } catch (error) {
    throw options.signal?.aborted ? error : s3Error(error, doing, wire.description);
  } finally {
    wire.client.destroy();
  }
}

async function uncoverKey(wire: Wire, key: string, dry_run: boolean): Promise<Covered | undefined> {
  const doing = `uncovering ${key}`;
  const { versions, markers } = await versionsOf(wire, key, doing);
  const heads = await Promise.all(versions.map(({ version_id }) => head(wire, key, version_id)));
  const held = (at: number) => {
    const found = heads[at];
    return found?.legal_hold === true || (found?.lock?.retain_until_ms ?? 0) > (found?.now_ms ?? 0);
  };
  let own = versions.length - 1;
  while (own >= 0 && !held(own)) own--;
  // Without a lock nothing tells which version is ours; only what a marker hides is known to be meant to stay.
  const above = own < 0 ? [] : versions.slice(0, own);
  if (versions.length === 0 || above.length + markers.length === 0) return undefined;
  const [newest, original] = [versions[0], versions[own]];
  const same = newest?.etag === original?.etag && newest?.size_bytes === original?.size_bytes;
  if (own > 0 && markers.length === 0 && same) return undefined; // copied on top by an earlier run
  const count = above.length + markers.length;
  if (dry_run) return { key, above: count, outcome: "found" };
  for (const { version_id } of markers) await removeVersion(wire, key, version_id);
  let outcome: Covered["outcome"] = "removed";
  for (const [at, { version_id }] of above.entries()) {
    if (held(at)) outcome = "copied";
    else await removeVersion(wire, key, version_id);
  }
  if (outcome === "copied") await copyOnTop(wire, key, versions[own]?.version_id ?? "", heads[own]?.lock);
  return { key, above: count, outcome };
}

/** The same bytes as a new version, under the same lock. */
async function copyOnTop(
  wire: Wire,
  key: string,
  version_id: string,
  lock: { readonly mode: "GOVERNANCE" | "COMPLIANCE"; readonly retain_until_ms: number } | undefined,
): Promise<void> {
  const command = new CopyObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    CopySource: `${wire.bucket}/${wire.prefix}${key}?versionId=${encodeURIComponent(version_id)}`,
    MetadataDirective: "COPY",
    ...(lock === undefined
      ? {}
      : { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: new Date(lock.retain_until_ms) }),
  });
  await quickly(wire, `uncovering ${key}`, (abortSignal) => wire.client.send(command, { abortSignal }));
}

import { createHash } from "node:crypto";
import type { ListedVersion } from "./listing.ts";

/** A key with its versions in two buckets, newest first. */
export interface KeyPair {
  readonly key: string;
  readonly source: readonly ListedVersion[];
  readonly target: readonly ListedVersion[];
}

interface KeyGroup {
  readonly key: string;
  readonly versions: readonly ListedVersion[];
}

/** The versions of each key together. */
export async function* byKey(listing: AsyncIterable<ListedVersion>): AsyncGenerator<KeyGroup> {
  let versions: ListedVersion[] = [];
  for await (const version of listing) {
    const first = versions[0];
    if (first !== undefined && first.key !== version.key) {
      yield { key: first.key, versions };
      versions = [];
    }
    versions.push(version);
  }
  const [first] = versions;
  if (first !== undefined) yield { key: first.key, versions };
}

/** Both listings side by side: each key that is in one of them, once. They come in the order of the keys' bytes. */
export async function* pairs(
  source: AsyncIterable<ListedVersion>,
  target: AsyncIterable<ListedVersion>,
): AsyncGenerator<KeyPair> {
  const [left, right] = [byKey(source), byKey(target)];
  try {
    let [a, b] = await Promise.all([left.next(), right.next()]);
    while (a.done !== true || b.done !== true) {
      const order = a.done === true ? 1 : b.done === true ? -1 : byBytes(a.value.key, b.value.key);
      const mine = order <= 0 ? (a.value as KeyGroup) : undefined;
      const theirs = order >= 0 ? (b.value as KeyGroup) : undefined;
      yield {
        key: (mine ?? theirs)?.key as string,
        source: mine?.versions ?? [],
        target: theirs?.versions ?? [],
      };
      [a, b] = await Promise.all([mine === undefined ? a : left.next(), theirs === undefined ? b : right.next()]);
    }
  } finally {
    await Promise.allSettled([left.return(undefined), right.return(undefined)]);
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * How two services' clocks, and those of one service's hosts, may differ: a request that is signed with more than 15
 * minutes of difference is refused by S3 itself.
 */
export const CLOCKS_MS = 20 * 60_000;

/**
 * What can be told of a key from the two listings. `look`: only the target's own record of what it was made from tells.
 * @param since_ms changes up to then were seen to be there already; `null`: nobody has ever looked
 */
export function verdict(
  { source, target }: KeyPair,
  since_ms: number | null,
  deletes: "replicate" | "keep",
): "same" | "behind" | "look" {
  const [from, to] = [source[0], target[0]];
  const shown = to !== undefined && !to.marker;
  if (from === undefined) return shown && deletes === "replicate" ? "look" : "same";
  if (from.marker && deletes === "keep") return verdictOfKept(source, target, since_ms);
  if (to === undefined) return from.marker && source.every(({ marker }) => marker) ? "same" : "behind";
  if (from.marker !== to.marker) return "behind";
  if (!from.marker && (from.size !== to.size || (comparable(from.etag, to.etag) && from.etag !== to.etag)))
    return "behind";
  // Of many parts: the same bytes have another ETag where the parts are others.
  if (!from.marker && from.etag !== to.etag) return since_ms === null || recent(from, since_ms) ? "look" : "same";
  return since_ms === null || recent(from, since_ms) ? "look" : "same";
}

/** The key is deleted in the source, which is not to be followed: its last content counts. */
function verdictOfKept(
  source: readonly ListedVersion[],
  target: readonly ListedVersion[],
  since_ms: number | null,
): "same" | "behind" | "look" {
  const last = source.find(({ marker }) => !marker);
  if (last === undefined) return "same";
  if (target.length === 0) return "behind";
  return since_ms === null || recent(source[0] as ListedVersion, since_ms) ? "look" : "same";
}

function recent({ modified_ms }: ListedVersion, since_ms: number): boolean {
  return modified_ms >= since_ms - CLOCKS_MS;
}

function comparable(a: string, b: string): boolean {
  return !a.includes("-") && !b.includes("-");
}

/** What a replica is made from; what the service says of it in a listing. */
export interface Mark {
  /** Of the bucket: {@link placeId}. */
  readonly place: string;
  readonly version_id: string;
  readonly modified_ms: number;
  readonly etag: string;
}

/** Name of the user metadata that holds a replica's mark. */
export const MARK = "holdfast-replica-of";

export function writeMark({ place, version_id, modified_ms, etag }: Mark): string {
  return `${place} ${modified_ms} ${version_id} ${etag.replaceAll('"', "")}`;
}

/** Tells buckets of the same name in different services apart. */
export function placeId({ bucket, endpoint }: { readonly bucket: string; readonly endpoint?: string | undefined }) {
  const service = endpoint === undefined ? "aws" : new URL(endpoint).host;
  return createHash("sha256").update(`${service}/${bucket}`).digest("hex").slice(0, 12);
}

/** `undefined`: not one of ours. */
export function readMark(metadata: Readonly<Record<string, string>> | undefined): Mark | undefined {
  const found = /^([0-9a-f]{12}) (\d+) (\S+) (\S*)$/.exec(metadata?.[MARK] ?? "");
  if (found === null) return undefined;
  const [, place, modified, version_id, etag] = found as unknown as readonly string[];
  return {
    place: place as string,
    modified_ms: Number(modified),
    version_id: version_id as string,
    etag: `"${etag}"`,
  };
}

export interface Step {
  readonly version: ListedVersion;
  readonly action: "put" | "delete";
}

/**
 * What brings a key's replica up to date, in this order, and whether somebody else wrote to it.
 * @param marked of the target's versions the newest that we made: where it stands among them, and from what
 */
export function stepsOf(
  { source, target }: KeyPair,
  marked: { readonly at: number; readonly mark: Mark } | undefined,
  deletes: "replicate" | "keep",
): { readonly steps: readonly Step[]; readonly conflict: boolean } {
  const from = source[0];
  const beyond = target.slice(0, marked?.at ?? target.length);
  const conflict = beyond.some(({ marker }) => !marker);
  if (from === undefined) {
    // Every version of the key is gone from the source: the replica keeps its versions below a marker.
    const gone = marked !== undefined && target[0]?.marker === false && deletes === "replicate";
    return { steps: gone ? [{ version: target[0] as ListedVersion, action: "delete" }] : [], conflict };
  }
  const newer = newerThan(source, marked?.mark);
  // Markers that stand above our newest version are those we made of the first markers that follow it.
  let markers = beyond.filter(({ marker }) => marker).length;
  while (marked !== undefined && markers > 0 && newer.at(-1)?.marker === true) {
    newer.pop();
    markers--;
  }
  const steps: Step[] = [];
  for (const version of newer.reverse()) {
    if (!version.marker) steps.push({ version, action: "put" });
    // There is nothing to delete in a bucket that never had the key.
    else if (deletes === "replicate" && (steps.length > 0 || target.length > 0))
      steps.push({ version, action: "delete" });
  }
  if (steps.length > 0) return { steps, conflict };
  const last = from.marker && deletes === "keep" ? source.find(({ marker }) => !marker) : from;
  const to = target[0];
  if (last === undefined || to === undefined) return { steps, conflict };
  // Somebody wrote, or deleted, in the target: what the source shows is shown again.
  if (!last.marker && (to.marker || conflict)) steps.push({ version: last, action: "put" });
  if (last.marker && !to.marker) steps.push({ version: last, action: "delete" });
  return { steps, conflict };
}

/** Newest first. */
function newerThan(source: readonly ListedVersion[], mark: Mark | undefined): ListedVersion[] {
  if (mark === undefined) return [...source];
  const at = source.findIndex(({ version_id, modified_ms, etag }) => {
    return version_id === mark.version_id && modified_ms === mark.modified_ms && etag === mark.etag;
  });
  // Its version is gone from the source, e.g. by a rule of its life cycle, or was overwritten where none are kept.
  return at < 0 ? source.filter(({ modified_ms }) => modified_ms >= mark.modified_ms) : source.slice(0, at);
}

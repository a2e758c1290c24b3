import { CopyObjectCommand, RestoreObjectCommand } from "@aws-sdk/client-s3";
import { storeError } from "../errors.ts";
import type { S3StoreConfig, StorageTier, Thaw } from "../port.ts";
import { removeOlder } from "./conditional.ts";
import { refusalOf } from "./errors.ts";
import { read } from "./read.ts";
import { quickly, type Wire, within } from "./requests.ts";
import { find, type Head } from "./versions.ts";

const DAY_MS = 86_400_000;
const DEFAULTS: Readonly<Record<StorageTier, string>> = { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER" };
const TIERS = ["hot", "warm", "cold"] as const;

/** How a region's storage classes and the three tiers belong together. */
export type Classes = Readonly<Record<StorageTier, string>>;

export function classesOf(config: Pick<S3StoreConfig, "classes">): Classes {
  return { ...DEFAULTS, ...config.classes };
}

/** `undefined` for hot, and for a class that no tier names: it is read like any other. */
export function tierOf(classes: Classes, storage_class: string | undefined): StorageTier | undefined {
  const found = TIERS.find((tier) => classes[tier] === (storage_class ?? "STANDARD"));
  return found === "hot" ? undefined : found;
}

/**
 * Copies the newest version onto itself in another class and removes the one below, with its metadata and checksum. A
 * version that is locked or held would stay below the copy and cost twice, so it is not moved.
 */
export async function move(wire: Wire, classes: Classes, key: string, tier: StorageTier): Promise<void> {
  const found = await find(wire, key);
  if (found === undefined) throw storeError("STORE_NOT_FOUND", `no object ${key} in ${wire.description}`, { key });
  if ((tierOf(classes, found.storage_class) ?? "hot") === tier) return;
  const locked = found.lock !== undefined && found.lock.retain_until_ms > found.now_ms;
  if (locked || found.legal_hold) {
    const why = found.legal_hold
      ? "it is under a legal hold"
      : `it is locked until ${new Date(found.lock?.retain_until_ms ?? 0).toISOString()}`;
    throw storeError("STORE_LOCKED", `cannot move ${key} to ${classes[tier]}: ${why}`, { key });
  }
  const version = found.version_id === undefined ? "" : `?versionId=${encodeURIComponent(found.version_id)}`;
  const path = `${wire.bucket}/${wire.prefix}${key}`.split("/").map(encodeURIComponent).join("/");
  const command = new CopyObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    CopySource: path + version,
    StorageClass: classes[tier] as "STANDARD",
    MetadataDirective: "COPY",
  });
  const answer = await within(wire, { doing: `moving ${key}`, limit_ms: wire.timeouts.transfer_ms }, (abortSignal) =>
    wire.client.send(command, { abortSignal }),
  );
  await removeOlder(wire, key, answer.VersionId);
}

/** Asks the service to bring a cold object back for a while, or how far that is. */
export async function thaw(wire: Wire, classes: Classes, key: string, keep_ms: number): Promise<Thaw> {
  const found = await find(wire, key);
  if (found === undefined) throw storeError("STORE_NOT_FOUND", `no object ${key} in ${wire.description}`, { key });
  if (tierOf(classes, found.storage_class) !== "cold") return { state: "ready", until_ms: null };
  const before = restored(found);
  if (before !== undefined) return before;
  const command = new RestoreObjectCommand({
    Bucket: wire.bucket,
    Key: wire.prefix + key,
    ...(found.version_id === undefined ? {} : { VersionId: found.version_id }),
    RestoreRequest: { Days: Math.max(1, Math.ceil(keep_ms / DAY_MS)), GlacierJobParameters: { Tier: "Standard" } },
  });
  try {
    await quickly(wire, `thawing ${key}`, (abortSignal) => wire.client.send(command, { abortSignal }));
  } catch (error) {
    const name = refusalOf(error)?.name ?? "";
    if (name === "RestoreAlreadyInProgress") return { state: "thawing", ready_ms: null };
    // Some services call a class GLACIER and read it at once (Ceph's are pools), or refuse to restore what is readable.
    if (await isReadable(wire, key, found)) return { state: "ready", until_ms: null };
    throw error;
  }
  const after = await find(wire, key);
  return (after === undefined ? undefined : restored(after)) ?? { state: "thawing", ready_ms: null };
}

/** What the header `x-amz-restore` says. */
function restored({ restore, now_ms }: Head): Thaw | undefined {
  if (restore === undefined) return undefined;
  if (/ongoing-request="true"/.test(restore)) return { state: "thawing", ready_ms: null };
  const until_ms = Date.parse(/expiry-date="([^"]+)"/.exec(restore)?.[1] ?? "");
  return until_ms > now_ms ? { state: "ready", until_ms } : undefined;
}

async function isReadable(wire: Wire, key: string, { size_bytes }: Head): Promise<boolean> {
  try {
    await read(wire, key, { offset_bytes: 0, length_bytes: Math.min(1, size_bytes) });
    return true;
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return false;
  }
}

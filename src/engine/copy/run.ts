import { errorCatalogue, hasCode } from "../../base/index.ts";
import type { IndexedPack } from "../index/index.ts";
import { FRAME_HEADER_BYTES, packKey, readPackTail, verifyPackBytes } from "../pack/index.ts";
import { Meter } from "../pipeline/index.ts";
import { beginLease, decodeJsonObject, type Repository } from "../repository/index.ts";
import type { ObjectStore } from "../store/index.ts";
import type { CopyPlan, CopyReport, CopyRequest, CopyRunOptions } from "./types.ts";

const copyError = errorCatalogue({
  COPY_TARGET_OTHER: {
    fault: "user",
    retry: "never",
    guidance: "Give the copy a place of its own: this one belongs to another repository.",
    http: 409,
  },
  COPY_CANCELED: {
    fault: "user",
    retry: "never",
    guidance: "Run the copy again; what arrived is not sent twice.",
    status_reason: "Cancelled",
  },
});

const PACKS_AT_ONCE = 3;
const CONFIG_KEY = "config";

interface PreparedCopy extends CopyPlan {
  readonly missing: readonly string[];
}

/** Finds out what the other region lacks. @throws BACKUP_NOT_FOUND, COPY_TARGET_OTHER, STORE_* */
export async function planCopy(request: CopyRequest): Promise<CopyPlan> {
  return prepare(request);
}

async function prepare(request: CopyRequest): Promise<PreparedCopy> {
  const { source, backup_id, target_store } = request;
  const manifest = await source.readManifest(backup_id);
  await refuseOther(source, target_store);
  const missing: string[] = [];
  let bytes_missing = 0;
  for (const id of manifest.packs) {
    if ((await target_store.stat(packKey(id))) !== undefined) continue;
    missing.push(id);
    bytes_missing += (await source.store.stat(packKey(id)))?.size_bytes ?? 0;
  }
  const complete = missing.length === 0 && (await target_store.stat(`manifests/${backup_id}`)) !== undefined;
  return {
    request,
    packs_total: manifest.packs.length,
    packs_missing: missing.length,
    bytes_missing,
    complete,
    missing,
  };
}

async function refuseOther(source: Repository, target: ObjectStore): Promise<void> {
  const bytes = await getIfThere(target, CONFIG_KEY);
  if (bytes === undefined) return;
  const found = decodeJsonObject(CONFIG_KEY, bytes)["repository_id"];
  if (found === source.id) return;
  throw copyError("COPY_TARGET_OTHER", `${target.description} holds repository ${String(found)}, not ${source.id}`, {
    target: target.description,
  });
}

async function getIfThere(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  try {
    return await store.get(key);
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** Two writers may copy the same object at once; objects never change, so whoever came second has nothing to do. */
async function putOnce(store: ObjectStore, key: string, bytes: Buffer): Promise<boolean> {
  try {
    await store.put(key, bytes, { if_absent: true });
    return true;
  } catch (error) {
    if (hasCode(error, "STORE_ALREADY_EXISTS")) return false;
    throw error;
  }
}

/**
 * Makes the other region hold this backup too: packs byte for byte as they are (ciphertext, each proved by its checksum
 * on the way), then an index segment, the manifest last. What is there already is not sent again.
 * @throws PACK_DAMAGED when the source's own object is not whole, COPY_CANCELED, STORE_*
 */
export async function runCopy(plan: CopyPlan, options: CopyRunOptions = {}): Promise<CopyReport> {
  const { source, backup_id, target_store, clock, random } = plan.request;
  const { signal } = options;
  const { missing, complete } = "missing" in plan ? (plan as PreparedCopy) : await prepare(plan.request);
  const began_ms = clock.monotonic_ms();
  const meter = new Meter(clock, options.onProgress);
  const report = { backup_id, objects_copied: 0, bytes_copied: 0 };
  if (complete) return { ...report, duration_ms: 0 };
  const lease = await beginLease(target_store, "copy", clock, random);
  try {
    meter.begin("copy", plan.packs_missing, plan.bytes_missing);
    await copyKeys(source.store, target_store, report);
    const replica = source.replicaIn(target_store);
    const loaded = await replica.loadIndex({
      new_chunks: 0,
      new_frames: 0,
      new_packs: 0,
      ...(signal ? { signal } : {}),
    });
    const unnamed: IndexedPack[] = [...loaded.adopted];
    const waiting = [...missing];
    const copyOne = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        signal?.throwIfAborted();
        const pack_id = Buffer.from(id, "hex");
        const bytes = await source.store.get(packKey(id));
        verifyPackBytes(pack_id, bytes);
        await putOnce(target_store, packKey(id), bytes);
        report.objects_copied++;
        report.bytes_copied += bytes.length;
        meter.add(1, bytes.length);
      }
    };
    await Promise.all(Array.from({ length: PACKS_AT_ONCE }, copyOne));
    const manifest_bytes = await source.store.get(`manifests/${backup_id}`);
    const manifest = source.openManifest(backup_id, manifest_bytes);
    const named = new Set(loaded.packs.keys());
    for (const id of manifest.packs) {
      if (named.has(id)) continue;
      const size_bytes = (await target_store.stat(packKey(id)))?.size_bytes ?? FRAME_HEADER_BYTES;
      const tail = await readPackTail(target_store, source.epoch_keys, Buffer.from(id, "hex"), size_bytes);
      unnamed.push({
        pack_id: tail.header.pack_id,
        kind: tail.header.kind,
        epoch: tail.header.epoch,
        size_bytes,
        directory: tail.directory,
      });
    }
    await replica.writeSegment(unnamed);
    signal?.throwIfAborted();
    await putOnce(target_store, `manifests/${backup_id}`, manifest_bytes);
    report.objects_copied++;
    report.bytes_copied += manifest_bytes.length;
    // The copy exists; a lease that cannot be removed now is found stale by the next writer.
    for (const stale of loaded.stale_leases) await target_store.delete(stale).catch(() => undefined);
    await lease.end().catch(() => undefined);
    meter.end();
    return { ...report, duration_ms: Math.round(clock.monotonic_ms() - began_ms) };
  } catch (error) {
    // What arrived stays useful: the next writer finds and names it. A lease that cannot be marked grows stale.
    await lease.abandon().catch(() => undefined);
    if (signal?.aborted === true)
      throw copyError("COPY_CANCELED", "the copy was called off before it was complete", {}, error);
    throw error;
  }
}

/** Keys before the config: the replica is a repository from the moment it has one. */
async function copyKeys(
  source: ObjectStore,
  target: ObjectStore,
  report: { objects_copied: number; bytes_copied: number },
): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of source.list("keys/")) keys.push(key);
  for (const key of [...keys, CONFIG_KEY]) {
    if ((await target.stat(key)) !== undefined) continue;
    const bytes = await source.get(key);
    decodeJsonObject(key, bytes); // refuses to spread a damaged one
    if (!(await putOnce(target, key, bytes))) continue;
    report.objects_copied++;
    report.bytes_copied += bytes.length;
  }
}

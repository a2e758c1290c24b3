import { errorCatalogue, hasCode } from "../../base/index.ts";
import type { IndexedPack } from "../index/index.ts";
import { FRAME_HEADER_BYTES, packKey, readPackTail, verifyPackBytes } from "../pack/index.ts";
import { Meter } from "../pipeline/index.ts";
import {
  decodeJsonObject,
  type PackRewriter,
  type Repository,
  retireLeases,
  type SweepState,
} from "../repository/index.ts";
import type { ObjectStore } from "../store/index.ts";
import type { CopyPlan, CopyReport, CopyRequest, CopyRunOptions } from "./types.ts";

const copyError = errorCatalogue({
  COPY_TARGET_OTHER: {
    fault: "user",
    retry: "never",
    guidance: "Give the copy a place of its own: this one belongs to another repository.",
    http: 409,
  },
  COPY_TARGET_DELETED: {
    fault: "user",
    retry: "never",
    guidance: "The backup was deleted in the target. Bring it back there (undelete) while that is possible.",
    http: 409,
  },
  COPY_TARGET_SWEEPING: {
    fault: "operational",
    retry: "later",
    guidance: "A sweep of the target is removing the same backup just now. Run the copy again when it has ended.",
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
  /** Packs the backup needs in the target. */
  readonly needed: readonly string[];
  readonly missing: readonly string[];
  /** Those of them whose names the target's sweeps do not want to see again: they go under new ones. */
  readonly taboo: ReadonlySet<string>;
  /** Which sweep of the target was in force. */
  readonly sweep_seq: number;
}

/** Finds out what the other region lacks. @throws BACKUP_NOT_FOUND, COPY_TARGET_OTHER, STORE_* */
export async function planCopy(request: CopyRequest): Promise<CopyPlan> {
  return prepare(request);
}

async function prepare(request: CopyRequest): Promise<PreparedCopy> {
  const { source, backup_id, target_store } = request;
  const manifest = await source.readManifest(backup_id);
  await refuseOther(source, target_store);
  const replica = source.replicaIn(target_store);
  const state = await replica.sweepState();
  const there = (await target_store.stat(`manifests/${backup_id}`)) !== undefined;
  if (!there) await refuseDeleted(replica, backup_id, state);
  const needed = there ? (await replica.readManifest(backup_id, state)).packs : manifest.packs;
  const missing: string[] = [];
  const taboo = new Set<string>();
  let bytes_missing = 0;
  for (const id of needed) {
    // What a backup of the target needs already is safe from its sweeps.
    if (!there && isTaboo(id, state)) taboo.add(id);
    else if ((await target_store.stat(packKey(id))) !== undefined) continue;
    missing.push(id);
    bytes_missing += (await source.store.stat(packKey(id)))?.size_bytes ?? 0;
  }
  return {
    request,
    packs_total: needed.length,
    packs_missing: missing.length,
    bytes_missing,
    complete: missing.length === 0 && there,
    needed,
    missing,
    taboo,
    sweep_seq: state.seq,
  };
}

/** A name that was deleted must not come back while a sweep may still be about to delete it. */
async function refuseDeleted(replica: Repository, backup_id: string, state: SweepState): Promise<void> {
  const where = `${backup_id} in ${replica.description}`;
  if (state.condemned_backups.has(backup_id) || state.deleted.has(backup_id))
    throw copyError("COPY_TARGET_SWEEPING", `a sweep is removing ${where}`, { backup_id });
  if ((await replica.readForgotten()).has(backup_id))
    throw copyError("COPY_TARGET_DELETED", `${where} was deleted`, { backup_id });
}

/**
 * Is a pack of this name being deleted, or may a sweep that sleeps still delete it, or does a move lead away from it?
 */
function isTaboo(id: string, { condemned_packs, deleted, moves }: SweepState): boolean {
  return condemned_packs.has(id) || deleted.has(id) || moves.has(id);
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
  const { source, backup_id, target_store, clock } = plan.request;
  const { signal } = options;
  let prepared = "missing" in plan ? (plan as PreparedCopy) : await prepare(plan.request);
  const began_ms = clock.monotonic_ms();
  const meter = new Meter(clock, options.onProgress);
  const report = { backup_id, objects_copied: 0, bytes_copied: 0 };
  if (prepared.complete) return { ...report, duration_ms: 0 };
  const replica = source.replicaIn(target_store);
  const lease = await replica.beginLease("copy");
  try {
    // A sweep of the target that this plan did not know would not know of this copy either.
    if ((await replica.sweepState()).seq !== prepared.sweep_seq) prepared = await prepare(plan.request);
    const { needed, missing, taboo } = prepared;
    meter.begin("copy", plan.packs_missing, plan.bytes_missing);
    await copyKeys(plan.request, report);
    const loaded = await replica.loadIndex({
      new_chunks: 0,
      new_frames: 0,
      new_packs: 0,
      ...(signal ? { signal } : {}),
    });
    const unnamed: IndexedPack[] = [...loaded.adopted];
    const renamed = await copyUnderNewNames(source, target_store, [...taboo], unnamed, options);
    const waiting = missing.filter((id) => !taboo.has(id));
    const copyOne = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        signal?.throwIfAborted();
        const pack_id = Buffer.from(id, "hex");
        const bytes = await source.store.get(packKey(id));
        verifyPackBytes(pack_id, bytes);
        await options.pace?.(bytes.length);
        await putOnce(target_store, packKey(id), bytes);
        report.objects_copied++;
        report.bytes_copied += bytes.length;
        meter.add(1, bytes.length);
      }
    };
    await Promise.all(Array.from({ length: PACKS_AT_ONCE }, copyOne));
    const named = new Set(loaded.packs.keys());
    for (const id of needed) {
      if (named.has(id) || taboo.has(id)) continue;
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
    const manifest_bytes = await manifestFor(prepared, renamed);
    await lease.commit({ state: "manifest", backup_id, manifest: manifest_bytes });
    report.objects_copied++;
    report.bytes_copied += manifest_bytes.length;
    // The copy exists; a lease that cannot be removed now is found stale by the next writer.
    await retireLeases(target_store, loaded.stale_leases).catch(() => undefined);
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

/** The manifest as it is, unless its packs have other names in the target. */
async function manifestFor({ request, needed, taboo }: PreparedCopy, renamed: readonly string[]): Promise<Buffer> {
  const { source, backup_id } = request;
  const bytes = await source.store.get(`manifests/${backup_id}`);
  const { packs } = source.openManifest(backup_id, bytes);
  const now = [...needed.filter((id) => !taboo.has(id)), ...renamed].sort();
  return now.join() === packs.join() ? bytes : source.encodeManifestWith(bytes, backup_id, now);
}

/** @returns the ids of the new packs, durable in the target, that hold all chunks of these */
async function copyUnderNewNames(
  source: Repository,
  target: ObjectStore,
  ids: readonly string[],
  unnamed: IndexedPack[],
  { signal, pace }: CopyRunOptions,
): Promise<string[]> {
  const rewriters = new Map<number, PackRewriter>();
  for (const id of ids) {
    const size_bytes = (await source.store.stat(packKey(id)))?.size_bytes ?? FRAME_HEADER_BYTES;
    const { header } = await readPackTail(source.store, source.epoch_keys, Buffer.from(id, "hex"), size_bytes);
    const rewriter = rewriters.get(header.kind) ?? source.rewriter(header.kind, target, signal);
    rewriters.set(header.kind, rewriter);
    await pace?.(size_bytes);
    await rewriter.take(source.store, id, () => true);
  }
  for (const rewriter of rewriters.values()) await rewriter.finish();
  const made = [...rewriters.values()].flatMap(({ packs }) => packs);
  unnamed.push(...made);
  return made.map(({ pack_id }) => pack_id.toString("hex"));
}

/** Keys before the config: the replica is a repository from the moment it has one. */
async function copyKeys(
  { source, target_store, target_cmk }: CopyRequest,
  report: { objects_copied: number; bytes_copied: number },
): Promise<void> {
  const { objects, bytes } = await source.carryKeys(target_store, target_cmk);
  report.objects_copied += objects;
  report.bytes_copied += bytes;
  if ((await target_store.stat(CONFIG_KEY)) !== undefined) return;
  const config = await source.store.get(CONFIG_KEY);
  decodeJsonObject(CONFIG_KEY, config); // refuses to spread a damaged one
  if (!(await putOnce(target_store, CONFIG_KEY, config))) return;
  report.objects_copied++;
  report.bytes_copied += config.length;
}

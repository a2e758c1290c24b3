import { HoldfastError, hasCode } from "../../base/index.ts";
import { defaultThreads, Meter } from "../pipeline/index.ts";
import type { LoadedIndex, Manifest, Repository } from "../repository/index.ts";
import { checkKeyObjects, checkStructure, DamageBook, packObject } from "./structure.ts";
import type { CheckWorkerStart, PackResult, PackTask } from "./task.ts";
import type { CheckOptions, CheckReport, PacksReport, VerdictCause, VerificationReport } from "./types.ts";
import { checkThreads } from "./threads.ts";

const NO_ROOM = { new_chunks: 0, new_frames: 0, new_packs: 0 } as const;

interface ReadResult {
  objects: number;
  bytes: number;
  chunks: number;
  /** The store holds authentic data that is not what the writer hashed: its memory failed it. */
  source_corruption: boolean;
  readonly bad_frames: Set<number>;
  readonly bad_packs: Map<number, string>;
}

/** Presence and size of the packs against the index; cheap, without reading them. */
async function checkPresence(
  repository: Repository,
  loaded: LoadedIndex,
  packs: ReadonlySet<number>,
): Promise<Map<number, string>> {
  const missing = new Map<number, string>();
  const sizes = new Map<string, number>();
  for await (const { key, size_bytes } of repository.store.list("packs/"))
    sizes.set(key.slice(key.lastIndexOf("/") + 1), size_bytes);
  for (const [id, number] of loaded.packs) {
    if (!packs.has(number)) continue;
    const [found, expected] = [sizes.get(id), loaded.pack_sizes[number]];
    if (found === undefined) missing.set(number, `${packObject(loaded, number)} is not in the store`);
    else if (found !== expected)
      missing.set(number, `${packObject(loaded, number)} has ${found} bytes, not ${expected}`);
  }
  return missing;
}

/** Reads packs whole in all threads. */
async function readPacks(
  o: CheckOptions,
  loaded: LoadedIndex,
  packs: ReadonlySet<number>,
  damage: DamageBook,
  hurts: (pack: number) => readonly string[],
  meter: Meter,
): Promise<ReadResult> {
  const { repository, signal } = o;
  const result: ReadResult = {
    objects: 0,
    bytes: 0,
    chunks: 0,
    source_corruption: false,
    bad_frames: new Set(),
    bad_packs: new Map(),
  };
  const frames = new Map<number, number[]>([...packs].map((pack) => [pack, []]));
  for (let frame = 0; frame < loaded.index.frames; frame++) frames.get(loaded.index.frame(frame).pack)?.push(frame);
  const data: CheckWorkerStart = { secrets: repository.secrets, index: loaded.index.memory };
  const pool = checkThreads.take(o.threads ?? defaultThreads());
  const running = new Set<Promise<void>>();
  let failure: unknown;
  try {
    await pool.start(data);
    for (const [pack, numbers] of frames) {
      if (failure !== undefined) break;
      signal?.throwIfAborted();
      await pool.available();
      const one: Promise<void> = pool
        .run<PackResult>({ pack, frames: Int32Array.from(numbers) } satisfies PackTask)
        .then((read) => {
          result.objects++;
          result.bytes += read.bytes;
          result.chunks += read.chunks;
          meter.add(1, read.bytes);
          for (const frame of read.bad_frames) result.bad_frames.add(frame);
          for (const { object, code, message } of read.faults) {
            damage.add(object, code, message, hurts(pack));
            if (code === "CHUNK_MISMATCH") result.source_corruption = true;
            if (code === "PACK_MISSING") result.bad_packs.set(pack, message);
          }
        })
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => running.delete(one));
      running.add(one);
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
    await checkThreads.giveBack(pool);
    return result;
  } catch (error) {
    await pool.close();
    throw error;
  }
}

function noteLoading(loaded: LoadedIndex, damage: DamageBook): void {
  for (const error of loaded.damaged) {
    const of_index = error.code === "INDEX_DAMAGED" || String(error.context["object"]).startsWith("index/");
    const note = of_index ? "; nothing is lost by it, the index is rebuilt from the packs" : "";
    damage.addError(new HoldfastError(error.code, error.spec, `${error.message}${note}`, error.context), "index/");
  }
}

/** A backup's packs are all named before it exists: one that no segment names tells of a segment that is gone. */
function noteLostSegment(loaded: LoadedIndex, of_backups: ReadonlySet<string>, damage: DamageBook): void {
  if (loaded.damaged.length > 0) return; // then it is a damaged segment, told already, that named it
  const unnamed = loaded.adopted.filter(({ pack_id }) => of_backups.has(pack_id.toString("hex"))).length;
  if (unnamed === 0) return;
  const message = `an index segment is gone: ${unnamed} packs of backups are named nowhere; nothing is lost by it, the next backup names them again`;
  damage.add("index/", "INDEX_DAMAGED", message);
}

/**
 * Proves one backup: its signature, its listing, and with `read_data` every byte it needs.
 * @throws BACKUP_NOT_FOUND; STORE_* and KEY_* when nothing can be said about the backup
 */
export async function verifyBackup(o: CheckOptions & { readonly backup_id: string }): Promise<VerificationReport> {
  const { repository, backup_id, signal } = o;
  const began_ms = repository.clock.monotonic_ms();
  const damage = new DamageBook();
  const meter = new Meter(repository.clock, o.onProgress);
  const counts = { objects_read: 0, bytes_read: 0, chunks_checked: 0, files_checked: 0 };
  const report = (verdict: VerificationReport["verdict"], cause: VerdictCause | null): VerificationReport => {
    meter.end();
    return {
      backup_id,
      verdict,
      cause,
      damaged: damage.list(),
      ...counts,
      duration_ms: Math.round(repository.clock.monotonic_ms() - began_ms),
    };
  };
  counts.objects_read += await checkKeyObjects(repository, damage, [backup_id]);
  let manifest: Manifest;
  try {
    manifest = await repository.readManifest(backup_id);
    counts.objects_read++;
  } catch (error) {
    if (!hasCode(error, "MANIFEST_DAMAGED")) throw error;
    damage.addError(error, `manifests/${backup_id}`, [backup_id]);
    return report("invalid", "StorageBackend");
  }
  const loaded = await repository.loadIndex({
    ...NO_ROOM,
    wanted: manifest.packs,
    only_wanted: true,
    ...(signal ? { signal } : {}),
  });
  noteLoading(loaded, damage);
  noteLostSegment(loaded, new Set(manifest.packs), damage);
  const packs = new Set<number>();
  for (const id of manifest.packs) {
    const number = loaded.packs.get(id);
    if (number === undefined)
      damage.add(
        `packs/${id.slice(0, 2)}/${id}`,
        "PACK_MISSING",
        `packs/${id.slice(0, 2)}/${id} is gone or cannot be read`,
        [backup_id],
      );
    else packs.add(number);
  }
  const missing = await checkPresence(repository, loaded, packs);
  for (const [pack, message] of missing) damage.add(packObject(loaded, pack), "PACK_MISSING", message, [backup_id]);
  let bad_frames = new Set<number>();
  let source_corruption = false;
  if (o.read_data) {
    meter.begin(
      "read and verify",
      packs.size,
      [...packs].reduce((sum, pack) => sum + (loaded.pack_sizes[pack] ?? 0), 0),
    );
    const read = await readPacks(o, loaded, packs, damage, () => [backup_id], meter);
    counts.objects_read += read.objects;
    counts.bytes_read += read.bytes;
    counts.chunks_checked += read.chunks;
    bad_frames = read.bad_frames;
    source_corruption = read.source_corruption;
  }
  const structure = await checkStructure(repository, loaded, manifest, damage, bad_frames, missing, undefined, signal);
  counts.files_checked = structure.files;
  if (damage.size === 0) return report("valid", null);
  const nothing_left = structure.root_lost || (structure.files > 0 && structure.files_hurt >= structure.files);
  return report(nothing_left ? "invalid" : "partial", source_corruption ? "SourceCorruption" : "StorageBackend");
}

/** Checks a whole repository: every object it has. @throws STORE_*, KEY_* */
export async function checkRepository(o: CheckOptions): Promise<CheckReport> {
  const { repository, signal } = o;
  const began_ms = repository.clock.monotonic_ms();
  const damage = new DamageBook();
  const meter = new Meter(repository.clock, o.onProgress);
  const ids = await repository.listBackupIds();
  let objects_read = await checkKeyObjects(repository, damage, ids);
  const manifests: Manifest[] = [];
  const state = await repository.sweepState();
  for (const id of ids) {
    signal?.throwIfAborted();
    try {
      const manifest = await repository.findManifest(id, state);
      if (manifest !== undefined) manifests.push(manifest);
    } catch (error) {
      if (!hasCode(error, "MANIFEST_DAMAGED")) throw error;
      damage.addError(error, `manifests/${id}`, [id]);
    }
    objects_read++;
  }
  const users = new Map<string, string[]>();
  for (const manifest of manifests) {
    for (const id of manifest.packs) {
      const list = users.get(id);
      if (list === undefined) users.set(id, [manifest.backup_id]);
      else list.push(manifest.backup_id);
    }
  }
  const loaded = await repository.loadIndex({
    ...NO_ROOM,
    all_packs: true,
    wanted: [...users.keys()],
    ...(signal ? { signal } : {}),
  });
  noteLoading(loaded, damage);
  for (const [id, backup_ids] of users) {
    if (loaded.packs.has(id)) continue;
    const object = `packs/${id.slice(0, 2)}/${id}`;
    damage.add(object, "PACK_MISSING", `${object} is gone or cannot be read`, backup_ids);
  }
  noteLostSegment(loaded, new Set(users.keys()), damage);
  const hurts = (pack: number) => users.get(loaded.index.pack(pack).pack_id.toString("hex")) ?? [];
  const packs = new Set(loaded.packs.values());
  const missing = await checkPresence(repository, loaded, packs);
  for (const [pack, message] of missing) {
    if (hurts(pack).length > 0) damage.add(packObject(loaded, pack), "PACK_MISSING", message, hurts(pack));
    // A writer that was fenced off may name packs that a sweep had deleted: the index is wrong then, nothing is lost.
    else packs.delete(pack);
  }
  let read: ReadResult = {
    objects: 0,
    bytes: 0,
    chunks: 0,
    source_corruption: false,
    bad_frames: new Set(),
    bad_packs: missing,
  };
  if (o.read_data) {
    meter.begin(
      "read and verify",
      packs.size,
      loaded.pack_sizes.reduce((sum, size) => sum + size, 0),
    );
    read = await readPacks(o, loaded, packs, damage, hurts, meter);
  }
  const seen = new Set<string>();
  for (const manifest of manifests) {
    await checkStructure(repository, loaded, manifest, damage, read.bad_frames, missing, seen, signal);
  }
  meter.end();
  return {
    backups: ids.length,
    objects_read: objects_read + read.objects,
    bytes_read: read.bytes,
    chunks_checked: read.chunks,
    damaged: damage.list(),
    orphan_packs: loaded.adopted.map(({ pack_id }) => pack_id.toString("hex")).filter((id) => !users.has(id)),
    stale_leases: loaded.stale_leases.map(({ key }) => key),
    duration_ms: Math.round(repository.clock.monotonic_ms() - began_ms),
  };
}

/**
 * Reads these packs whole, whichever backups need them. One that the index does not name (swept meanwhile, or of a
 * writer that is still busy) is passed over. @throws STORE_*, KEY_*
 */
export async function verifyPacks(o: CheckOptions & { readonly pack_ids: readonly string[] }): Promise<PacksReport> {
  const { repository, pack_ids, signal } = o;
  const damage = new DamageBook();
  const meter = new Meter(repository.clock, o.onProgress);
  const wanted = [...pack_ids];
  const loaded = await repository.loadIndex({ ...NO_ROOM, wanted, only_wanted: true, ...(signal ? { signal } : {}) });
  const packs = new Map(
    pack_ids.flatMap((id): [string, number][] => {
      const number = loaded.packs.get(id);
      return number === undefined ? [] : [[id, number]];
    }),
  );
  const numbers = new Set(packs.values());
  meter.begin(
    "read and verify",
    numbers.size,
    [...numbers].reduce((sum, pack) => sum + (loaded.pack_sizes[pack] ?? 0), 0),
  );
  const read = await readPacks(o, loaded, numbers, damage, () => [], meter);
  meter.end();
  const bad = new Set(damage.list().map(({ object }) => object.slice(object.lastIndexOf("/") + 1)));
  return { read: [...packs.keys()], damaged: [...packs.keys()].filter((id) => bad.has(id)), bytes_read: read.bytes };
}

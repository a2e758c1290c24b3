import { lstatSync } from "node:fs";
import { hasCode } from "../../base/index.ts";
import type { IndexedPack } from "../index/index.ts";
import { PACK_METADATA, packKey } from "../pack/index.ts";
import { defaultThreads, Meter, asBuffer } from "../pipeline/index.ts";
import {
  ChunkSink,
  type LoadedIndex,
  type Manifest,
  type Repository,
  retireLeases,
  type SinkCounts,
} from "../repository/index.ts";
import { compileExclude, sourceError } from "../source/files/index.ts";
import { backupError } from "./errors.ts";
import { ScanRun } from "./scan-run.ts";
import type { BackupOptions, BackupReport, BackupSource } from "./types.ts";
import { backupThreads } from "./threads.ts";
import type { WorkerEvent, WorkerStart, WorkerTask } from "./worker.ts";

/** zstd level: 1 is 12 % faster than 2 and stores 7 % more, still less than the rivals (docs/performance.md). */
const LEVEL = 1;
/**
 * Room in shared memory for what one backup adds. Chunks are scattered over theirs, so it starts small and grows;
 * frames and packs fill theirs from the start.
 */
const NEW = { new_chunks: 1 << 16, new_frames: 1 << 22, new_packs: 1 << 18 } as const;
/**
 * A segment is written on the way whenever this much of the index is not in one yet, so that a crash leaves little to
 * adopt.
 */
const SEGMENT_BYTES_MAX = 16 * 1024 * 1024;
const RACY_MS = 2000;
const WRITER = "holdfast 0.1.0";

export interface BackupPlan {
  readonly options: BackupOptions;
  readonly roots: readonly string[];
  readonly parent: Manifest | null;
  /** Expected from the parent; `null` without one. */
  readonly expected_files: number | null;
  readonly expected_bytes: number | null;
}

/** Checks the source and chooses the parent. @throws SOURCE_UNREACHABLE, BACKUP_NO_PATHS */
export async function planBackup(options: BackupOptions): Promise<BackupPlan> {
  const { source, repository } = options;
  if (source.paths.length === 0) throw backupError("BACKUP_NO_PATHS", "a backup needs at least one path");
  const roots = distinctRoots(source.paths.map(cleanPath), source);
  compileExclude(source.exclude ?? []);
  for (const root of roots) {
    try {
      lstatSync(root);
    } catch (cause) {
      throw sourceError(
        "SOURCE_UNREACHABLE",
        `${root} cannot be read: ${(cause as Error).message}`,
        { path: root },
        cause,
      );
    }
  }
  const parent =
    options.parent_backup_id === null ? null : await findParent(repository, roots, options.parent_backup_id);
  return {
    options,
    roots,
    parent,
    expected_files: parent === null ? null : parent.stats.files,
    expected_bytes: parent === null ? null : parent.stats.source_bytes,
  };
}

function cleanPath(path: string): string {
  if (!path.startsWith("/")) throw backupError("BACKUP_NO_PATHS", `${path} is no absolute path`, { path });
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw backupError("BACKUP_NO_PATHS", `${path} goes up with ..`, { path });
  return `/${parts.join("/")}`;
}

/**
 * A root below another is part of it already, unless a mount or an exclude stands between them: listed twice, it would
 * be restored twice into one place.
 */
function distinctRoots(paths: readonly string[], { exclude, one_file_system }: BackupSource): string[] {
  const roots = [...new Set(paths)];
  if (one_file_system === true || (exclude ?? []).length > 0) return roots;
  const isBelow = (path: string, folder: string) =>
    path !== folder && path.startsWith(folder === "/" ? "/" : `${folder}/`);
  return roots.filter(
    (path) =>
      !roots.some((folder) => isBelow(path, folder) && lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()),
  );
}

/** The newest readable backup of the same roots. One that cannot be read is passed over: it costs time, not data. */
async function findParent(
  repository: Repository,
  roots: readonly string[],
  wanted: string | undefined,
): Promise<Manifest | null> {
  const ids = wanted === undefined ? (await repository.listBackupIds()).reverse().slice(0, 200) : [wanted];
  const state = await repository.sweepState();
  for (const id of ids) {
    try {
      const manifest = await repository.readManifest(id, state);
      const same =
        manifest.kind === "files" && manifest.roots.map((root) => root.toString()).join("\0") === roots.join("\0");
      if (same && manifest.tree !== null) return manifest;
    } catch (error) {
      if (!hasCode(error, "MANIFEST_DAMAGED") && !hasCode(error, "BACKUP_NOT_FOUND")) throw error;
    }
  }
  return null;
}

/**
 * Makes one backup. It exists, whole, when this resolves; when it rejects, nothing is acknowledged and what was stored
 * is found again by the next run. A `backup_id` whose manifest exists already is not made twice.
 * @throws SOURCE_UNREACHABLE, BACKUP_CANCELED, STORE_*, KEY_*
 */
export async function runBackup(options: BackupOptions): Promise<BackupReport> {
  const { repository, clock, signal } = options;
  const began_ms = clock.monotonic_ms();
  const done = await readDone(repository, options.backup_id);
  if (done !== undefined) return done;
  const started_at_ms = clock.now_ms();
  // The plan reads manifests and the lease and the index read other objects: side by side, a small backup is ready
  // sooner.
  const beginning = repository.beginLease("backup");
  beginning.catch(() => undefined); // thrown where it is awaited
  const plan = await planBackup(options).catch(async (error: unknown) => {
    await (await beginning).end();
    throw error;
  });
  const lease = await beginning;
  // Threads load their modules while this one reads the index.
  const pool = backupThreads.take(options.threads ?? defaultThreads());
  try {
    const parent = plan.parent;
    const loaded = await repository.loadIndex({
      ...NEW,
      only_present: true,
      wanted: parent?.packs ?? [],
      ...(signal ? { signal } : {}),
    });
    const needed = new SharedArrayBuffer(((loaded.index.memory.packs.byteLength / 40 + 32) >>> 5) * 4 + 4);
    const stop = new SharedArrayBuffer(4);
    const segments = new SegmentWriter(repository, loaded.adopted);
    const meter = new Meter(clock, options.onProgress);
    const roots = plan.roots.map((root) => Buffer.from(root));
    const start: WorkerStart = {
      secrets: repository.secrets,
      index: loaded.index.memory,
      needed,
      stop,
      level: LEVEL,
      scan: {
        roots,
        exclude: options.source.exclude ?? [],
        one_file_system: options.source.one_file_system ?? false,
        racy_from_ms: parent === null ? 0 : parent.started_at_ms - RACY_MS,
      },
      parent_tree: parent?.tree ?? null,
    };
    await pool.start(start, (event) => onEvent(event as WorkerEvent, segments, meter));
    const onAbort = () => Atomics.store(new Int32Array(stop), 0, 1);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      meter.begin("scan and store", plan.expected_files, plan.expected_bytes);
      const sink = new ChunkSink({
        secrets: repository.secrets,
        store: repository.store,
        index: loaded.index,
        needed: new Int32Array(needed),
        kind: PACK_METADATA,
        level: LEVEL,
        random: repository.random,
        onPack: (pack) => segments.add(pack),
        ...(signal ? { signal } : {}),
      });
      const drain = async () => {
        if (sink.pressed) await sink.drain();
        segments.check();
        if (loaded.index.crowded)
          await pool.broadcast({ kind: "extent", extent: loaded.index.grow() } satisfies WorkerTask);
      };
      const scan = new ScanRun(pool, roots, (page) => sink.add(page), drain);
      const tree = await scan.run(signal);
      const counts = [
        ...(await pool.broadcast<SinkCounts>({ kind: "flush" })),
        await sink.flush().then(() => sink.counts),
      ];
      if (scan.counts.files + scan.counts.directories + scan.counts.others === 0) {
        const why = scan.problems[0];
        throw sourceError(
          "SOURCE_UNREACHABLE",
          `nothing of ${plan.roots.join(", ")} could be read${why ? `: ${why.message}` : ""}`,
        );
      }
      meter.begin("write index and manifest", null, null);
      await segments.finish();
      await requirePacks(repository, segments.written);
      signal?.throwIfAborted();
      const sum = (field: keyof SinkCounts) => counts.reduce((total, count) => total + count[field], 0);
      const stats = {
        ...scan.counts,
        new_chunks: sum("new_chunks"),
        new_bytes: sum("new_bytes"),
        stored_bytes: sum("stored_bytes"),
      };
      const created_at_ms = started_at_ms;
      const manifest_key = await repository.writeManifest(
        lease,
        {
          repository_id: repository.id,
          backup_id: options.backup_id,
          created_at_ms,
          expires_at_ms: options.expires_at_ms ?? null,
          packs: neededPacks(loaded, new Int32Array(needed), segments.written.keys()),
        },
        {
          kind: "files",
          roots: roots.map((root) => root.toString("base64")),
          tree: tree.toString("hex"),
          started_at_ms,
          finished_at_ms: clock.now_ms(),
          parent_backup_id: parent?.backup_id ?? null,
          stats,
          problems: scan.problems,
          labels: options.labels,
          exclude: options.source.exclude ?? [],
          one_file_system: options.source.one_file_system ?? false,
          writer: WRITER,
        },
      );
      // The backup exists; a lease that cannot be removed now is found stale by the next one.
      await retireLeases(repository.store, loaded.stale_leases).catch(() => undefined);
      await lease.end().catch(() => undefined);
      meter.end();
      return {
        backup_id: options.backup_id,
        manifest_key,
        created_at_ms,
        parent_backup_id: parent?.backup_id ?? null,
        stats,
        problems: scan.problems,
        duration_ms: Math.round(clock.monotonic_ms() - began_ms),
      };
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  } catch (error) {
    await pool.close();
    // What was stored stays useful: the next backup finds and names it. A lease that cannot be marked grows stale.
    await lease.abandon().catch(() => undefined);
    if (signal?.aborted === true)
      throw backupError("BACKUP_CANCELED", "the backup was called off before it was complete", {}, error);
    throw error;
  } finally {
    await pool.close();
  }
}

/** The last look before a backup is acknowledged: is everything it wrote there, in full? @throws BACKUP_PACK_MISSING */
async function requirePacks(repository: Repository, packs: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, size_bytes] of packs) {
    const found = await repository.store.stat(packKey(id));
    if (found?.size_bytes === size_bytes) continue;
    throw backupError(
      "BACKUP_PACK_MISSING",
      `${packKey(id)} was stored with ${size_bytes} bytes and now has ${found?.size_bytes ?? "none"}`,
      { object: packKey(id) },
    );
  }
}

function onEvent(event: WorkerEvent, segments: SegmentWriter, meter: Meter): void {
  if (event.kind === "progress") return meter.add(event.files, event.bytes);
  const { pack } = event;
  segments.add({ ...pack, pack_id: asBuffer(pack.pack_id), directory: asBuffer(pack.directory) });
}

async function readDone(repository: Repository, backup_id: string): Promise<BackupReport | undefined> {
  if ((await repository.store.stat(`manifests/${backup_id}`)) === undefined) return undefined;
  const manifest = await repository.readManifest(backup_id);
  return {
    backup_id,
    manifest_key: `manifests/${backup_id}`,
    created_at_ms: manifest.created_at_ms,
    parent_backup_id: manifest.parent_backup_id,
    stats: manifest.stats,
    problems: manifest.problems,
    duration_ms: manifest.finished_at_ms - manifest.started_at_ms,
  };
}

/** Ids, sorted, of the packs a backup needs: those it found chunks in, and all that it wrote. */
function neededPacks(loaded: LoadedIndex, needed: Int32Array, written: Iterable<string>): string[] {
  const ids = new Set(written);
  for (const [id, number] of loaded.packs) {
    if (((needed[number >>> 5] as number) & (1 << (number & 31))) !== 0) ids.add(id);
  }
  return [...ids].sort();
}

/** Names packs in index segments as they become durable. */
class SegmentWriter {
  /** Packs this backup wrote: size in bytes by id. */
  readonly written = new Map<string, number>();
  readonly #repository: Repository;
  #waiting: IndexedPack[];
  #bytes = 0;
  #last: Promise<void> = Promise.resolve();
  #failed: unknown;

  constructor(repository: Repository, adopted: readonly IndexedPack[]) {
    this.#repository = repository;
    this.#waiting = [...adopted];
  }

  add(pack: IndexedPack): void {
    this.written.set(pack.pack_id.toString("hex"), pack.size_bytes);
    this.#waiting.push(pack);
    this.#bytes += pack.directory.length;
    if (this.#bytes >= SEGMENT_BYTES_MAX) this.#write();
  }

  #write(): void {
    const packs = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    this.#last = this.#last
      .then(() => this.#repository.writeSegment(packs))
      .catch((error: unknown) => {
        this.#failed ??= error;
      });
  }

  /** @throws what a write failed with */
  check(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }

  async finish(): Promise<void> {
    this.#write();
    await this.#last;
    this.check();
  }
}

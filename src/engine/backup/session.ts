import type { Clock } from "../../base/index.ts";
import { PACK_METADATA, packKey } from "../pack/index.ts";
import {
  asBuffer,
  defaultThreads,
  Meter,
  type Problem,
  type ProgressListener,
  type WorkerPool,
} from "../pipeline/index.ts";
import {
  ChunkSink,
  type Lease,
  type LoadedIndex,
  type Manifest,
  type Repository,
  retireLeases,
  type SinkCounts,
} from "../repository/index.ts";
import type { ScanOptions } from "../source/files/index.ts";
import { backupError } from "./errors.ts";
import { type LockAhead, regroup } from "./regroup.ts";
import { SegmentWriter } from "./segment-writer.ts";
import { backupThreads } from "./threads.ts";
import type { BackupReport, BackupStats } from "./types.ts";
import type { WorkerEvent, WorkerStart, WorkerTask } from "./worker.ts";

/**
 * zstd level, for large files one more: 1 stores small files in less than the rivals do, 2 large ones
 * (docs/performance.md).
 */
const LEVEL = 1;
/**
 * Room in shared memory for what one backup adds. Chunks are scattered over theirs, so it starts small and grows;
 * frames and packs fill theirs from the start.
 */
const NEW = { new_chunks: 1 << 16, new_frames: 1 << 22, new_packs: 1 << 18 } as const;
const WRITER = "holdfast 0.1.0";
/** Packs looked at in a store that may be far: as many as it takes requests of one backup. */
const LOOKS_AT_ONCE = 16;

export interface SessionOptions {
  readonly repository: Repository;
  readonly backup_id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly expires_at_ms?: number;
  readonly lock?: LockAhead;
  /** Its packs will be locked, if by somebody else: `lock` implies it. */
  readonly grained?: boolean;
  readonly clock: Clock;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/** What is known before anything is read. */
export interface SessionPlan {
  readonly parent: Manifest | null;
  readonly scan: ScanOptions;
  /** The parent tree that threads compare files with. */
  readonly parent_tree: Buffer | null;
}

/** What reading the source came to. */
export interface SessionResult {
  readonly kind: string;
  readonly roots: readonly Buffer[];
  readonly tree: Buffer;
  readonly counts: Omit<BackupStats, "new_chunks" | "new_bytes" | "stored_bytes">;
  readonly problems: readonly Problem[];
  readonly parent_backup_id: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly exclude?: readonly string[];
  readonly one_file_system?: boolean;
}

/** A backup under way, as whoever reads its source sees it. */
export interface Session<Plan extends SessionPlan> {
  readonly plan: Plan;
  readonly pool: WorkerPool;
  readonly meter: Meter;
  readonly loaded: LoadedIndex;
  /** For pages: chunks that describe, kept apart from data. */
  readonly sink: ChunkSink;
  /** Waits where the store is behind, and makes room in the index; call it between tasks. */
  drain(): Promise<void>;
}

/**
 * What every backup does around reading its source: the lease, the threads, the index, and at the end segments and the
 * manifest, last.
 * @throws BACKUP_CANCELED, BACKUP_PACK_MISSING, STORE_*, KEY_*, and what `prepare` and `read` throw
 */
export async function runSession<Plan extends SessionPlan>(
  options: SessionOptions,
  prepare: () => Promise<Plan>,
  read: (session: Session<Plan>) => Promise<SessionResult>,
): Promise<BackupReport> {
  const { repository, clock, signal } = options;
  const began_ms = clock.monotonic_ms();
  const started_at_ms = clock.now_ms();
  // The plan reads manifests and the lease and the index read other objects: side by side, a small backup is ready
  // sooner.
  const beginning = repository.beginLease("backup");
  beginning.catch(() => undefined); // thrown where it is awaited
  const withoutLease = async (error: unknown) => {
    await (await beginning).end();
    throw error;
  };
  const done = await readDone(repository, options.backup_id).catch(withoutLease);
  if (done !== undefined) {
    await (await beginning).end();
    return done;
  }
  const plan = await prepare().catch(withoutLease);
  const lease = await beginning;
  // Threads load their modules while this one reads the index.
  const pool = backupThreads.take(options.threads ?? defaultThreads());
  try {
    const covered = options.lock?.covered ?? [];
    const loaded = await repository.loadIndex({
      ...NEW,
      only_present: true,
      wanted: [...(plan.parent?.packs ?? []), ...covered],
      // What is locked for long enough already is best relied on.
      needed_until: new Map([...covered].map((id) => [id, 1])),
      ...(signal ? { signal } : {}),
    });
    const needed = new SharedArrayBuffer(((loaded.index.memory.packs.byteLength / 40 + 32) >>> 5) * 4 + 4);
    const reached =
      options.lock === undefined ? undefined : new SharedArrayBuffer(((loaded.index.positions + 31) >>> 5) * 4);
    const grained = options.grained ?? options.lock !== undefined;
    const stop = new SharedArrayBuffer(4);
    const segments = new SegmentWriter(repository, loaded.adopted);
    const meter = new Meter(clock, options.onProgress);
    const start: WorkerStart = {
      secrets: repository.secrets,
      index: loaded.index.memory,
      needed,
      ...(reached === undefined ? {} : { reached }),
      stop,
      level: LEVEL,
      grained,
      scan: plan.scan,
      parent_tree: plan.parent_tree,
    };
    await pool.start(start, (event) => onEvent(event as WorkerEvent, segments, meter));
    const onAbort = () => Atomics.store(new Int32Array(stop), 0, 1);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      const sink = new ChunkSink({
        secrets: repository.secrets,
        store: repository.store,
        index: loaded.index,
        needed: new Int32Array(needed),
        ...(reached === undefined ? {} : { reached: new Int32Array(reached) }),
        kind: PACK_METADATA,
        level: LEVEL,
        grained,
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
      const result = await read({ plan, pool, meter, loaded, sink, drain });
      const counts = [
        ...(await pool.broadcast<SinkCounts>({ kind: "flush" })),
        await sink.flush().then(() => sink.counts),
      ];
      const bits = { needed: new Int32Array(needed), reached: new Int32Array(reached ?? new SharedArrayBuffer(0)) };
      const left =
        options.lock === undefined
          ? new Set<string>()
          : await regroup(options.lock, { repository, loaded, ...bits, segments, meter, signal });
      meter.begin("write index and manifest", null, null);
      await segments.finish();
      await requirePacks(repository, segments.written);
      signal?.throwIfAborted();
      const packs = neededPacks(loaded, bits.needed, segments.written.keys()).filter((id) => !left.has(id));
      const report = await acknowledge(options, lease, loaded, packs, {
        result,
        counts,
        started_at_ms,
        began_ms,
        meter,
      });
      await backupThreads.giveBack(pool);
      return report;
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
  }
}

interface Outcome {
  readonly result: SessionResult;
  readonly counts: readonly SinkCounts[];
  readonly started_at_ms: number;
  readonly began_ms: number;
  readonly meter: Meter;
}

/** Writes the manifest, from which on the backup exists. */
async function acknowledge(
  { repository, backup_id, labels, expires_at_ms, clock }: SessionOptions,
  lease: Lease,
  loaded: LoadedIndex,
  packs: readonly string[],
  { result, counts, started_at_ms, began_ms, meter }: Outcome,
): Promise<BackupReport> {
  const sum = (field: keyof SinkCounts) => counts.reduce((total, count) => total + count[field], 0);
  const stats = {
    ...result.counts,
    new_chunks: sum("new_chunks"),
    new_bytes: sum("new_bytes"),
    stored_bytes: sum("stored_bytes"),
  };
  const created_at_ms = started_at_ms;
  const manifest_key = await repository.writeManifest(
    lease,
    { repository_id: repository.id, backup_id, created_at_ms, expires_at_ms: expires_at_ms ?? null, packs },
    {
      kind: result.kind,
      roots: result.roots.map((root) => root.toString("base64")),
      tree: result.tree.toString("hex"),
      started_at_ms,
      finished_at_ms: clock.now_ms(),
      parent_backup_id: result.parent_backup_id,
      stats,
      problems: result.problems,
      labels,
      exclude: result.exclude ?? [],
      one_file_system: result.one_file_system ?? false,
      ...(result.details === undefined ? {} : { details: result.details }),
      writer: WRITER,
    },
  );
  // The backup exists; a lease that cannot be removed now is found stale by the next one.
  await retireLeases(repository.store, loaded.stale_leases).catch(() => undefined);
  await lease.end().catch(() => undefined);
  meter.end();
  return {
    backup_id,
    manifest_key,
    created_at_ms,
    parent_backup_id: result.parent_backup_id,
    stats,
    problems: result.problems,
    duration_ms: Math.round(clock.monotonic_ms() - began_ms),
  };
}

/** The last look before a backup is acknowledged: is everything it wrote there, in full? @throws BACKUP_PACK_MISSING */
async function requirePacks(repository: Repository, packs: ReadonlyMap<string, number>): Promise<void> {
  const rest = packs.entries();
  const look = async () => {
    for (const [id, size_bytes] of rest) {
      const found = await repository.store.stat(packKey(id));
      if (found?.size_bytes === size_bytes) continue;
      throw backupError(
        "BACKUP_PACK_MISSING",
        `${packKey(id)} was stored with ${size_bytes} bytes and now has ${found?.size_bytes ?? "none"}`,
        { object: packKey(id) },
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(LOOKS_AT_ONCE, packs.size) }, look));
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

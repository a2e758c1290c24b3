import { systemClock, systemRandom } from "../../base/index.ts";
import { ChunkIndex, type IndexedPack, type IndexMemory } from "../index/index.ts";
import { TreeReader } from "../manifest/index.ts";
import { PACK_DATA } from "../pack/index.ts";
import { asBuffer, serveTasks, tellMain, Transferred } from "../pipeline/index.ts";
import { ChunkHasher, ChunkReader, ChunkSink, type RepositorySecrets } from "../repository/index.ts";
import { type Batch, FileScanner, type ScannedDirectory, type ScanOptions } from "../source/files/index.ts";
import { openStore } from "../store/index.ts";
import { type ExtentList, packExtents } from "./extent-list.ts";
import { type PiecesTask, storePieces } from "./pieces.ts";

/** What a thread of a backup is started with. */
export interface WorkerStart {
  readonly secrets: RepositorySecrets;
  readonly index: IndexMemory;
  readonly needed: SharedArrayBuffer;
  readonly reached?: SharedArrayBuffer;
  /** Int32: non-zero once the operation is to stop. */
  readonly stop: SharedArrayBuffer;
  readonly scan: ScanOptions;
  /** Id of the parent backup's root tree page. */
  readonly parent_tree: Uint8Array | null;
  readonly level: number;
  /** Packs will be locked. */
  readonly grained: boolean;
}

export type WorkerTask =
  | { readonly kind: "scan"; readonly directories: readonly { readonly root: number; readonly path: Uint8Array }[] }
  | {
      readonly kind: "segment";
      readonly root: number;
      readonly path: Uint8Array;
      readonly name: Uint8Array;
      readonly start: number;
      readonly end: number;
      readonly sparse: boolean;
      readonly stamp: Uint8Array;
    }
  | PiecesTask
  /** More room in the index, made by the main thread. */
  | { readonly kind: "extent"; readonly extent: SharedArrayBuffer }
  | { readonly kind: "flush" };

export type WorkerEvent =
  | { readonly kind: "pack"; readonly pack: IndexedPack }
  | { readonly kind: "progress"; readonly files: number; readonly bytes: number };

export interface SegmentResult extends ExtentList {
  readonly changed: boolean;
}

const PROGRESS_BYTES = 4 * 1024 * 1024;
const PROGRESS_FILES = 500;

async function start(data: WorkerStart) {
  const clock = systemClock;
  const store = await openStore(data.secrets.store_config, { clock, random: systemRandom });
  const index = new ChunkIndex(data.index);
  const stop = new Int32Array(data.stop);
  const sink = new ChunkSink({
    secrets: data.secrets,
    store,
    index,
    needed: new Int32Array(data.needed),
    ...(data.reached === undefined ? {} : { reached: new Int32Array(data.reached) }),
    kind: PACK_DATA,
    level: data.level,
    grained: data.grained,
    random: systemRandom,
    onPack: (pack) => tellMain({ kind: "pack", pack } satisfies WorkerEvent),
  });
  const reader = new ChunkReader(store, new Map(data.secrets.epochs), index, new ChunkHasher(data.secrets.id_key));
  const parent = data.parent_tree === null ? undefined : new TreeReader(asBuffer(data.parent_tree), reader.read);
  let [files, bytes] = [0, 0];
  const report = () => {
    if (files > 0 || bytes > 0) tellMain({ kind: "progress", files, bytes } satisfies WorkerEvent);
    files = 0;
    bytes = 0;
  };
  const scan: ScanOptions = { ...data.scan, roots: data.scan.roots.map(asBuffer) };
  const scanner = new FileScanner(scan, sink, parent, reader.read, (more_files, more_bytes) => {
    files += more_files;
    bytes += more_bytes;
    if (bytes >= PROGRESS_BYTES || files >= PROGRESS_FILES) {
      report();
      // Between two answers a thread hears nothing; this is how it learns that the operation was called off.
      if (Atomics.load(stop, 0) !== 0) throw new Error("the backup was called off");
    }
  });

  const close = () => {
    scanner.close();
    return store.close();
  };
  const handle = async (task: WorkerTask): Promise<unknown> => {
    switch (task.kind) {
      case "scan": {
        const batches: Batch[] = [];
        for (const { root, path } of task.directories) batches.push(await scanner.scan(root, asBuffer(path)));
        // One memory for all of them: handing over costs by the piece.
        const slab = Buffer.allocUnsafeSlow(batches.reduce((sum, batch) => sum + batch.bytes, 0));
        let at = 0;
        const scanned: ScannedDirectory[] = batches.map((batch) => {
          const directory = batch.done(slab, at);
          at += batch.bytes;
          return directory;
        });
        return new Transferred(scanned, [slab.buffer as ArrayBuffer]);
      }
      case "segment": {
        const { root, start: from, end, sparse, stamp } = task;
        const { extents, changed } = await scanner.segment(
          root,
          asBuffer(task.path),
          asBuffer(task.name),
          from,
          end,
          sparse,
          stamp,
        );
        report();
        return { ...packExtents(extents), changed } satisfies SegmentResult;
      }
      case "pieces": {
        const stored = await storePieces(task, sink);
        bytes += stored.bytes;
        report();
        return new Transferred(stored.answer, [stored.answer.slab.buffer as ArrayBuffer]);
      }
      case "extent":
        index.attach(task.extent);
        return undefined;
      case "flush":
        await sink.flush();
        report();
        return sink.counts;
    }
  };
  return { handle, close };
}

serveTasks(start);

import { asHoldfastError } from "../../base/index.ts";
import {
  decodeExtents,
  type Extent,
  EXTENT_HOLE,
  EXTENT_MAP,
  EntryView,
  FLAG_INCOMPLETE,
  TYPE_DIRECTORY,
  TYPE_FILE,
  TYPE_SOCKET,
  walkContent,
} from "../manifest/index.ts";
import { defaultThreads, Meter, type WorkerPool } from "../pipeline/index.ts";
import type { Lease, Repository } from "../repository/index.ts";
import { call, cString, fail, FileStat, S_IFREG } from "../posix/index.ts";
import { restoreError } from "./errors.ts";
import { removeExtra, tellsWhatWasThere } from "./extra.ts";
import { RestoreJournal } from "./journal.ts";
import { RestoreOutcome } from "./outcome.ts";
import { type PreparedRestore, prepareRestore, restoreIdentity } from "./plan.ts";
import { hasDefaultAcl, Skeleton } from "./skeleton.ts";
import { openTarget, type RootTarget } from "./target.ts";
import { TargetTree } from "./target-tree.ts";
import type { RestorePlan, RestoreReport, RestoreRunOptions } from "./types.ts";
import { eachTask } from "./each-task.ts";
import { restoreThreads } from "./threads.ts";
import { fullPath, pathOf, type Visited, walkFolders } from "./walk.ts";
import { Window, type WindowFile } from "./window.ts";
import { type FileFault, isFatal, type RestoreTaskResult, type RestoreWorkerStart } from "./task.ts";

/**
 * Does what a plan says. Paths that cannot be restored are reported and stop nothing else. Run again after an
 * interruption, it goes on where it stopped.
 * @throws RESTORE_CANCELED, FILE_SYSTEM_FULL, RESTORE_TARGET_UNUSABLE, STORE_*
 */
export async function runRestore(plan: RestorePlan, options: RestoreRunOptions = {}): Promise<RestoreReport> {
  const { repository } = plan.request;
  const lease = await beginReading(repository);
  let run: RestoreRun | undefined;
  try {
    const planned = "manifest" in plan ? (plan as PreparedRestore) : undefined;
    // What a sweep has condemned since the plan may go; from here on sweeps wait.
    const holds = planned !== undefined && planned.sweep_seq === (await repository.sweepState()).seq;
    run = new RestoreRun(holds ? planned : await prepareRestore(plan.request), options);
    return await run.run();
  } catch (error) {
    if (options.signal?.aborted === true)
      throw restoreError("RESTORE_CANCELED", "the restore was called off before it was complete", {}, error);
    throw error;
  } finally {
    await run?.close();
    await lease?.end().catch(() => undefined); // it grows stale, and sweeps stop waiting for it
  }
}

/**
 * Lets sweeps wait for this restore. A store that takes no lease (read only, or full) is read without one: at worst a
 * sweep takes away what a moved chunk stood in before, and the restore is started again.
 */
async function beginReading(repository: Repository): Promise<Lease | undefined> {
  return repository.beginLease("restore").catch(() => undefined);
}

type FlatExtent = Exclude<Extent, { kind: typeof EXTENT_MAP }>;
const isMap = ({ kind }: Extent): boolean => kind === EXTENT_MAP;

/** Part of a full window: the threads are ready before the walk has come far. */
const FIRST_WINDOW = 1 / 16;

/** A window under way. */
interface Work {
  /** The threads have all its tasks, and the window before it is done. */
  readonly fed: Promise<void>;
  readonly done: Promise<void>;
}

class RestoreRun {
  readonly #plan: PreparedRestore;
  readonly #options: RestoreRunOptions;
  readonly #pool: WorkerPool;
  readonly #started: Promise<void>;
  readonly #journal: RestoreJournal;
  readonly #meter: Meter;
  readonly #tree: TargetTree;
  readonly #skeleton: Skeleton;
  readonly #outcome = new RestoreOutcome();
  readonly #replace: boolean;
  readonly #stat = new FileStat();
  readonly #began_ms: number;
  #ordinal = 0;
  #complete = false;

  constructor(plan: PreparedRestore, options: RestoreRunOptions) {
    const { request, targets, loaded } = plan;
    this.#plan = plan;
    this.#options = options;
    this.#began_ms = request.clock.monotonic_ms();
    this.#meter = new Meter(request.clock, options.onProgress);
    const roots = targets.map(({ base, below }) => openTarget(base, below));
    this.#tree = new TargetTree(roots);
    this.#journal = RestoreJournal.open(plan.journal_path, restoreIdentity(request));
    this.#replace = request.existing === "replace" || this.#journal.resumed;
    const stale = this.#replace || plan.occupied || roots.some(hasDefaultAcl);
    this.#skeleton = new Skeleton({
      plan,
      tree: this.#tree,
      outcome: this.#outcome,
      replace: this.#replace,
      stale,
      resumed: this.#journal.resumed,
    });
    const data: RestoreWorkerStart = {
      secrets: request.repository.secrets,
      index: loaded.index.memory,
      // The folders that were opened here, whatever takes their names meanwhile.
      folders: roots.map((fd) => Buffer.from(`/proc/self/fd/${fd}`)),
      replace: this.#replace,
      stale,
    };
    this.#pool = restoreThreads.take(request.threads ?? defaultThreads());
    this.#started = this.#pool.start(data);
    this.#started.catch(() => undefined); // looked at before the first task's answer
  }

  async run(): Promise<RestoreReport> {
    const { manifest, reader, selection } = this.#plan;
    this.#meter.begin("restore", this.#plan.files, this.#plan.bytes);
    let part = FIRST_WINDOW;
    let window = new Window(part);
    let before: Work = { fed: this.#started, done: this.#started };
    const lost = (error: unknown, at: string) => this.#outcome.fail(at, error, "the listing from here on");
    for await (const folder of walkFolders(manifest, reader.read, selection, lost)) {
      for (const visited of folder) {
        const visiting = this.#visit(visited, window);
        if (visiting !== undefined) await visiting;
        if (!window.full) continue;
        this.#options.signal?.throwIfAborted();
        before = await this.#follow(before, window);
        part = Math.min(1, part * 2);
        window = new Window(part);
      }
    }
    await (await this.#follow(before, window)).done;
    this.#skeleton.makeLinks();
    this.#deleteExtra();
    this.#skeleton.finishFolders();
    for (const root of this.#tree.roots) if (call.syncfs(root) !== 0) fail("syncfs", this.#plan.target_description);
    this.#complete = this.#outcome.failed_total === 0;
    this.#meter.end();
    return {
      backup_id: manifest.backup_id,
      ...this.#outcome.counts,
      failed: this.#outcome.failed,
      failed_total: this.#outcome.failed_total,
      warnings: this.#outcome.warnings,
      resumed: this.#journal.resumed,
      duration_ms: Math.round(this.#plan.request.clock.monotonic_ms() - this.#began_ms),
    };
  }

  /**
   * Gives the threads a window as soon as they have all tasks of the one before, so that they never wait for its last
   * ones; while they work the next is prepared. Not more than two are under way, so that memory stays bounded.
   */
  async #follow(before: Work, window: Window): Promise<Work> {
    await before.fed;
    const fed = Promise.withResolvers<void>();
    const done = this.#work(window, before.done, fed.resolve);
    done.then(fed.resolve, fed.reject);
    fed.promise.catch(() => undefined); // looked at by the next await
    return { fed: fed.promise, done };
  }

  /** Nothing to wait for but for a file whose map pages have to be read. */
  #visit(visited: Visited, window: Window): Promise<void> | undefined {
    const { root, folder, entry, wanted } = visited;
    const failed = (error: unknown, path = pathOf(folder, entry.name)) => {
      if (isFatal(error)) throw error;
      this.#outcome.fail(fullPath(this.#plan.manifest, root, path), error);
    };
    try {
      switch (entry.type) {
        case TYPE_DIRECTORY:
          this.#skeleton.makeFolder(root, folder, pathOf(folder, entry.name), entry, wanted);
          return undefined;
        case TYPE_FILE: {
          const extents = decodeExtents(entry.content);
          if (!extents.some(isMap)) {
            this.#addFile(visited, extents as FlatExtent[], window);
            return undefined;
          }
          const path = pathOf(folder, entry.name);
          const flat: FlatExtent[] = [];
          return walkContent(entry.content, this.#plan.reader.read, (extent) => flat.push(extent))
            .then(() => this.#addFile(visited, flat, window))
            .catch((error: unknown) => failed(error, path));
        }
        case TYPE_SOCKET:
          return undefined; // its program makes it anew
        default:
          if (!this.#skeleton.isLink(root, folder, entry.name, entry)) this.#skeleton.makeOther(root, folder, entry);
          return undefined;
      }
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #addFile({ root, folder, entry }: Visited, extents: readonly FlatExtent[], window: Window): void {
    const { targets, loaded, occupied } = this.#plan;
    const target = targets[root] as RootTarget;
    const name = folder.length === 0 && target.file !== undefined ? target.file : undefined;
    const ordinal = this.#ordinal++;
    const size = entry.size;
    if ((entry.flags & FLAG_INCOMPLETE) !== 0) {
      throw restoreError("RESTORE_PART_LOST", "it could not be read to its end when the backup was made");
    }
    if (this.#skeleton.isLink(root, folder, name ?? entry.name, entry)) return;
    let existed = false;
    if (occupied || this.#journal.resumed) {
      const found = this.#stat.read(this.#tree.folder(root, folder), cString(name ?? entry.name));
      // It came after the plan was shown, or its path was too long to be looked at then.
      if (found && !this.#replace) throw restoreError("RESTORE_TARGET_EXISTS", "it exists already");
      existed = found && this.#stat.format === S_IFREG;
      const same =
        existed &&
        this.#stat.size === size &&
        this.#stat.mtime_s === entry.mtime_s &&
        this.#stat.mtime_ns === entry.mtime_ns;
      if (same && this.#journal.has(ordinal)) {
        this.#outcome.counts.files++;
        this.#outcome.counts.bytes_kept += size;
        this.#meter.add(1, size);
        return;
      }
    }
    const places: number[] = [];
    let [end, holes] = [0, false];
    for (const extent of extents) {
      if (extent.kind === EXTENT_HOLE) holes = true;
      else {
        const place = loaded.index.lookup(extent.id);
        if (place === undefined)
          throw restoreError("RESTORE_PART_LOST", `no readable pack holds its bytes from ${end} on`);
        places.push(place.frame, place.slot);
      }
      end += extent.length;
    }
    if (end !== size) throw restoreError("RESTORE_PART_LOST", `its listing covers ${end} of ${size} bytes`);
    // A hole is not written, and a file with other names may not be written into: such a file is made anew, never
    // patched.
    if (existed && (this.#stat.nlink > 1 || holes)) {
      const [dir, own] = [this.#tree.folder(root, folder), name ?? entry.name];
      if (this.#replace && call.unlinkat(dir, cString(own), 0) !== 0) fail("unlink", own);
      existed = false;
    }
    const file: WindowFile = {
      ordinal,
      root,
      folder: this.#sameFolder(root, folder),
      name,
      raw: entry.raw, // a view of its page, which lives as long as the window
      size,
      existed,
      kept: false,
      failed: false,
    };
    const number = window.addFile(file);
    let [at, offset] = [0, 0];
    for (const extent of extents) {
      if (extent.kind !== EXTENT_HOLE) {
        window.addWrite(places[at] as number, places[at + 1] as number, number, offset, extent.length, extent.id);
        at += 2;
      }
      offset += extent.length;
    }
  }

  #last_folder: Buffer = Buffer.alloc(0);
  #last_root = -1;

  /** The same Buffer for the files of one folder of one root, so that a task names each folder once. */
  #sameFolder(root: number, folder: Buffer): Buffer {
    if (root !== this.#last_root || !folder.equals(this.#last_folder)) this.#last_folder = Buffer.from(folder);
    this.#last_root = root;
    return this.#last_folder;
  }

  /**
   * @param before what has to be done first before this may end @param fed called when the threads have all its tasks
   */
  async #work(window: Window, before: Promise<void>, fed: () => void): Promise<void> {
    if (window.files.length === 0) return before;
    const skip = new Set<number>();
    if (window.files.some(({ existed }) => existed)) {
      await eachTask(this.#pool, this.#options.signal, window.compareTasks(), ({ rows }, { same }) =>
        rows.forEach((row, i) => same[i] === 1 && skip.add(row)),
      );
    }
    const { tasks, shared } = window.frameTasks(this.#plan.loaded.index, skip);
    const take = ({ files }: { files: number[] }, result: RestoreTaskResult) => {
      this.#note(window, files, result);
      this.#outcome.counts.bytes_written += result.bytes;
      this.#meter.add(0, result.bytes);
    };
    await eachTask(this.#pool, this.#options.signal, tasks, take, async () => {
      await before; // two windows at most
      fed();
    });
    const open = shared.filter((file) => !(window.files[file] as WindowFile).failed);
    await eachTask(this.#pool, this.#options.signal, window.finishTasks(open), ({ files }, result) =>
      this.#note(window, files, result),
    );
    const done: number[] = [];
    for (const file of window.files) {
      if (file.failed) {
        if (!file.existed) this.#remove(file);
        continue;
      }
      done.push(file.ordinal);
      this.#outcome.counts.files++;
    }
    this.#journal.add(done);
    this.#meter.add(done.length, 0);
  }

  #note(window: Window, files: readonly number[], result: RestoreTaskResult): void {
    const view = new EntryView();
    const pathTo = ({ file }: FileFault): [WindowFile, string] => {
      const found = window.files[files[file] as number] as WindowFile;
      view.move(found.raw, 0);
      return [found, fullPath(this.#plan.manifest, found.root, pathOf(found.folder, view.name))];
    };
    for (const fault of result.failed) {
      const [file, path] = pathTo(fault);
      if (file.failed) continue;
      file.failed = true;
      this.#outcome.note(path, fault.code, fault.message);
    }
    for (const fault of result.warnings) this.#outcome.warn(pathTo(fault)[1], fault.code, fault.message);
  }

  /** Takes away what was written of a file that could not be completed, so that nobody takes it for whole. */
  #remove(file: WindowFile): void {
    const view = new EntryView();
    view.move(file.raw, 0);
    try {
      call.unlinkat(this.#tree.folder(file.root, file.folder), cString(file.name ?? view.name), 0);
    } catch (error) {
      this.#outcome.warn(
        fullPath(this.#plan.manifest, file.root, pathOf(file.folder, view.name)),
        asHoldfastError(error).code,
        "what was written of it could not be removed",
      );
    }
  }

  #deleteExtra(): void {
    // What could not be listed in full must not be taken for extra.
    if (this.#outcome.failed_total > 0) return;
    const { extra, request, manifest, target_description } = this.#plan;
    if (request.delete_extra === true && !tellsWhatWasThere(manifest)) {
      const { code, message } = restoreError(
        "RESTORE_EXTRA_KEPT",
        "nothing was deleted: the backup lacks paths that could not be read when it was made",
      );
      this.#outcome.warn(target_description, code, message);
    }
    for (const { root, folder, name } of extra) {
      try {
        removeExtra(this.#tree.folder(root, folder), name);
      } catch (error) {
        this.#outcome.fail(fullPath(manifest, root, pathOf(folder, name)), error);
      }
    }
  }

  async close(): Promise<void> {
    if (this.#complete) await restoreThreads.giveBack(this.#pool);
    else await this.#pool.close();
    this.#journal.close(this.#complete);
    if (this.#complete) this.#skeleton.finishFirstRoot();
    this.#tree.close();
  }
}

import { asHoldfastError } from "../../base/index.ts";
import {
  EXTENT_HOLE,
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
import { restoreThreads } from "./threads.ts";
import { fullPath, pathOf, type Visited, walkSelected } from "./walk.ts";
import { Window, type WindowFile } from "./window.ts";
import { type FileFault, isFatal, type RestoreTask, type RestoreTaskResult, type RestoreWorkerStart } from "./task.ts";

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
    let window = new Window();
    let working: Promise<void> = this.#started;
    const lost = (error: unknown, at: string) => this.#outcome.fail(at, error, "the listing from here on");
    for await (const visited of walkSelected(manifest, reader.read, selection, lost)) {
      await this.#visit(visited, window);
      if (!window.full) continue;
      this.#options.signal?.throwIfAborted();
      // The next stretch is prepared while the threads work on this one; not more than that, so that memory stays
      // bounded.
      const ready = window;
      await working;
      working = this.#work(ready);
      working.catch(() => undefined); // looked at by the next await
      window = new Window();
    }
    await working;
    await this.#work(window);
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

  async #visit({ root, folder, entry, wanted }: Visited, window: Window): Promise<void> {
    const path = pathOf(folder, entry.name);
    try {
      switch (entry.type) {
        case TYPE_DIRECTORY:
          return this.#skeleton.makeFolder(root, folder, path, entry, wanted);
        case TYPE_FILE:
          return await this.#addFile(root, folder, path, entry, window);
        case TYPE_SOCKET:
          return; // its program makes it anew
        default:
          if (this.#skeleton.isLink(root, folder, entry.name, path, entry)) return;
          return this.#skeleton.makeOther(root, folder, entry);
      }
    } catch (error) {
      if (isFatal(error)) throw error;
      this.#outcome.fail(fullPath(this.#plan.manifest, root, path), error);
    }
  }

  async #addFile(root: number, folder: Buffer, path: Buffer, entry: EntryView, window: Window): Promise<void> {
    const { targets, loaded, reader, occupied } = this.#plan;
    const target = targets[root] as RootTarget;
    const name = folder.length === 0 && target.file !== undefined ? target.file : undefined;
    const ordinal = this.#ordinal++;
    const size = entry.size;
    if ((entry.flags & FLAG_INCOMPLETE) !== 0) {
      throw restoreError("RESTORE_PART_LOST", "it could not be read to its end when the backup was made");
    }
    if (this.#skeleton.isLink(root, folder, name ?? entry.name, path, entry)) return;
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
    const raw = Buffer.from(entry.raw);
    const writes: { frame: number; slot: number; offset: number; length: number; id: Buffer }[] = [];
    let holes = false;
    const end = await walkContent(entry.content, reader.read, (extent, offset) => {
      if (extent.kind === EXTENT_HOLE) {
        holes = true;
        return;
      }
      const place = loaded.index.lookup(extent.id);
      if (place === undefined)
        throw restoreError("RESTORE_PART_LOST", `no readable pack holds its bytes from ${offset} on`);
      writes.push({ ...place, offset, length: extent.length, id: extent.id });
    });
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
      raw,
      size,
      existed,
      kept: false,
      failed: false,
    };
    const number = window.addFile(file);
    for (const { frame, slot, offset, length, id } of writes) window.addWrite(frame, slot, number, offset, length, id);
  }

  #last_folder: Buffer = Buffer.alloc(0);
  #last_root = -1;

  /** The same Buffer for the files of one folder of one root, so that a task names each folder once. */
  #sameFolder(root: number, folder: Buffer): Buffer {
    if (root !== this.#last_root || !folder.equals(this.#last_folder)) this.#last_folder = Buffer.from(folder);
    this.#last_root = root;
    return this.#last_folder;
  }

  async #work(window: Window): Promise<void> {
    if (window.files.length === 0) return;
    const skip = new Set<number>();
    if (window.files.some(({ existed }) => existed)) {
      await this.#each(window.compareTasks(), ({ rows }, { same }) =>
        rows.forEach((row, i) => same[i] === 1 && skip.add(row)),
      );
    }
    const { tasks, shared } = window.frameTasks(this.#plan.loaded.index, skip);
    await this.#each(tasks, ({ files }, result) => {
      this.#note(window, files, result);
      this.#outcome.counts.bytes_written += result.bytes;
      this.#meter.add(0, result.bytes);
    });
    const open = shared.filter((file) => !(window.files[file] as WindowFile).failed);
    await this.#each(window.finishTasks(open), ({ files }, result) => this.#note(window, files, result));
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

  async #each<T extends { task: RestoreTask }>(
    tasks: readonly T[],
    take: (task: T, result: RestoreTaskResult) => void,
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    let failure: unknown;
    for (const task of tasks) {
      if (failure !== undefined) break;
      this.#options.signal?.throwIfAborted();
      await this.#pool.available();
      const one: Promise<void> = this.#pool
        .run<RestoreTaskResult>(task.task)
        .then((result) => take(task, result))
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => running.delete(one));
      running.add(one);
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
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
    await this.#pool.close();
    this.#journal.close(this.#complete);
    if (this.#complete) this.#skeleton.finishFirstRoot();
    this.#tree.close();
  }
}

import { asHoldfastError } from "../../base/index.ts";
import {
  EXTENT_HOLE,
  EntryView,
  FLAG_INCOMPLETE,
  TYPE_BLOCK_DEVICE,
  TYPE_CHARACTER_DEVICE,
  TYPE_DIRECTORY,
  TYPE_FIFO,
  TYPE_FILE,
  TYPE_SOCKET,
  TYPE_SYMLINK,
  walkContent,
} from "../manifest/index.ts";
import { defaultThreads, Meter, type Problem, WorkerPool } from "../pipeline/index.ts";
import {
  call,
  cString,
  fail,
  FileStat,
  lastErrno,
  makeDevice,
  O_DIRECTORY,
  O_RDONLY,
  openBeneath,
  posixError,
  readXattrsFd,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFREG,
} from "../posix/index.ts";
import { restoreError } from "./errors.ts";
import { removeExtra, tellsWhatWasThere } from "./extra.ts";
import { RestoreJournal } from "./journal.ts";
import { applyAt, applyToFile, removeStaleXattrs } from "./metadata.ts";
import { type PreparedRestore, prepareRestore, restoreIdentity } from "./plan.ts";
import { openTarget, type RootTarget } from "./target.ts";
import type { RestorePlan, RestoreReport, RestoreRunOptions } from "./types.ts";
import { fullPath, pathOf, type Visited, walkSelected } from "./walk.ts";
import { Window, type WindowFile } from "./window.ts";
import { type FileFault, isFatal, type RestoreTask, type RestoreTaskResult, type RestoreWorkerStart } from "./task.ts";

const LISTED_MAX = 1000;
const FOLDERS_OPEN_MAX = 256;

/**
 * Does what a plan says. Paths that cannot be restored are reported and stop nothing else. Run again after an
 * interruption, it goes on where it stopped.
 * @throws RESTORE_CANCELED, FILE_SYSTEM_FULL, RESTORE_TARGET_UNUSABLE, STORE_*
 */
export async function runRestore(plan: RestorePlan, options: RestoreRunOptions = {}): Promise<RestoreReport> {
  const prepared = "manifest" in plan ? (plan as PreparedRestore) : await prepareRestore(plan.request);
  const run = new RestoreRun(prepared, options);
  try {
    return await run.run();
  } catch (error) {
    if (options.signal?.aborted === true)
      throw restoreError("RESTORE_CANCELED", "the restore was called off before it was complete", {}, error);
    throw error;
  } finally {
    await run.close();
  }
}

/** The open folder itself, as a name in it (NUL-terminated in memory). */
const SELF = cString(Buffer.from(".")).subarray(0, -1);
const DEFAULT_ACL = Buffer.from("system.posix_acl_default");

/** Everything made below such a folder is given an ACL. */
function hasDefaultAcl(fd: number): boolean {
  return readXattrsFd(fd, SELF).some(({ name }) => name.equals(DEFAULT_ACL));
}

interface LaterFolder {
  readonly root: number;
  readonly folder: Buffer;
  readonly raw: Buffer;
}

interface LaterLink {
  readonly root: number;
  readonly folder: Buffer;
  readonly name: Buffer;
  readonly primary: { readonly root: number; readonly path: Buffer };
  readonly file: boolean;
}

class RestoreRun {
  readonly #plan: PreparedRestore;
  readonly #options: RestoreRunOptions;
  readonly #pool: WorkerPool;
  readonly #journal: RestoreJournal;
  readonly #meter: Meter;
  readonly #roots: number[];
  readonly #replace: boolean;
  readonly #stale: boolean;
  readonly #stat = new FileStat();
  readonly #folders = new Map<string, number>();
  readonly #later_folders: LaterFolder[] = [];
  readonly #later_links: LaterLink[] = [];
  readonly #primaries = new Map<string, { root: number; path: Buffer }>();
  readonly #failed: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #began_ms: number;
  #failed_total = 0;
  #counts = { files: 0, directories: 0, others: 0, bytes_written: 0, bytes_kept: 0 };
  #ordinal = 0;
  #complete = false;

  constructor(plan: PreparedRestore, options: RestoreRunOptions) {
    const { request, targets, loaded } = plan;
    this.#plan = plan;
    this.#options = options;
    this.#began_ms = request.clock.monotonic_ms();
    this.#meter = new Meter(request.clock, options.onProgress);
    this.#roots = targets.map(({ base, below }) => openTarget(base, below));
    this.#journal = RestoreJournal.open(plan.journal_path, restoreIdentity(request));
    this.#replace = request.existing === "replace" || this.#journal.resumed;
    this.#stale = this.#replace || plan.occupied || this.#roots.some(hasDefaultAcl);
    const data: RestoreWorkerStart = {
      secrets: request.repository.secrets,
      index: loaded.index.memory,
      // The folders that were opened here, whatever takes their names meanwhile.
      folders: this.#roots.map((fd) => Buffer.from(`/proc/self/fd/${fd}`)),
      replace: this.#replace,
      stale: this.#stale,
    };
    this.#pool = new WorkerPool({
      module: new URL("./worker.ts", import.meta.url),
      threads: request.threads ?? defaultThreads(),
      data,
    });
  }

  async run(): Promise<RestoreReport> {
    const { manifest, reader, selection } = this.#plan;
    this.#meter.begin("restore", this.#plan.files, this.#plan.bytes);
    let window = new Window();
    let working: Promise<void> = Promise.resolve();
    const lost = (error: unknown, at: string) => this.#fail(at, error, "the listing from here on");
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
    this.#makeLinks();
    this.#deleteExtra();
    this.#finishFolders();
    for (const root of this.#roots) if (call.syncfs(root) !== 0) fail("syncfs", this.#plan.target_description);
    this.#complete = this.#failed_total === 0;
    this.#meter.end();
    return {
      backup_id: manifest.backup_id,
      ...this.#counts,
      failed: this.#failed,
      failed_total: this.#failed_total,
      warnings: this.#warnings,
      resumed: this.#journal.resumed,
      duration_ms: Math.round(this.#plan.request.clock.monotonic_ms() - this.#began_ms),
    };
  }

  #fail(path: string, error: unknown, what?: string): void {
    const { code, message } = asHoldfastError(error);
    this.#failed_total++;
    if (this.#failed.length < LISTED_MAX)
      this.#failed.push({ path, code, message: what === undefined ? message : `${what}: ${message}` });
  }

  #warn(path: string, code: string, message: string): void {
    if (this.#warnings.length < LISTED_MAX) this.#warnings.push({ path, code, message });
  }

  /** A folder of the target, opened without following symlinks; kept for the next entries. */
  #folder(root: number, path: Buffer): number {
    if (path.length === 0) return this.#roots[root] as number;
    const key = `${root}/${path.toString("latin1")}`;
    let fd = this.#folders.get(key);
    if (fd === undefined) {
      fd = openBeneath(this.#roots[root] as number, path, O_RDONLY | O_DIRECTORY);
      if (this.#folders.size >= FOLDERS_OPEN_MAX) this.#closeFolders();
      this.#folders.set(key, fd);
    }
    return fd;
  }

  #closeFolders(): void {
    for (const fd of this.#folders.values()) call.close(fd);
    this.#folders.clear();
  }

  async #visit({ root, folder, entry, wanted }: Visited, window: Window): Promise<void> {
    const path = pathOf(folder, entry.name);
    try {
      switch (entry.type) {
        case TYPE_DIRECTORY:
          return this.#makeFolder(root, folder, path, entry, wanted);
        case TYPE_FILE:
          return await this.#addFile(root, folder, path, entry, window);
        case TYPE_SOCKET:
          return; // its program makes it anew
        default:
          if (this.#isLink(root, folder, entry.name, path, entry)) return;
          return this.#makeOther(root, folder, entry);
      }
    } catch (error) {
      if (isFatal(error)) throw error;
      this.#fail(fullPath(this.#plan.manifest, root, path), error);
    }
  }

  #makeFolder(root: number, folder: Buffer, path: Buffer, entry: EntryView, wanted: boolean): void {
    let made = true;
    if (path.length > 0) {
      const parent = this.#folder(root, folder);
      const name = cString(entry.name);
      if (call.mkdirat(parent, name, 0o700) !== 0) {
        const errno = lastErrno();
        if (errno !== "EEXIST") throw posixError("mkdir", errno, path);
        made = false;
        if (!this.#stat.read(parent, name)) fail("statx", path);
        if (this.#stat.format !== S_IFDIR) {
          if (!this.#replace) throw restoreError("RESTORE_OCCUPIED", "something that is no folder stands in its place");
          if (call.unlinkat(parent, name, 0) !== 0) fail("unlink", path);
          if (call.mkdirat(parent, name, 0o700) !== 0) fail("mkdir", path);
          made = true;
        }
      }
    } else if (!wanted) return;
    // On the way to what is wanted, a folder that stands there already stays as it is.
    if (!wanted && !made && !this.#journal.resumed) return;
    this.#counts.directories++;
    this.#later_folders.push({
      root,
      folder: path.length === 0 ? path : Buffer.from(folder),
      raw: Buffer.from(entry.raw),
    });
  }

  #makeOther(root: number, folder: Buffer, entry: EntryView): void {
    const dir = this.#folder(root, folder);
    const { file } = this.#plan.targets[root] as RootTarget;
    const name = Buffer.from(folder.length === 0 && file !== undefined ? file : entry.name);
    const path = cString(name);
    const make = (): number => {
      switch (entry.type) {
        case TYPE_SYMLINK:
          return call.symlinkat(cString(entry.linkTarget), dir, path);
        case TYPE_FIFO:
          return call.mknodat(dir, path, S_IFIFO | 0o600, 0n);
        case TYPE_BLOCK_DEVICE:
        case TYPE_CHARACTER_DEVICE: {
          const { major, minor } = entry.device;
          return call.mknodat(
            dir,
            path,
            (entry.type === TYPE_BLOCK_DEVICE ? S_IFBLK : S_IFCHR) | 0o600,
            makeDevice(major, minor),
          );
        }
        default:
          throw restoreError("RESTORE_PART_LOST", `an entry has the unknown type ${entry.type}`);
      }
    };
    if (make() !== 0) {
      const errno = lastErrno();
      if (errno !== "EEXIST" || !this.#replace) throw posixError("create", errno, name);
      if (call.unlinkat(dir, path, 0) !== 0) fail("unlink", name);
      if (make() !== 0) fail("create", name);
    }
    this.#counts.others++;
    const refused = applyAt(dir, cString(name).subarray(0, -1), entry, this.#stale);
    if (refused !== undefined)
      this.#warn(fullPath(this.#plan.manifest, root, pathOf(folder, entry.name)), "RESTORE_METADATA", refused);
  }

  /** Another name of what was restored before: linked at the end. The first one seen is restored as itself. */
  #isLink(root: number, folder: Buffer, name: Buffer, path: Buffer, entry: EntryView): boolean {
    if (entry.nlink <= 1) return false;
    const primary = this.#primaries.get(entry.identity);
    if (primary === undefined) {
      this.#primaries.set(entry.identity, { root, path: Buffer.from(path) });
      return false;
    }
    this.#later_links.push({
      root,
      folder: Buffer.from(folder),
      name: Buffer.from(name),
      primary,
      file: entry.type === TYPE_FILE,
    });
    return true;
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
    if (this.#isLink(root, folder, name ?? entry.name, path, entry)) return;
    let existed = false;
    if (occupied || this.#journal.resumed) {
      const found = this.#stat.read(this.#folder(root, folder), cString(name ?? entry.name));
      // It came after the plan was shown, or its path was too long to be looked at then.
      if (found && !this.#replace) throw restoreError("RESTORE_TARGET_EXISTS", "it exists already");
      existed = found && this.#stat.format === S_IFREG;
      const same =
        existed &&
        this.#stat.size === size &&
        this.#stat.mtime_s === entry.mtime_s &&
        this.#stat.mtime_ns === entry.mtime_ns;
      if (same && this.#journal.has(ordinal)) {
        this.#counts.files++;
        this.#counts.bytes_kept += size;
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
      const [dir, own] = [this.#folder(root, folder), name ?? entry.name];
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
      this.#counts.bytes_written += result.bytes;
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
      this.#counts.files++;
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
      this.#failed_total++;
      if (this.#failed.length < LISTED_MAX) this.#failed.push({ path, code: fault.code, message: fault.message });
    }
    for (const fault of result.warnings) this.#warn(pathTo(fault)[1], fault.code, fault.message);
  }

  /** Takes away what was written of a file that could not be completed, so that nobody takes it for whole. */
  #remove(file: WindowFile): void {
    const view = new EntryView();
    view.move(file.raw, 0);
    try {
      call.unlinkat(this.#folder(file.root, file.folder), cString(file.name ?? view.name), 0);
    } catch (error) {
      this.#warn(
        fullPath(this.#plan.manifest, file.root, pathOf(file.folder, view.name)),
        asHoldfastError(error).code,
        "what was written of it could not be removed",
      );
    }
  }

  #makeLinks(): void {
    for (const { root, folder, name, primary, file } of this.#later_links) {
      const path = pathOf(folder, name);
      try {
        const to = this.#folder(root, folder);
        const slash = primary.path.lastIndexOf(47);
        const from = this.#folder(primary.root, slash < 0 ? Buffer.alloc(0) : primary.path.subarray(0, slash));
        const link = () => call.linkat(from, cString(primary.path.subarray(slash + 1)), to, cString(name), 0);
        if (link() !== 0) {
          const errno = lastErrno();
          if (errno !== "EEXIST" || !this.#replace) throw posixError("link", errno, path);
          if (call.unlinkat(to, cString(name), 0) !== 0) fail("unlink", path);
          if (link() !== 0) fail("link", path);
        }
        if (file) this.#counts.files++;
        else this.#counts.others++;
      } catch (error) {
        this.#fail(fullPath(this.#plan.manifest, root, path), error);
      }
    }
  }

  #deleteExtra(): void {
    // What could not be listed in full must not be taken for extra.
    if (this.#failed_total > 0) return;
    const { extra, request, manifest, target_description } = this.#plan;
    if (request.delete_extra === true && !tellsWhatWasThere(manifest)) {
      const { code, message } = restoreError(
        "RESTORE_EXTRA_KEPT",
        "nothing was deleted: the backup lacks paths that could not be read when it was made",
      );
      this.#warn(target_description, code, message);
    }
    for (const { root, folder, name } of extra) {
      try {
        removeExtra(this.#folder(root, folder), name);
      } catch (error) {
        this.#fail(fullPath(manifest, root, pathOf(folder, name)), error);
      }
    }
  }

  /** Folders last and deepest first: writing into a folder changes its times, and a read-only one takes no files. */
  #finishFolders(): void {
    const entry = new EntryView();
    for (let i = this.#later_folders.length - 1; i >= 0; i--) {
      const { root, folder, raw } = this.#later_folders[i] as LaterFolder;
      entry.move(raw, 0);
      const path = pathOf(folder, entry.name);
      try {
        const refused =
          path.length === 0
            ? this.#finishRoot(root, entry)
            : applyAt(this.#folder(root, folder), cString(entry.name).subarray(0, -1), entry, this.#stale);
        if (refused !== undefined) this.#warn(fullPath(this.#plan.manifest, root, path), "RESTORE_METADATA", refused);
      } catch (error) {
        this.#fail(fullPath(this.#plan.manifest, root, path), error);
      }
    }
  }

  #finishRoot(root: number, entry: EntryView): string | undefined {
    const fd = this.#roots[root] as number;
    if (this.#stale) removeStaleXattrs(fd, SELF, entry);
    return applyToFile(fd, entry);
  }

  async close(): Promise<void> {
    await this.#pool.close();
    this.#journal.close(this.#complete);
    // Removing the journal touched the folder it lay in; its time is part of what was restored.
    const first = this.#later_folders[0];
    if (this.#complete && first !== undefined && first.folder.length === 0) {
      const entry = new EntryView();
      entry.move(first.raw, 0);
      if (pathOf(first.folder, entry.name).length === 0) this.#finishRoot(first.root, entry);
    }
    this.#closeFolders();
    for (const fd of this.#roots) call.close(fd);
  }
}

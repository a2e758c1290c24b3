import {
  checkName,
  EMPTY_CONTENT,
  encodeContent,
  encodeEntry,
  FLAG_CHANGED,
  type Extent,
  TYPE_BLOCK_DEVICE,
  TYPE_CHARACTER_DEVICE,
  TYPE_DIRECTORY,
  TYPE_FIFO,
  TYPE_FILE,
  TYPE_SOCKET,
  TYPE_SYMLINK,
  type TreeReader,
  type ReadPage,
} from "../../manifest/index.ts";
import {
  call,
  FileStat,
  lastErrno,
  listDirectory,
  nameForCall,
  O_CLOEXEC,
  O_NOATIME,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  posixError,
  readXattrsAt,
  readXattrsFd,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFREG,
  S_IFSOCK,
  withNul,
} from "../../posix/index.ts";
import type { ChunkSink } from "../../repository/index.ts";
import { asHoldfastError } from "../../../base/index.ts";
import { readExtents, SEGMENT_BYTES } from "./content.ts";
import { sourceError } from "./errors.ts";
import { compileExclude, type Exclude } from "./exclude.ts";
import { DOT, SourceRoots } from "./roots.ts";
import { type TakeOver, takeOver } from "./take-over.ts";
import { Batch, Known } from "./scanned.ts";

/** Longer contents are encoded by the main thread, which keeps map pages together in metadata packs. */
const EXTENTS_HERE_MAX = 64;

export interface ScanOptions {
  /** Absolute paths. */
  readonly roots: readonly Buffer[];
  readonly exclude: readonly string[];
  readonly one_file_system: boolean;
  /**
   * Files whose ctime is at or after this moment are read again even if nothing seems changed: the parent backup may
   * have read them within the same tick of the kernel's clock as their last change. Milliseconds since 1970.
   */
  readonly racy_from_ms: number;
}

const LINK_BYTES = 64 * 1024;
const linkTarget = Buffer.alloc(LINK_BYTES);
const NO_ATIME = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOATIME;

/** Reads folders of a file tree, one at a time, in one worker thread. */
export class FileScanner {
  readonly #options: ScanOptions;
  readonly #sink: ChunkSink;
  readonly #parent: TreeReader | undefined;
  readonly #exclude: Exclude | undefined;
  readonly #roots: SourceRoots;
  readonly #stat = new FileStat();
  readonly #after = new FileStat();
  readonly #onProgress: (files: number, bytes: number) => void;
  readonly #take: TakeOver;
  #noatime = true;

  constructor(
    options: ScanOptions,
    sink: ChunkSink,
    parent: TreeReader | undefined,
    readPage: ReadPage,
    onProgress: (files: number, bytes: number) => void,
  ) {
    this.#options = options;
    this.#roots = new SourceRoots(options.roots);
    this.#sink = sink;
    this.#parent = parent;
    this.#exclude = compileExclude(options.exclude);
    this.#onProgress = onProgress;
    this.#take = takeOver(sink, readPage, onProgress);
  }

  close(): void {
    this.#roots.close();
  }

  /** Reads one folder, with the content of its files up to a segment each. */
  async scan(root: number, path: Buffer): Promise<Batch> {
    const batch = new Batch();
    const problem = (name: Buffer, error: unknown) => {
      const { code, message } = asHoldfastError(error);
      batch.problems.push({ path: this.#roots.display(root, path, name), code, message });
    };
    const known = await this.#known(root, path);
    if (path.length === 0 && !this.#roots.isDirectory(root)) {
      await this.#scanRootFile(root, known, batch, problem);
      return batch;
    }
    let dir: number;
    try {
      dir = this.#roots.openDirectory(root, path);
    } catch (error) {
      problem(DOT, error);
      return batch;
    }
    try {
      if (path.length === 0) {
        this.#stat.readFd(dir);
        batch.directories++;
        batch.push(encodeEntry(TYPE_DIRECTORY, DOT, this.#stat, { xattrs: readXattrsFd(dir, this.#roots.path(root)) }));
      }
      const seen = new Known(known);
      for (const name of listDirectory(dir, path)) {
        try {
          const reading = this.#entry(root, path, dir, name, seen, batch);
          if (reading !== undefined) await reading;
        } catch (error) {
          this.#sink.discard();
          if (isStoreFailure(error)) throw error;
          problem(name, error);
        }
      }
    } finally {
      call.close(dir);
    }
    return batch;
  }

  async #known(root: number, path: Buffer): Promise<Buffer[]> {
    if (this.#parent === undefined) return [];
    try {
      return await this.#parent.directory(root, path);
    } catch {
      return []; // a parent that cannot be read costs time, not data: everything is read anew
    }
  }

  /** A root that is a file: one group with the entry `.`. */
  async #scanRootFile(
    root: number,
    known: Buffer[],
    batch: Batch,
    problem: (name: Buffer, error: unknown) => void,
  ): Promise<void> {
    const { dir, name } = this.#roots.openParent(root);
    try {
      await this.#entry(root, Buffer.alloc(0), dir, name, new Known(known), batch, DOT);
    } catch (error) {
      this.#sink.discard();
      if (isStoreFailure(error)) throw error;
      problem(DOT, error);
    } finally {
      call.close(dir);
    }
  }

  /** @param as the name it gets in the tree, when it is not its own */
  #entry(
    root: number,
    path: Buffer,
    dir: number,
    name: Buffer,
    seen: Known,
    batch: Batch,
    as = name,
  ): Promise<void> | undefined {
    const stat = this.#stat;
    if (!stat.read(dir, nameForCall(name))) {
      const errno = lastErrno();
      if (errno === "ENOENT") throw sourceError("SOURCE_FILE_VANISHED", "it was removed while the folder was read");
      throw posixError("statx", errno, name);
    }
    const format = stat.format;
    if (this.#exclude?.(path, name, format === S_IFDIR) === true) return undefined;
    checkName(name);
    const before = seen.find(as);
    if (before !== undefined && !this.#racy() && before.unchangedSince(stat)) {
      const at = batch.bytes;
      const taken = this.#take(before, format, batch);
      // What is in a folder may have changed all the same.
      if (taken === true && format === S_IFDIR && this.#descends(root)) batch.descend.push(at);
      if (taken === true) return undefined;
      if (taken !== false)
        return taken.then((it) => (it ? undefined : this.#anew(root, path, dir, name, as, format, batch)));
    }
    return this.#anew(root, path, dir, name, as, format, batch);
  }

  /** Reads an entry that cannot be taken over. */
  #anew(
    root: number,
    path: Buffer,
    dir: number,
    name: Buffer,
    as: Buffer,
    format: number,
    batch: Batch,
  ): Promise<void> | undefined {
    const stat = this.#stat;
    switch (format) {
      case S_IFREG:
        return this.#file(root, path, dir, name, as, batch);
      case S_IFDIR: {
        batch.directories++;
        const at = batch.push(encodeEntry(TYPE_DIRECTORY, as, stat, { xattrs: readXattrsAt(dir, name) }));
        if (this.#descends(root)) batch.descend.push(at);
        return undefined;
      }
      case S_IFLNK: {
        const length = Number(call.readlinkat(dir, withNul(name), linkTarget, LINK_BYTES));
        if (length < 0) throw posixError("readlink", lastErrno(), name);
        const target = Buffer.from(linkTarget.subarray(0, length));
        batch.others++;
        batch.push(encodeEntry(TYPE_SYMLINK, as, stat, { link_target: target, xattrs: readXattrsAt(dir, name) }));
        return undefined;
      }
      case S_IFBLK:
      case S_IFCHR:
      case S_IFIFO: {
        const type = format === S_IFBLK ? TYPE_BLOCK_DEVICE : format === S_IFCHR ? TYPE_CHARACTER_DEVICE : TYPE_FIFO;
        batch.others++;
        batch.push(encodeEntry(type, as, stat, { xattrs: readXattrsAt(dir, name) }));
        return undefined;
      }
      case S_IFSOCK:
        batch.others++;
        batch.push(encodeEntry(TYPE_SOCKET, as, stat, {}));
        return undefined;
      default:
        throw posixError("statx", `unknown file type ${format.toString(8)}`, name);
    }
  }

  #racy(): boolean {
    return Number(this.#stat.ctime_s) * 1000 + this.#stat.ctime_ns / 1e6 >= this.#options.racy_from_ms;
  }

  #descends(root: number): boolean {
    if (!this.#options.one_file_system) return true;
    return this.#roots.sameDevice(root, this.#stat);
  }

  async #file(root: number, path: Buffer, dir: number, name: Buffer, as: Buffer, batch: Batch): Promise<void> {
    const fd = this.#openFile(dir, name);
    try {
      const stat = this.#stat;
      const xattrs = readXattrsFd(fd, name);
      const size = stat.size;
      if (size > Number.MAX_SAFE_INTEGER) throw posixError("read", "EFBIG", name);
      const sparse = stat.blocks * 512 < size;
      batch.files++;
      batch.source_bytes += size;
      if (size > SEGMENT_BYTES) {
        const entry_at = batch.push(encodeEntry(TYPE_FILE, as, stat, { content: EMPTY_CONTENT, xattrs }));
        batch.open.push({ entry_at, size, sparse, stamp: Buffer.from(stat.bytes), extents: undefined });
        return;
      }
      let extents: Extent[];
      try {
        extents =
          size === 0
            ? []
            : await readExtents(fd, name, 0, size, sparse, this.#sink, (count) => this.#onProgress(0, count));
      } catch (error) {
        batch.files--;
        batch.source_bytes -= size;
        throw error;
      }
      this.#onProgress(1, 0);
      const flags = this.#finish(fd, stat, extents) ? FLAG_CHANGED : 0;
      if (flags !== 0) {
        const error = sourceError("SOURCE_FILE_CHANGED", "it changed while it was read");
        batch.problems.push({ path: this.#roots.display(root, path, name), code: error.code, message: error.message });
      }
      if (extents.length <= EXTENTS_HERE_MAX) {
        const content = encodeContent(extents, () => {
          throw new Error("a short content needs no pages");
        });
        batch.push(encodeEntry(TYPE_FILE, as, stat, { content, xattrs, flags }));
      } else {
        const entry_at = batch.push(encodeEntry(TYPE_FILE, as, stat, { content: EMPTY_CONTENT, xattrs, flags }));
        batch.open.push({ entry_at, size: stat.size, sparse, stamp: Buffer.alloc(0), extents });
      }
    } finally {
      call.close(fd);
    }
  }

  #openFile(dir: number, name: Buffer): number {
    let fd = call.openat(dir, withNul(name), this.#noatime ? NO_ATIME : NO_ATIME & ~O_NOATIME, 0);
    if (fd < 0 && lastErrno() === "EPERM" && this.#noatime) {
      fd = call.openat(dir, withNul(name), NO_ATIME & ~O_NOATIME, 0);
      if (fd >= 0) this.#noatime = false;
    }
    if (fd >= 0) return fd;
    const errno = lastErrno();
    if (errno === "ENOENT" || errno === "ELOOP")
      throw sourceError("SOURCE_FILE_VANISHED", "it was removed while the folder was read");
    throw posixError("open", errno, name);
  }

  /** Did the file change since `stat`? Sets the size to what was really read. */
  #finish(fd: number, stat: FileStat, extents: readonly Extent[]): boolean {
    this.#after.readFd(fd);
    const read = extents.reduce((sum, extent) => sum + extent.length, 0);
    const changed = changedSince(stat.bytes, this.#after) || read !== stat.size;
    // Something else may have taken its name between listing and opening: what counts is the file that was read.
    if (this.#after.format !== S_IFREG)
      throw sourceError("SOURCE_FILE_VANISHED", "something else took its name while it was opened");
    if (changed) this.#after.bytes.copy(stat.bytes);
    if (read !== stat.size) stat.bytes.writeBigUInt64LE(BigInt(read), 40);
    return changed;
  }

  /** Reads one segment of a large file. `changed` when the file is not what it was when it was listed. */
  async segment(
    root: number,
    path: Buffer,
    name: Buffer,
    start: number,
    end: number,
    sparse: boolean,
    stamp: Uint8Array,
  ): Promise<{ extents: Extent[]; changed: boolean }> {
    const { dir, name: own } =
      path.length === 0 && name.equals(DOT)
        ? this.#roots.openParent(root)
        : { dir: this.#roots.openDirectory(root, path), name: Buffer.concat([name, Buffer.of(0)]).subarray(0, -1) };
    try {
      const fd = this.#openFile(dir, own);
      try {
        const extents = await readExtents(fd, own, start, end, sparse, this.#sink, (count) =>
          this.#onProgress(0, count),
        );
        this.#after.readFd(fd);
        return { extents, changed: changedSince(stamp, this.#after) };
      } finally {
        call.close(fd);
      }
    } catch (error) {
      this.#sink.discard();
      throw error;
    } finally {
      call.close(dir);
    }
  }
}

/** Compares size, inode, mtime and ctime of two `struct statx`. */
function changedSince(before: Uint8Array, after: FileStat): boolean {
  const ranges = [
    [32, 48],
    [96, 108],
    [112, 124],
  ] as const;
  return ranges.some(([from, to]) => after.bytes.compare(before, from, to, from, to) !== 0);
}

/** Errors of the repository end the backup; errors of the source are noted and passed by. */
export function isStoreFailure(error: unknown): boolean {
  const { code } = asHoldfastError(error);
  return !code.startsWith("FILE_") && !code.startsWith("SOURCE_") && !code.startsWith("TREE_");
}

import { asHoldfastError } from "../../base/index.ts";
import { EntryView } from "../manifest/index.ts";
import { asBuffer } from "../pipeline/index.ts";
import {
  call,
  cString,
  fail,
  FileStat,
  lastErrno,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  openBeneath,
  posixError,
  S_IFDIR,
  S_IFREG,
} from "../posix/index.ts";
import { restoreError } from "./errors.ts";
import { applyToFile, owner, removeStaleXattrs } from "./metadata.ts";
import type { FileFault, TaskFiles } from "./task.ts";

const OPEN_MAX = 128;
const FRESH = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
const PRIVATE = 0o600;
const PERMISSIONS = 0o777;

/** The files of one task in the target: opened when first written, given their metadata when complete. */
export class FileTable {
  readonly failed: FileFault[] = [];
  readonly warnings: FileFault[] = [];
  readonly count: number;
  readonly #roots: readonly number[];
  readonly #files: TaskFiles;
  readonly #entries: Buffer;
  readonly #replace: boolean;
  readonly #stale: boolean;
  readonly #folders = new Map<number, number>();
  readonly #open = new Map<number, number>();
  readonly #gone = new Set<number>();
  readonly #view = new EntryView();
  readonly #stat = new FileStat();

  constructor(roots: readonly number[], files: TaskFiles, replace: boolean, stale: boolean) {
    this.#roots = roots;
    this.#files = files;
    this.#entries = asBuffer(files.entries);
    this.#replace = replace;
    this.#stale = stale;
    this.count = files.entry_at.length;
  }

  name(file: number): Buffer {
    const other = this.#files.names.get(file);
    if (other !== undefined) return asBuffer(other);
    this.#view.move(this.#entries, this.#files.entry_at[file] as number);
    return this.#view.name;
  }

  #folder(file: number): number {
    const number = this.#files.folder_of[file] as number;
    let fd = this.#folders.get(number);
    if (fd === undefined) {
      const { root, path } = this.#files.folders[number] as TaskFiles["folders"][number];
      fd = openBeneath(this.#roots[root] as number, path, O_RDONLY | O_DIRECTORY);
      if (this.#folders.size >= OPEN_MAX) this.#closeAll(this.#folders);
      this.#folders.set(number, fd);
    }
    return fd;
  }

  /** Does something for a file; what fails is noted for it and ends only that file. Fatal errors are thrown. */
  attempt(file: number, act: () => void): void {
    if (this.#gone.has(file)) return;
    try {
      act();
    } catch (error) {
      if (asHoldfastError(error).code === "FILE_SYSTEM_FULL") throw error;
      this.fail(file, error);
    }
  }

  /** Gives a file up. The main thread removes what was written of it, unless it stood there before. */
  fail(file: number, error: unknown): void {
    if (this.#gone.has(file)) return;
    this.#gone.add(file);
    const { code, message } = asHoldfastError(error);
    this.failed.push({ file, code, message });
    this.release(file);
  }

  /** @param complete nothing of the file is written before or after this */
  write(file: number, bytes: Uint8Array, offset: number, complete: boolean): void {
    const fd = this.#fd(file);
    for (let done = 0; done < bytes.length; ) {
      const count = Number(call.pwrite(fd, bytes.subarray(done), bytes.length - done, offset + done));
      if (count <= 0) fail("write", this.name(file));
      done += count;
    }
    if (complete) this.finish(file);
  }

  #fd(file: number): number {
    const known = this.#open.get(file);
    if (known !== undefined) return known;
    if (this.#open.size >= OPEN_MAX) this.#closeAll(this.#open);
    const fd = this.#create(file);
    this.#open.set(file, fd);
    return fd;
  }

  #create(file: number): number {
    const folder = this.#folder(file);
    const name = cString(this.name(file));
    const fresh = call.openat(folder, name, FRESH, this.#firstMode(file));
    if (fresh >= 0) return fresh;
    const errno = lastErrno();
    if (errno !== "EEXIST") throw posixError("create", errno, this.name(file));
    // Ours from an earlier task of this restore or an earlier run, or an existing file that may be replaced.
    if (!this.#stat.read(folder, name)) fail("statx", this.name(file));
    if (this.#stat.format === S_IFDIR) throw restoreError("RESTORE_OCCUPIED", "a folder stands in its place");
    const fd_known = this.#openForWriting(folder, name);
    if (fd_known !== undefined) return fd_known;
    if (!this.#replace) throw posixError("create", "EEXIST", this.name(file));
    if (this.#files.kept[file] === 1) {
      throw restoreError("RESTORE_OCCUPIED", "it was found right in part, and can no longer be written to");
    }
    // Another kind of thing, or a file with other names: writing into it would change what is not ours.
    if (call.unlinkat(folder, name, 0) !== 0) fail("unlink", this.name(file));
    const fd = call.openat(folder, name, FRESH, PRIVATE);
    if (fd < 0) fail("create", this.name(file));
    return fd;
  }

  /**
   * Mode to create a file with: its own when it is to be ours with nothing else to protect it, which mostly spares
   * setting it later; else private, for nobody may read it before it has its owner and its ACL.
   */
  #firstMode(file: number): number {
    this.#view.move(this.#entries, this.#files.entry_at[file] as number);
    const ours = this.#view.uid === owner.uid && this.#view.gid === owner.gid && !this.#view.has_xattrs;
    return ours ? this.#view.mode & PERMISSIONS : PRIVATE;
  }

  /** An existing file that may be written into: regular, with this one name, and not in use as a program. */
  #openForWriting(folder: number, name: Buffer): number | undefined {
    // O_NONBLOCK: whatever takes the name meanwhile, a FIFO say, must not hold us up.
    const fd = call.openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    if (fd < 0) return undefined;
    this.#stat.readFd(fd);
    if (this.#stat.format === S_IFREG && this.#stat.nlink === 1) return fd;
    call.close(fd);
    return undefined;
  }

  /** For comparing: only a file that could be patched, since what is right in it then stays. */
  openExisting(file: number): number {
    const known = this.#open.get(file);
    if (known !== undefined) return known;
    if (this.#open.size >= OPEN_MAX) this.#closeAll(this.#open);
    const fd = this.#openForWriting(this.#folder(file), cString(this.name(file)));
    if (fd === undefined) throw posixError("open", "EBUSY", this.name(file));
    this.#open.set(file, fd);
    return fd;
  }

  /** Sets size and metadata and closes the file; creates it when nothing was written (empty, or nothing missing). */
  finish(file: number): void {
    if (this.#gone.has(file)) return;
    const fd = this.#fd(file);
    this.#view.move(this.#entries, this.#files.entry_at[file] as number);
    this.#stat.readFd(fd);
    if (this.#stat.size !== this.#view.size && call.ftruncate(fd, this.#view.size) !== 0)
      fail("ftruncate", this.name(file));
    if (this.#stale) removeStaleXattrs(this.#folder(file), Buffer.from(this.name(file)), this.#view);
    const refused = applyToFile(fd, this.#view, this.#stat);
    if (refused !== undefined) {
      const { code, message } = restoreError("RESTORE_METADATA", refused);
      this.warnings.push({ file, code, message });
    }
    this.release(file);
    this.#gone.add(file);
  }

  release(file: number): void {
    const fd = this.#open.get(file);
    if (fd === undefined) return;
    call.close(fd);
    this.#open.delete(file);
  }

  #closeAll(map: Map<number, number>): void {
    for (const fd of map.values()) call.close(fd);
    map.clear();
  }

  close(): void {
    this.#closeAll(this.#open);
    this.#closeAll(this.#folders);
  }
}

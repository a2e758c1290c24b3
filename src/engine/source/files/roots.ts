import {
  AT_FDCWD,
  call,
  cString,
  displayPath,
  FileStat,
  lastErrno,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOATIME,
  O_RDONLY,
  openBeneath,
  openRoot,
} from "../../posix/index.ts";

/** Name of a root's own entry. */
export const DOT = Buffer.from(".");

/**
 * The folders a backup starts from, each opened once: whatever is renamed above them meanwhile, the scan stays below.
 */
export class SourceRoots {
  readonly #paths: readonly Buffer[];
  readonly #opened = new Map<number, { fd: number; device: string }>();

  constructor(paths: readonly Buffer[]) {
    this.#paths = paths;
  }

  path(root: number): Buffer {
    return this.#paths[root] as Buffer;
  }

  #open(root: number): { fd: number; device: string } {
    let opened = this.#opened.get(root);
    if (opened === undefined) {
      const fd = openRoot(this.path(root));
      const stat = new FileStat();
      stat.readFd(fd);
      opened = { fd, device: deviceOf(stat) };
      this.#opened.set(root, opened);
    }
    return opened;
  }

  /** Opens a folder below a root; the caller closes it. */
  openDirectory(root: number, path: Buffer): number {
    return openBeneath(this.#open(root).fd, path, O_RDONLY | O_DIRECTORY | O_NOATIME);
  }

  /** Does what `stat` describes lie on the root's own file system? */
  sameDevice(root: number, stat: FileStat): boolean {
    return this.#open(root).device === deviceOf(stat);
  }

  isDirectory(root: number): boolean {
    const fd = call.openat(AT_FDCWD, cString(this.path(root)), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd >= 0) call.close(fd);
    return fd >= 0 || lastErrno() !== "ENOTDIR";
  }

  /** Folder and name of a root that is a file; the name has a NUL behind it. */
  openParent(root: number): { dir: number; name: Buffer } {
    const path = this.path(root);
    const slash = path.lastIndexOf(47);
    const name = Buffer.concat([path.subarray(slash + 1), Buffer.of(0)]).subarray(0, -1);
    return { dir: openRoot(slash <= 0 ? Buffer.from("/") : path.subarray(0, slash)), name };
  }

  /** Path of an entry as people know it. */
  display(root: number, path: Buffer, name: Buffer): string {
    const parts = [this.path(root), path, name].filter((part) => part.length > 0 && !part.equals(DOT));
    const joined = Buffer.from(parts.map((part) => part.toString("latin1")).join("/"), "latin1");
    return displayPath(joined).replace(/^\/\//, "/");
  }

  close(): void {
    for (const { fd } of this.#opened.values()) call.close(fd);
    this.#opened.clear();
  }
}

function deviceOf(stat: FileStat): string {
  return `${stat.dev_major}:${stat.dev_minor}`;
}

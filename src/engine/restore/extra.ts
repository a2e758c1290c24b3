import type { Manifest } from "../repository/index.ts";
import {
  AT_REMOVEDIR,
  call,
  cString,
  fail,
  FileStat,
  lastErrno,
  listDirectory,
  O_DIRECTORY,
  O_RDONLY,
  openBeneath,
  openRoot,
  posixError,
  S_IFDIR,
} from "../posix/index.ts";
import { compileExclude } from "../source/files/index.ts";
import { restoreError } from "./errors.ts";
import type { RootTarget } from "./target.ts";

/** Something in the target that the backup does not have. */
export interface Extra {
  readonly root: number;
  /** Its folder, relative to the root. */
  readonly folder: Buffer;
  readonly name: Buffer;
}

/** The folders of a backup with the names in each, as far as a restore brings them. */
export class KnownNames {
  readonly #folders = new Map<string, { root: number; path: Buffer; names: Set<string> }>();

  addFolder(root: number, path: Buffer): void {
    const key = `${root}/${path.toString("latin1")}`;
    if (!this.#folders.has(key)) this.#folders.set(key, { root, path: Buffer.from(path), names: new Set() });
  }

  addName(root: number, folder: Buffer, name: Buffer): void {
    this.#folders.get(`${root}/${folder.toString("latin1")}`)?.names.add(name.toString("latin1"));
  }

  /**
   * What stands in these folders of the target besides. Spared is what the backup could not have held: what its
   * patterns excluded, and other file systems mounted below.
   */
  *extras(manifest: Manifest, targets: readonly RootTarget[], spared: ReadonlySet<string>): Generator<Extra> {
    const exclude = compileExclude(manifest.exclude);
    const stat = new FileStat();
    for (const { root, path, names } of this.#folders.values()) {
      const opened = openIn(targets[root] as RootTarget, path, stat);
      if (opened === undefined) continue;
      const { fd, device } = opened;
      try {
        for (const name of listDirectory(fd, path)) {
          if (names.has(name.toString("latin1")) || spared.has(name.toString("latin1"))) continue;
          if (!stat.read(fd, cString(name)) || deviceOf(stat) !== device) continue;
          if (exclude?.(path, name, stat.format === S_IFDIR) === true) continue;
          yield { root, folder: path, name: Buffer.from(name) };
        }
      } finally {
        call.close(fd);
      }
    }
  }
}

/** Did the backup hold everything that was there? What it could not read must not be taken for deleted since. */
export function tellsWhatWasThere({ stats, problems }: Manifest): boolean {
  const harmless = new Set(["SOURCE_FILE_CHANGED", "SOURCE_FILE_VANISHED", "SOURCE_SOCKET"]);
  return stats.problems <= problems.length && problems.every(({ code }) => harmless.has(code));
}

/** A folder of the target on the same file system as its root, or nothing. */
function openIn(target: RootTarget, path: Buffer, stat: FileStat): { fd: number; device: string } | undefined {
  let root: number;
  try {
    root = openRoot(target.folder);
  } catch {
    return undefined; // nothing there, nothing extra
  }
  try {
    stat.readFd(root);
    const device = deviceOf(stat);
    const fd = openBeneath(root, path, O_RDONLY | O_DIRECTORY);
    stat.readFd(fd);
    if (deviceOf(stat) === device) return { fd, device };
    call.close(fd);
    return undefined;
  } catch {
    return undefined; // a symlink or a file stands where the folder will be: the restore replaces it
  } finally {
    call.close(root);
  }
}

function deviceOf(stat: FileStat): string {
  return `${stat.dev_major}:${stat.dev_minor}`;
}

/**
 * Removes a name with all that is below it, following no symlink and entering no other file system.
 * @param folder open folder it stands in. Throws a POSIX error or RESTORE_OCCUPIED.
 */
export function removeExtra(folder: number, name: Buffer): void {
  const text = cString(name);
  if (call.unlinkat(folder, text, 0) === 0) return;
  const errno = lastErrno();
  if (errno === "ENOENT") return;
  if (errno !== "EISDIR" && errno !== "EPERM") throw posixError("unlink", errno, name);
  const stat = new FileStat();
  stat.readFd(folder);
  const device = deviceOf(stat);
  const fd = openBeneath(folder, name, O_RDONLY | O_DIRECTORY);
  try {
    stat.readFd(fd);
    if (deviceOf(stat) !== device) throw restoreError("RESTORE_OCCUPIED", "another file system is mounted there");
    for (const inner of listDirectory(fd, name)) removeExtra(fd, inner);
  } finally {
    call.close(fd);
  }
  if (call.unlinkat(folder, text, AT_REMOVEDIR) !== 0) fail("rmdir", name);
}

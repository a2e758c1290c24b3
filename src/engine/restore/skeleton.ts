import {
  EntryView,
  TYPE_BLOCK_DEVICE,
  TYPE_CHARACTER_DEVICE,
  TYPE_FIFO,
  TYPE_FILE,
  TYPE_SYMLINK,
} from "../manifest/index.ts";
import {
  call,
  cString,
  fail,
  FileStat,
  lastErrno,
  makeDevice,
  posixError,
  readXattrsFd,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
} from "../posix/index.ts";
import { restoreError } from "./errors.ts";
import { applyAt, applyToFile, removeStaleXattrs } from "./metadata.ts";
import type { RestoreOutcome } from "./outcome.ts";
import type { PreparedRestore } from "./plan.ts";
import type { RootTarget } from "./target.ts";
import type { TargetTree } from "./target-tree.ts";
import { fullPath, pathOf } from "./walk.ts";

/** The open folder itself, as a name in it (NUL-terminated in memory). */
const SELF = cString(Buffer.from(".")).subarray(0, -1);
const DEFAULT_ACL = Buffer.from("system.posix_acl_default");

/** Everything made below such a folder is given an ACL. */
export function hasDefaultAcl(fd: number): boolean {
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

export interface SkeletonOptions {
  readonly plan: PreparedRestore;
  readonly tree: TargetTree;
  readonly outcome: RestoreOutcome;
  /** May what stands in the target be replaced? */
  readonly replace: boolean;
  /** May there be attributes that the backup does not have? */
  readonly stale: boolean;
  readonly resumed: boolean;
}

/** Makes everything of a tree but the content of its files: folders, symlinks, devices, FIFOs, further names. */
export class Skeleton {
  readonly #o: SkeletonOptions;
  readonly #stat = new FileStat();
  readonly #later_folders: LaterFolder[] = [];
  readonly #later_links: LaterLink[] = [];
  readonly #primaries = new Map<string, { root: number; path: Buffer }>();

  constructor(options: SkeletonOptions) {
    this.#o = options;
  }

  #display(root: number, path: Buffer): string {
    return fullPath(this.#o.plan.manifest, root, path);
  }

  makeFolder(root: number, folder: Buffer, path: Buffer, entry: EntryView, wanted: boolean): void {
    let made = true;
    if (path.length > 0) {
      const parent = this.#o.tree.folder(root, folder);
      const name = cString(entry.name);
      if (call.mkdirat(parent, name, 0o700) !== 0) {
        const errno = lastErrno();
        if (errno !== "EEXIST") throw posixError("mkdir", errno, path);
        made = false;
        if (!this.#stat.read(parent, name)) fail("statx", path);
        if (this.#stat.format !== S_IFDIR) {
          if (!this.#o.replace)
            throw restoreError("RESTORE_OCCUPIED", "something that is no folder stands in its place");
          if (call.unlinkat(parent, name, 0) !== 0) fail("unlink", path);
          if (call.mkdirat(parent, name, 0o700) !== 0) fail("mkdir", path);
          made = true;
        }
      }
    } else if (!wanted) return;
    // On the way to what is wanted, a folder that stands there already stays as it is.
    if (!wanted && !made && !this.#o.resumed) return;
    this.#o.outcome.counts.directories++;
    this.#later_folders.push({
      root,
      folder: path.length === 0 ? path : Buffer.from(folder),
      raw: Buffer.from(entry.raw),
    });
  }

  /** Makes a symlink, device or FIFO. */
  makeOther(root: number, folder: Buffer, entry: EntryView): void {
    const dir = this.#o.tree.folder(root, folder);
    const { file } = this.#o.plan.targets[root] as RootTarget;
    const name = Buffer.from(folder.length === 0 && file !== undefined ? file : entry.name);
    const path = cString(name);
    if (makeNode(dir, path, entry) !== 0) {
      const errno = lastErrno();
      if (errno !== "EEXIST" || !this.#o.replace) throw posixError("create", errno, name);
      if (call.unlinkat(dir, path, 0) !== 0) fail("unlink", name);
      if (makeNode(dir, path, entry) !== 0) fail("create", name);
    }
    this.#o.outcome.counts.others++;
    const refused = applyAt(dir, cString(name).subarray(0, -1), entry, this.#o.stale);
    if (refused !== undefined)
      this.#o.outcome.warn(this.#display(root, pathOf(folder, entry.name)), "RESTORE_METADATA", refused);
  }

  /** Another name of what was restored before: linked at the end. The first one seen is restored as itself. */
  isLink(root: number, folder: Buffer, name: Buffer, entry: EntryView): boolean {
    if (entry.nlink <= 1) return false;
    const primary = this.#primaries.get(entry.identity);
    if (primary === undefined) {
      this.#primaries.set(entry.identity, { root, path: Buffer.from(pathOf(folder, name)) });
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

  makeLinks(): void {
    const { tree, outcome, replace } = this.#o;
    for (const { root, folder, name, primary, file } of this.#later_links) {
      const path = pathOf(folder, name);
      try {
        const to = tree.folder(root, folder);
        const slash = primary.path.lastIndexOf(47);
        const from = tree.folder(primary.root, slash < 0 ? Buffer.alloc(0) : primary.path.subarray(0, slash));
        const link = () => call.linkat(from, cString(primary.path.subarray(slash + 1)), to, cString(name), 0);
        if (link() !== 0) {
          const errno = lastErrno();
          if (errno !== "EEXIST" || !replace) throw posixError("link", errno, path);
          if (call.unlinkat(to, cString(name), 0) !== 0) fail("unlink", path);
          if (link() !== 0) fail("link", path);
        }
        if (file) outcome.counts.files++;
        else outcome.counts.others++;
      } catch (error) {
        outcome.fail(this.#display(root, path), error);
      }
    }
  }

  /** Folders last and deepest first: writing into a folder changes its times, and a read-only one takes no files. */
  finishFolders(): void {
    const { tree, outcome, stale } = this.#o;
    const entry = new EntryView();
    for (let i = this.#later_folders.length - 1; i >= 0; i--) {
      const { root, folder, raw } = this.#later_folders[i] as LaterFolder;
      entry.move(raw, 0);
      const path = pathOf(folder, entry.name);
      try {
        const refused =
          path.length === 0
            ? this.#finishRoot(root, entry)
            : applyAt(tree.folder(root, folder), cString(entry.name).subarray(0, -1), entry, stale);
        if (refused !== undefined) outcome.warn(this.#display(root, path), "RESTORE_METADATA", refused);
      } catch (error) {
        outcome.fail(this.#display(root, path), error);
      }
    }
  }

  #finishRoot(root: number, entry: EntryView): string | undefined {
    const fd = this.#o.tree.roots[root] as number;
    if (this.#o.stale) removeStaleXattrs(fd, SELF, entry);
    this.#stat.readFd(fd);
    return applyToFile(fd, entry, this.#stat);
  }

  /** Once more for the first root: removing the journal touched the folder it lay in. */
  finishFirstRoot(): void {
    const first = this.#later_folders[0];
    if (first === undefined || first.folder.length > 0) return;
    const entry = new EntryView();
    entry.move(first.raw, 0);
    if (pathOf(first.folder, entry.name).length === 0) this.#finishRoot(first.root, entry);
  }
}

/** 0, or -1 with an errno. */
function makeNode(dir: number, path: Buffer, entry: EntryView): number {
  switch (entry.type) {
    case TYPE_SYMLINK:
      return call.symlinkat(cString(entry.linkTarget), dir, path);
    case TYPE_FIFO:
      return call.mknodat(dir, path, S_IFIFO | 0o600, 0n);
    case TYPE_BLOCK_DEVICE:
    case TYPE_CHARACTER_DEVICE: {
      const { major, minor } = entry.device;
      const format = entry.type === TYPE_BLOCK_DEVICE ? S_IFBLK : S_IFCHR;
      return call.mknodat(dir, path, format | 0o600, makeDevice(major, minor));
    }
    default:
      throw restoreError("RESTORE_PART_LOST", `an entry has the unknown type ${entry.type}`);
  }
}

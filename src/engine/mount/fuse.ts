import { constants } from "node:os";
import Fuse from "fuse-native";
import { hasCode } from "../../base/index.ts";
import { pathBytes, pathText } from "../browse/index.ts";
import { BlockCache } from "./blocks.ts";
import { mountError } from "./errors.ts";
import type { ShownFile, ShownNode, ShownTree } from "./types.ts";

/** What is in a backup does not change: the kernel need not ask again for this long. */
const KEPT_S = 3600;
/** Folders named by time come and go. */
const KEPT_AT_TOP_S = 30;
const OPEN_FILES_MAX = 256;

const { ENOENT, EIO, ENODATA, EINVAL } = constants.errno;

export interface MountOptions {
  /** An existing, empty folder. */
  readonly dir: string;
  /** Let other users in, held to owners and modes as they are in the backup. */
  readonly allow_other?: boolean;
  /** The top may change, because it lists backups. */
  readonly changes?: boolean;
  /** Told of what could not be read; the one who reads gets an I/O error. */
  readonly onError?: (path: string, error: unknown) => void;
}

export interface Mounted {
  /** @throws MOUNT_UNMOUNT_FAILED */
  unmount(): Promise<void>;
}

/** Shows a tree at a folder until it is unmounted. @throws MOUNT_FAILED */
export async function mountTree(tree: ShownTree, options: MountOptions): Promise<Mounted> {
  const kept_s = options.changes === true ? KEPT_AT_TOP_S : KEPT_S;
  const fuse = new Fuse(options.dir, operations(tree, options), {
    // The package has no option for it; the name ends at the comma.
    fsname: "holdfast,ro",
    subtype: "baas",
    timeout: false,
    kernelCache: true,
    entryTimeout: kept_s,
    attrTimeout: kept_s,
    ...(options.allow_other === true ? { allowOther: true, defaultPermissions: true } : {}),
  });
  await new Promise<void>((resolve, reject) => {
    fuse.mount((error) => {
      if (error === null || error === undefined) return resolve();
      reject(mountError("MOUNT_FAILED", `${options.dir}: ${error.message}`, { dir: options.dir }, error));
    });
  });
  let unmounting: Promise<void> | undefined;
  const unmount = () =>
    new Promise<void>((resolve, reject) => {
      fuse.unmount((error) => {
        if (error === null || error === undefined) return resolve();
        reject(mountError("MOUNT_UNMOUNT_FAILED", `${options.dir}: ${error.message}`, { dir: options.dir }, error));
      });
    });
  return { unmount: () => (unmounting ??= unmount()) };
}

/** Bytes that are no UTF-8 are shown as `\xHH`: the library carries names as text. */
function operations(tree: ShownTree, options: MountOptions): ConstructorParameters<typeof Fuse>[1] {
  const blocks = new BlockCache();
  const files = new Map<string, Promise<ShownFile>>();

  const node = async (path: string): Promise<ShownNode> => {
    const found = await tree.find(pathBytes(path));
    if (found === undefined) throw new Errno(ENOENT);
    return found;
  };
  const fileOf = (path: string, shown: ShownNode): Promise<ShownFile> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const opening = tree.open(pathBytes(path), shown);
    files.set(path, opening);
    opening.catch(() => files.delete(path));
    if (files.size > OPEN_FILES_MAX) files.delete(files.keys().next().value as string);
    return opening;
  };
  const answered = <T>(path: string, work: Promise<T>, answer: (error: number, value?: T) => void): void => {
    work.then(
      (value) => answer(0, value),
      (error: unknown) => {
        const errno = errnoOf(error);
        if (errno === EIO) options.onError?.(path, error);
        answer(-errno);
      },
    );
  };

  return {
    getattr: (path, answer) => answered(path, node(path).then(statOf), answer),
    readdir: (path, answer) => {
      const names = async () => (await tree.list(pathBytes(path))).map(({ name }) => pathText(name));
      answered(path, names(), answer);
    },
    readlink: (path, answer) => {
      const target = async () => {
        const { link_target } = await node(path);
        if (link_target === undefined) throw new Errno(EINVAL);
        return link_target.toString();
      };
      answered(path, target(), answer);
    },
    read: (path, _fd, into, length, offset, answer) => {
      // The library takes the count of bytes where others take an error.
      const read = async () => {
        const shown = await node(path);
        return blocks.read(path, shown.size, () => fileOf(path, shown), into, offset, length);
      };
      read().then(
        (count) => answer(count),
        (error: unknown) => {
          options.onError?.(path, error);
          answer(-errnoOf(error));
        },
      );
    },
    getxattr: (path, name, _position, answer) => {
      const value = async () => {
        const found = (await node(path)).xattrs.find((xattr) => Buffer.from(xattr.name).toString() === name);
        if (found === undefined) throw new Errno(ENODATA);
        return Buffer.from(found.value);
      };
      answered(path, value(), answer);
    },
    listxattr: (path, answer) => {
      const names = async () => (await node(path)).xattrs.map(({ name }) => Buffer.from(name).toString());
      answered(path, names(), answer);
    },
    statfs: (path, answer) => answered(path, Promise.resolve(STATFS), answer),
  };
}

const STATFS = {
  bsize: 4096,
  frsize: 4096,
  blocks: 0,
  bfree: 0,
  bavail: 0,
  files: 0,
  ffree: 0,
  favail: 0,
  namemax: 255,
};

class Errno extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

function errnoOf(error: unknown): number {
  if (error instanceof Errno) return error.errno;
  return hasCode(error, "BROWSE_PATH_NOT_FOUND") || hasCode(error, "BROWSE_PATH_INVALID") ? ENOENT : EIO;
}

function statOf({ type, mode, uid, gid, size, nlink, mtime_ns }: ShownNode) {
  const mtime = new Date(Number(mtime_ns / 1_000_000n));
  const bytes = type === "symlink" || type === "file" ? size : 0;
  return { mode, uid, gid, size: bytes, nlink, blocks: Math.ceil(bytes / 512), mtime, atime: mtime, ctime: mtime };
}

import { hasCode } from "../../../base/index.ts";
import { pathBytes, pathText } from "../../../engine/browse/index.ts";
import type { ShownFile, ShownNode, ShownTree } from "../../../engine/mount/index.ts";
import type { FileDetail } from "../../../protocol/index.ts";
import type { CliIo } from "../io.ts";
import type { Connection } from "./client.ts";
import { type BackupPlace, getEntry, listFolder, readContent } from "./files.ts";

const NODES_MAX = 100_000;

type Folder = ReadonlyMap<string, ShownNode>;

/** A backup of a server as a tree: folders are fetched when somebody looks, and kept. */
export class RemoteTree implements ShownTree {
  readonly #io: CliIo;
  readonly #connection: Connection;
  readonly #place: BackupPlace;
  readonly #folders = new Map<string, Promise<Folder>>();
  #nodes = 0;

  constructor(io: CliIo, connection: Connection, place: BackupPlace) {
    this.#io = io;
    this.#connection = connection;
    this.#place = place;
  }

  async find(path: Buffer): Promise<ShownNode | undefined> {
    if (path.length === 0) return nodeOf(await getEntry(this.#connection, this.#place, "/"));
    const slash = path.lastIndexOf(47);
    try {
      const folder = await this.#folder(slash < 0 ? Buffer.alloc(0) : path.subarray(0, slash));
      return folder.get(path.subarray(slash + 1).toString("latin1"));
    } catch (error) {
      if (hasCode(error, "BROWSE_PATH_NOT_FOUND") || hasCode(error, "BROWSE_NOT_A_FOLDER")) return undefined;
      throw error;
    }
  }

  async list(path: Buffer): Promise<readonly ShownNode[]> {
    return [...(await this.#folder(path)).values()];
  }

  async open(path: Buffer): Promise<ShownFile> {
    const where = `/${pathText(path)}`;
    return {
      read: async (offset, length) => {
        const wanted = { path: where, range: { start: offset, end: offset + length } };
        const pieces: Buffer[] = [];
        for await (const piece of readContent(this.#io, this.#connection, this.#place, wanted)) pieces.push(piece);
        return Buffer.concat(pieces);
      },
    };
  }

  #folder(path: Buffer): Promise<Folder> {
    const key = path.toString("latin1");
    const known = this.#folders.get(key);
    if (known !== undefined) return known;
    const fetching = this.#fetch(path);
    this.#folders.set(key, fetching);
    fetching.catch(() => this.#folders.delete(key));
    return fetching;
  }

  async #fetch(path: Buffer): Promise<Folder> {
    const folder = new Map<string, ShownNode>();
    for await (const page of listFolder(this.#connection, this.#place, `/${pathText(path)}`)) {
      for (const detail of page) {
        const node = nodeOf(detail);
        folder.set(node.name.toString("latin1"), node);
      }
    }
    this.#nodes += folder.size;
    while (this.#nodes > NODES_MAX && this.#folders.size > 1) {
      const [oldest, old] = this.#folders.entries().next().value as [string, Promise<Folder>];
      this.#folders.delete(oldest);
      this.#nodes -= (await old.catch(() => new Map())).size;
    }
    return folder;
  }
}

const FORMATS: Readonly<Record<FileDetail["type"], number>> = {
  file: 0o100000,
  directory: 0o40000,
  symlink: 0o120000,
  block_device: 0o60000,
  character_device: 0o20000,
  fifo: 0o10000,
  socket: 0o140000,
};

function nodeOf(detail: FileDetail): ShownNode {
  const { name, type, mode, uid, gid, nlink, size_bytes, mtime_ns, target, xattrs } = detail;
  return {
    name: pathBytes(name),
    type,
    mode: FORMATS[type] | Number.parseInt(mode, 8),
    uid,
    gid,
    nlink,
    size: size_bytes,
    mtime_ns: BigInt(mtime_ns),
    link_target: target === null ? undefined : targetBytes(target),
    xattrs: xattrs.map((xattr) => ({
      name: Buffer.from(xattr.name),
      value: Buffer.from(xattr.value_base64, "base64"),
    })),
  };
}

/** As `pathBytes`, but a target may begin with a slash and lead upwards. */
function targetBytes(text: string): Buffer {
  return Buffer.concat(
    text
      .split(/\\x([0-9a-f]{2})/i)
      .map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(Number.parseInt(part, 16)))),
  );
}

import type { BackupNode, BackupReader } from "./backup-reader.ts";
import { browseError } from "./errors.ts";
import { pathText } from "./path-text.ts";

/** Entries of folders kept at hand; about half a kilobyte each. */
const CACHED_NODES_MAX = 100_000;

/** An entry and its path below the top of the backup. */
export interface Found {
  readonly path: Buffer;
  readonly node: BackupNode;
}

type Folder = ReadonlyMap<string, BackupNode>;

/** Any stretch of a file; fewer bytes than asked for at its end. */
export interface OpenFile {
  readonly size: number;
  read(offset: number, length: number): Promise<Buffer>;
}

/** What can be seen inside files of a backup, such as the file systems of an image: a folder more in the backup. */
export interface InnerTree {
  /** Folder of the backup that it is shown in; bytes as latin1, without slashes at the ends. */
  readonly in_folder: string;
  readonly name: string;
  /** Paths are below the folder of that name; the empty one is that folder itself. */
  find(path: Buffer): Promise<BackupNode | undefined>;
  list(path: Buffer): Promise<readonly BackupNode[]>;
  /** Paths of all that is below and has a name that is wanted, in no order. */
  search(path: Buffer, wanted: (name: Buffer) => boolean): AsyncIterable<Found>;
  close(): Promise<void>;
}

/**
 * A backup as one tree: each of its roots at its own absolute path, the folders above them made up. Paths are bytes
 * without slashes at their ends; the empty one is the top.
 */
export class BackupTree {
  readonly reader: BackupReader;
  readonly inner: InnerTree | undefined;
  /** Path of the inner tree's folder. */
  readonly #inside: string | undefined;
  /** Number of the root at a path. */
  readonly #roots = new Map<string, number>();
  /** Names in the folders above the roots. */
  readonly #above = new Map<string, Set<string>>();
  readonly #folders = new Map<string, Promise<Folder>>();
  #cached = 0;

  constructor(reader: BackupReader, inner?: InnerTree) {
    this.reader = reader;
    this.inner = inner;
    this.#inside = inner === undefined ? undefined : join(inner.in_folder, inner.name);
    for (const [number, root] of reader.manifest.roots.entries()) {
      const path = trim(root).toString("latin1");
      this.#roots.set(path, number);
      for (let at = path; at !== ""; at = parentOf(at)) {
        const above = this.#above.get(parentOf(at)) ?? new Set();
        above.add(nameOf(at));
        this.#above.set(parentOf(at), above);
      }
    }
  }

  /** `undefined` when the backup has nothing there. @throws TREE_DAMAGED, CHUNK_*, STORE_* */
  async find(path: Buffer): Promise<BackupNode | undefined> {
    const key = path.toString("latin1");
    const below = this.insideOf(path);
    if (below !== undefined) return this.inner?.find(below);
    const at = this.#place(key);
    if (at === undefined) return this.#above.has(key) ? this.#madeUp(nameOf(key)) : undefined;
    if (at.rest === "") {
      const node = await this.reader.find(at.root, Buffer.alloc(0));
      return node === undefined ? undefined : { ...node, name: Buffer.from(nameOf(key) || "/", "latin1") };
    }
    // A folder that was listed is at hand; else one page of each level of the tree is read, however large the folder.
    const listed = this.#folders.get(`${at.root}/${parentOf(at.rest)}`);
    if (listed !== undefined) return (await listed).get(nameOf(at.rest));
    return this.reader.find(at.root, Buffer.from(at.rest, "latin1"));
  }

  /** @throws BROWSE_PATH_NOT_FOUND, and as {@link find} */
  async get(path: Buffer): Promise<BackupNode> {
    const node = await this.find(path);
    if (node !== undefined) return node;
    const message = `backup ${this.reader.manifest.backup_id} has no /${pathText(path)}`;
    throw browseError("BROWSE_PATH_NOT_FOUND", message, { path: pathText(path) });
  }

  /** Entries of a folder in the order of their names' bytes. @throws BROWSE_NOT_A_FOLDER, and as {@link get} */
  async list(path: Buffer): Promise<readonly BackupNode[]> {
    const node = await this.get(path);
    if (node.type !== "directory")
      throw browseError("BROWSE_NOT_A_FOLDER", `/${pathText(path)} is a ${node.type}, and no folder`);
    const key = path.toString("latin1");
    const below = this.insideOf(path);
    if (below !== undefined) return (await this.inner?.list(below)) ?? [];
    const at = this.#place(key);
    if (at !== undefined) {
      const nodes = [...(await this.#folder(at.root, at.rest)).values()];
      const shown = key === this.inner?.in_folder ? await this.inner.find(Buffer.alloc(0)) : undefined;
      return shown === undefined ? nodes : [...nodes, shown].sort((a, b) => Buffer.compare(a.name, b.name));
    }
    const names = [...(this.#above.get(key) ?? [])].sort((a, b) => (a < b ? -1 : 1));
    const nodes = await Promise.all(names.map((name) => this.find(Buffer.from(join(key, name), "latin1"))));
    return nodes.filter((each) => each !== undefined);
  }

  /** @throws BROWSE_NOT_A_FILE, and as {@link find} */
  async open(node: BackupNode): Promise<OpenFile> {
    const { size, read } = node;
    if (read === undefined) return this.reader.openFile(node);
    return { size, read: async (offset, length) => read(offset, Math.max(0, Math.min(length, size - offset))) };
  }

  /** The path inside the inner tree, if it leads there. */
  insideOf(path: Buffer): Buffer | undefined {
    const inside = this.#inside;
    if (inside === undefined) return undefined;
    const key = path.toString("latin1");
    if (key === inside) return Buffer.alloc(0);
    return key.startsWith(`${inside}/`) ? path.subarray(inside.length + 1) : undefined;
  }

  /** Path from the top of something in the inner tree. */
  fromInside(path: Buffer): Buffer {
    return Buffer.from(join(this.#inside ?? "", path.toString("latin1")), "latin1");
  }

  /**
   * What lies at the path and below it, folders before what is in them. The inner tree is left out unless the path
   * leads into it: what is in it is in the backup's files already. @throws as {@link get}
   */
  async *walk(path: Buffer): AsyncGenerator<Found> {
    const top = await this.get(path);
    yield { path, node: top };
    if (top.type !== "directory") return;
    const open = [{ path, nodes: this.#each(path) }];
    for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
      const next = await folder.nodes.next();
      if (next.done === true) {
        open.pop();
        continue;
      }
      const node = next.value;
      const key = join(folder.path.toString("latin1"), node.name.toString("latin1"));
      const below = Buffer.from(key, "latin1");
      yield { path: below, node };
      if (node.type === "directory" && key !== this.#inside) open.push({ path: below, nodes: this.#each(below) });
    }
  }

  /** Entries of a folder, of any size. */
  async *#each(path: Buffer): AsyncGenerator<BackupNode> {
    const key = path.toString("latin1");
    const at = this.#place(key);
    if (at === undefined || this.insideOf(path) !== undefined || key === this.inner?.in_folder)
      yield* await this.list(path);
    else yield* this.reader.each(at.root, Buffer.from(at.rest, "latin1"));
  }

  /** Path of something below a root, from the top. */
  pathOf(root: number, folder: Buffer, name: Buffer): Buffer {
    const parts = [trim(this.reader.manifest.roots[root] as Buffer), folder, name.equals(DOT) ? EMPTY : name];
    const texts = parts.map((part) => part.toString("latin1")).filter((part) => part !== "");
    return Buffer.from(texts.join("/"), "latin1");
  }

  #place(key: string): { readonly root: number; readonly rest: string } | undefined {
    for (let at = key; ; at = parentOf(at)) {
      const root = this.#roots.get(at);
      if (root !== undefined) return { root, rest: at === "" ? key : key.slice(at.length + 1) };
      if (at === "") return undefined;
    }
  }

  #folder(root: number, path: string): Promise<Folder> {
    const key = `${root}/${path}`;
    const known = this.#folders.get(key);
    if (known !== undefined) {
      this.#folders.delete(key);
      this.#folders.set(key, known);
      return known;
    }
    const reading = this.#read(root, path);
    this.#folders.set(key, reading);
    reading.catch(() => this.#folders.delete(key));
    return reading;
  }

  async #read(root: number, path: string): Promise<Folder> {
    const nodes = await this.reader.list(root, Buffer.from(path, "latin1"));
    this.#cached += nodes.length;
    while (this.#cached > CACHED_NODES_MAX && this.#folders.size > 1) {
      const [oldest, folder] = this.#folders.entries().next().value as [string, Promise<Folder>];
      this.#folders.delete(oldest);
      this.#cached -= (await folder.catch(() => new Map())).size;
    }
    return new Map(nodes.map((node) => [node.name.toString("latin1"), node]));
  }

  #madeUp(name: string): BackupNode {
    return {
      name: Buffer.from(name || "/", "latin1"),
      type: "directory",
      mode: 0o40755,
      uid: 0,
      gid: 0,
      nlink: 1,
      size: 0,
      mtime_ns: BigInt(this.reader.manifest.created_at_ms) * 1_000_000n,
      link_target: undefined,
      xattrs: [],
      content: undefined,
    };
  }
}

const DOT = Buffer.from(".");
const EMPTY = Buffer.alloc(0);

function trim(path: Buffer): Buffer {
  const names = path
    .toString("latin1")
    .split("/")
    .filter((name) => name !== "");
  return Buffer.from(names.join("/"), "latin1");
}

function parentOf(key: string): string {
  const slash = key.lastIndexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

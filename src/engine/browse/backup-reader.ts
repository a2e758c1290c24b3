import {
  EntryView,
  FileReader,
  TreeReader,
  TYPE_BLOCK_DEVICE,
  TYPE_CHARACTER_DEVICE,
  TYPE_DIRECTORY,
  TYPE_FIFO,
  TYPE_FILE,
  TYPE_SOCKET,
  TYPE_SYMLINK,
} from "../manifest/index.ts";
import type { ExtendedAttribute } from "../posix/index.ts";
import { ChunkReader, type Lease, type Manifest, type Repository } from "../repository/index.ts";
import { ChunkCache } from "./chunk-cache.ts";
import { browseError } from "./errors.ts";

const TYPES = {
  [TYPE_FILE]: "file",
  [TYPE_DIRECTORY]: "directory",
  [TYPE_SYMLINK]: "symlink",
  [TYPE_BLOCK_DEVICE]: "block_device",
  [TYPE_CHARACTER_DEVICE]: "character_device",
  [TYPE_FIFO]: "fifo",
  [TYPE_SOCKET]: "socket",
} as const;
export type NodeType = (typeof TYPES)[keyof typeof TYPES];

/** One entry of a backup. */
export interface BackupNode {
  /** Bytes of the name; a root's own is `.`. */
  readonly name: Buffer;
  readonly type: NodeType;
  /** All bits of `st_mode`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly mtime_ns: bigint;
  readonly link_target: Buffer | undefined;
  readonly xattrs: readonly ExtendedAttribute[];
  /** Of a file (docs/format.md §8). */
  readonly content: Buffer | undefined;
  /** Of a file inside an image: its bytes from `offset` on. */
  readonly read?: (offset: number, length: number) => Promise<Buffer>;
}

/** An entry, and where it lies below its root. */
export interface FoundNode {
  readonly root: number;
  readonly folder: Buffer;
  readonly node: BackupNode;
}

/** Reads one backup of an open repository. Close it: until then no sweep takes the backup away. */
export class BackupReader {
  readonly manifest: Manifest;
  readonly #lease: Lease;
  readonly #tree: TreeReader;
  readonly #chunks: ChunkCache;

  private constructor(manifest: Manifest, lease: Lease, tree: TreeReader, chunks: ChunkReader) {
    this.manifest = manifest;
    this.#lease = lease;
    this.#tree = tree;
    this.#chunks = new ChunkCache(chunks.read);
  }

  /** @throws BACKUP_NOT_FOUND, MANIFEST_DAMAGED, STORE_* */
  static async open(repository: Repository, backup_id: string): Promise<BackupReader> {
    const lease = await repository.beginLease("restore");
    try {
      const manifest = await repository.readManifest(backup_id);
      const loaded = await repository.loadIndex({
        new_chunks: 0,
        new_frames: 0,
        new_packs: 0,
        wanted: manifest.packs,
        only_wanted: true,
      });
      const { store, epoch_keys, hasher } = repository;
      const chunks = new ChunkReader(store, epoch_keys, loaded.index, hasher);
      return new BackupReader(manifest, lease, new TreeReader(manifest.tree as Buffer, chunks.read), chunks);
    } catch (error) {
      await lease.end().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#lease.end().catch(() => undefined); // found stale by the next one
  }

  /** Entries of a folder, sorted by name's bytes; the root's own `.` is left out. @param root number of the root */
  async list(root: number, path: Buffer): Promise<BackupNode[]> {
    const nodes: BackupNode[] = [];
    for await (const node of this.each(root, path)) nodes.push(node);
    return nodes;
  }

  /** As {@link list}, a page of the tree at a time: for folders of any size. */
  async *each(root: number, path: Buffer): AsyncGenerator<BackupNode> {
    const view = new EntryView();
    for await (const entries of this.#tree.parts(root, path)) {
      for (let at = 0; at < entries.length; at = view.end) {
        view.move(entries, at);
        if (view.name.toString("latin1") !== ".") yield nodeOf(view);
      }
    }
  }

  /** One entry; the empty path is the root itself. `undefined` when the backup has none there. */
  async find(root: number, path: Buffer): Promise<BackupNode | undefined> {
    const slash = path.lastIndexOf(47);
    const folder = slash < 0 ? Buffer.alloc(0) : path.subarray(0, slash);
    const name = path.length === 0 ? Buffer.from(".") : path.subarray(slash + 1);
    const view = new EntryView();
    const parts = path.length === 0 ? this.#tree.directory(root, folder) : this.#tree.partWith(root, folder, name);
    for (const entries of await parts) {
      for (let at = 0; at < entries.length; at = view.end) {
        view.move(entries, at);
        if (view.name.equals(name)) return nodeOf(view);
      }
    }
    return undefined;
  }

  /**
   * Entries of all folders whose name is wanted, a page of the tree at a time.
   * @param skip told of each page's id: equal pages of other backups hold equal entries, and need not be read again
   */
  async *search(
    wanted: (name: Buffer) => boolean,
    skip: (page: Buffer) => boolean,
  ): AsyncGenerator<{ readonly page: Buffer; readonly found: FoundNode[] }> {
    let page = Buffer.alloc(0);
    const view = new EntryView();
    const groups = this.#tree.walk((id) => {
      if (skip(id)) return false;
      page = Buffer.from(id);
      return true;
    });
    for await (const leaf of groups) {
      const found: FoundNode[] = [];
      for (const { root, path, entries } of leaf) {
        for (let at = 0; at < entries.length; at = view.end) {
          view.move(entries, at);
          if (wanted(view.name)) found.push({ root, folder: Buffer.from(path), node: nodeOf(view) });
        }
      }
      yield { page, found };
    }
  }

  /** @throws BROWSE_NOT_A_FILE, TREE_DAMAGED, CHUNK_*, STORE_* */
  openFile(node: BackupNode): Promise<FileReader> {
    if (node.content === undefined)
      throw browseError("BROWSE_NOT_A_FILE", `${node.name.toString()} is a ${node.type}, and no file`);
    return FileReader.open(node.content, node.size, this.#chunks.read);
  }

  /** @throws BROWSE_PATH_NOT_FOUND, and as {@link openFile} */
  async openPath(root: number, path: Buffer): Promise<FileReader> {
    const node = await this.find(root, path);
    if (node === undefined) {
      const message = `backup ${this.manifest.backup_id} has no ${path.toString()}`;
      throw browseError("BROWSE_PATH_NOT_FOUND", message, { path: path.toString() });
    }
    return this.openFile(node);
  }
}

function nodeOf(view: EntryView): BackupNode {
  const { type } = view;
  return {
    name: Buffer.from(view.name),
    type: TYPES[type as keyof typeof TYPES] ?? "socket",
    mode: view.mode,
    uid: view.uid,
    gid: view.gid,
    nlink: view.nlink,
    size: view.size,
    mtime_ns: view.mtime_s * 1_000_000_000n + BigInt(view.mtime_ns),
    link_target: type === TYPE_SYMLINK ? Buffer.from(view.linkTarget) : undefined,
    xattrs: view.xattrs.map(({ name, value }) => ({ name: Buffer.from(name), value: Buffer.from(value) })),
    content: type === TYPE_FILE ? Buffer.from(view.content) : undefined,
  };
}

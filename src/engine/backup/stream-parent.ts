import { hasCode } from "../../base/index.ts";
import {
  EntryView,
  FileReader,
  FLAG_CHANGED,
  FLAG_INCOMPLETE,
  TreeReader,
  TYPE_FILE,
  walkContent,
} from "../manifest/index.ts";
import { ChunkReader, type ChunkSink, type LoadedIndex, type Manifest, type Repository } from "../repository/index.ts";
import { type ParentFile, type StreamParent, streamError } from "../source/stream/index.ts";
import { type ExtentList, packExtents } from "./extent-list.ts";
import { pathKey } from "./entry-store.ts";

/** The parent backup of a stream: what is unchanged is taken over from here, as long as it is stored. */
export class ParentContents implements StreamParent {
  readonly #manifest: Manifest;
  readonly #tree: TreeReader;
  readonly #reader: ChunkReader;
  readonly #sink: ChunkSink;
  #open: { readonly path: string; readonly file: FileReader } | undefined;

  constructor(manifest: Manifest, repository: Repository, loaded: LoadedIndex, sink: ChunkSink) {
    this.#manifest = manifest;
    this.#sink = sink;
    this.#reader = new ChunkReader(repository.store, repository.epoch_keys, loaded.index, repository.hasher);
    this.#tree = new TreeReader(manifest.tree as Buffer, this.#reader.read);
  }

  get backup_id(): string {
    return this.#manifest.backup_id;
  }
  get created_at_ms(): number {
    return this.#manifest.created_at_ms;
  }
  get details(): Readonly<Record<string, unknown>> {
    return this.#manifest.details;
  }

  async size(path: string | Buffer): Promise<number | undefined> {
    return (await this.#entry(pathKey(path)))?.size;
  }

  async find(path: string | Buffer): Promise<ParentFile | undefined> {
    const entry = await this.#entry(pathKey(path));
    if (entry === undefined) return undefined;
    const xattrs = entry.xattrs.map(({ name, value }) => ({ name: Buffer.from(name), value: Buffer.from(value) }));
    return { size: entry.size, xattrs };
  }

  async read(path: string | Buffer, offset: number, length: number): Promise<Buffer> {
    const key = pathKey(path);
    try {
      if (this.#open?.path !== key) {
        const entry = await this.#entry(key);
        if (entry === undefined) throw incomplete(key, "has no whole file of that name");
        const { content, size } = entry;
        this.#open = { path: key, file: await FileReader.open(Buffer.from(content), size, this.#reader.read) };
      }
      return await this.#open.file.read(offset, length);
    } catch (error) {
      if (hasCode(error, "CHUNK_MISSING")) throw incomplete(key, "needs a chunk that is not stored any more");
      throw error;
    }
  }

  async #entry(path: string): Promise<EntryView | undefined> {
    const slash = path.lastIndexOf("/");
    const name = Buffer.from(path.slice(slash + 1), "latin1");
    const folder = Buffer.from(slash < 0 ? "" : path.slice(0, slash), "latin1");
    const parts = await this.#tree.partWith(0, folder, name);
    const view = new EntryView();
    for (const entries of parts) {
      for (let at = 0; at < entries.length; at = view.end) {
        view.move(entries, at);
        if (!view.name.equals(name)) continue;
        const whole = view.type === TYPE_FILE && (view.flags & (FLAG_CHANGED | FLAG_INCOMPLETE)) === 0;
        return whole ? view : undefined;
      }
    }
    return undefined;
  }

  /** What a file of the parent consists of. @throws STREAM_PARENT_INCOMPLETE when it is not there, or not stored */
  async content(path: string): Promise<ParentContent> {
    const entry = await this.#entry(path);
    if (entry === undefined) throw incomplete(path, "has no whole file of that name");
    const offsets: number[] = [];
    const extents: Parameters<typeof packExtents>[0][number][] = [];
    await walkContent(entry.content, this.#reader.read, (extent, offset) => {
      offsets.push(offset);
      extents.push(extent);
    });
    return new ParentContent(path, entry.size, packExtents(extents), Float64Array.from(offsets), this.#sink);
  }
}

/** The extents of one file of the parent, by offset. */
export class ParentContent {
  readonly size: number;
  readonly #path: string;
  readonly #list: ExtentList;
  readonly #offsets: Float64Array;
  readonly #sink: ChunkSink;

  constructor(path: string, size: number, list: ExtentList, offsets: Float64Array, sink: ChunkSink) {
    this.#path = path;
    this.size = size;
    this.#list = list;
    this.#offsets = offsets;
    this.#sink = sink;
  }

  /**
   * The extents of `[start, start + length)`, which the new backup needs from now on. @throws STREAM_PARENT_INCOMPLETE
   */
  slice(start: number, length: number): ExtentList {
    const end = start + length;
    if (end > this.size) throw incomplete(this.#path, `ends at ${this.size}, before ${end}`);
    const { ids, lengths, holes } = this.#list;
    let i = this.#indexAt(start);
    const first = i;
    const cut: number[] = [];
    for (let at = start; at < end; i++) {
      const offset = this.#offsets[i] as number;
      const extent_end = offset + (lengths[i] as number);
      const whole = offset === at && extent_end <= end;
      if (holes[i] !== 1 && !whole) throw incomplete(this.#path, `is not cut at ${at === offset ? end : at}`);
      if (holes[i] !== 1 && !this.#sink.has(Buffer.from(ids.buffer, ids.byteOffset + i * 32, 32)))
        throw incomplete(this.#path, "needs a chunk that is not stored any more");
      cut.push(Math.min(extent_end, end) - at);
      at = Math.min(extent_end, end);
    }
    return {
      ids: ids.subarray(first * 32, i * 32),
      lengths: Float64Array.from(cut),
      holes: holes.subarray(first, i),
    };
  }

  #indexAt(offset: number): number {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function incomplete(path: string, why: string) {
  return streamError("STREAM_PARENT_INCOMPLETE", `the parent backup's ${path} ${why}`, { path });
}

import {
  encodeContent,
  encodeEntry,
  type Extent,
  TYPE_DIRECTORY,
  TYPE_FILE,
  TYPE_SYMLINK,
  type StorePage,
} from "../manifest/index.ts";
import type { Meter } from "../pipeline/index.ts";
import { fileStat, type ImagePart, type StreamEntry, streamError } from "../source/stream/index.ts";
import { EntryStore, pathKey } from "./entry-store.ts";
import { type ExtentList, unpackExtents } from "./extent-list.ts";
import type { ParentContent, ParentContents } from "./stream-parent.ts";
import { type Slabs, STRETCH_BYTES } from "./stream-slabs.ts";

type FileEntry = Extract<StreamEntry, { type: "file" }>;

/** A file under way: its stretches come back from the threads in any order. */
class OpenFile {
  readonly #lists: (ExtentList | undefined)[] = [];
  #missing = 0;
  #closed = false;
  readonly #complete: (lists: readonly ExtentList[]) => void;

  constructor(complete: (lists: readonly ExtentList[]) => void) {
    this.#complete = complete;
  }

  /** Room for the next stretch; call the answer with its extents. */
  next(): (list: ExtentList) => void {
    const at = this.#lists.push(undefined) - 1;
    this.#missing++;
    return (list) => {
      this.#lists[at] = list;
      this.#missing--;
      this.#check();
    };
  }

  close(): void {
    this.#closed = true;
    this.#check();
  }

  #check(): void {
    if (this.#closed && this.#missing === 0) this.#complete(this.#lists as ExtentList[]);
  }
}

export interface StreamCounts {
  files: number;
  directories: number;
  others: number;
  source_bytes: number;
  unchanged_files: number;
}

/** Takes a source's entries one after the other and makes a tree of them. */
export class StreamReader {
  readonly counts: StreamCounts = { files: 0, directories: 0, others: 0, source_bytes: 0, unchanged_files: 0 };
  readonly #entries = new EntryStore();
  readonly #slabs: Slabs;
  readonly #parent: ParentContents | undefined;
  readonly #block_bytes: number;
  readonly #storePage: StorePage;
  readonly #meter: Meter;

  constructor(
    slabs: Slabs,
    parent: ParentContents | undefined,
    block_bytes: number,
    storePage: StorePage,
    meter: Meter,
  ) {
    this.#slabs = slabs;
    this.#parent = parent;
    this.#block_bytes = block_bytes;
    this.#storePage = storePage;
    this.#meter = meter;
  }

  async add(entry: StreamEntry): Promise<void> {
    const path = pathKey(entry.path);
    const name = Buffer.from(path.slice(path.lastIndexOf("/") + 1), "latin1");
    const xattrs = entry.xattrs ?? [];
    const attributes = entry.attributes ?? {};
    switch (entry.type) {
      case "directory":
        this.counts.directories++;
        this.#entries.addFolder(
          path,
          encodeEntry(TYPE_DIRECTORY, name, fileStat("directory", attributes, 0), { xattrs }),
        );
        return;
      case "symlink": {
        this.counts.others++;
        const link_target = Buffer.from(entry.target);
        const stat = fileStat("symlink", attributes, link_target.length);
        this.#entries.add(path, encodeEntry(TYPE_SYMLINK, name, stat, { link_target, xattrs }));
        return;
      }
      case "file": {
        const file = new OpenFile((lists) => {
          const extents: Extent[] = lists.flatMap((list) => unpackExtents(list));
          const size = extents.reduce((sum, extent) => sum + extent.length, 0);
          const content = encodeContent(extents, this.#storePage);
          this.#entries.add(
            path,
            encodeEntry(TYPE_FILE, name, fileStat("file", attributes, size), { content, xattrs }),
          );
          this.counts.files++;
          this.counts.source_bytes += size;
          this.#meter.add(1, 0);
        });
        await this.#content(path, entry, file);
        file.close();
      }
    }
  }

  async #content(path: string, { content, size_hint }: FileEntry, file: OpenFile): Promise<void> {
    if (content.kind === "bytes") return this.#bytes(content.bytes, size_hint ?? 0, file);
    if (content.kind === "image") return this.#image(path, content.parts, file);
    const parent = await this.#parentContent(content.path === undefined ? path : pathKey(content.path));
    file.next()(parent.slice(0, parent.size));
    this.counts.unchanged_files++;
    this.#meter.add(0, parent.size);
  }

  async #bytes(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, hint: number, file: OpenFile): Promise<void> {
    let [total, room] = [0, 0];
    for await (const part of bytes) {
      for (let at = 0; at < part.length; ) {
        if (room === 0) {
          if (total > 0) this.#slabs.end();
          await this.#slabs.begin(0, Math.max(hint - total, part.length - at), file.next());
          room = STRETCH_BYTES;
        }
        const count = await this.#slabs.put(part.subarray(at));
        at += count;
        room -= count;
        total += count;
      }
    }
    if (total > 0) this.#slabs.end();
  }

  async #image(path: string, parts: AsyncIterable<ImagePart> | Iterable<ImagePart>, file: OpenFile): Promise<void> {
    const block_bytes = this.#block_bytes;
    const stretch = Math.floor(STRETCH_BYTES / block_bytes) * block_bytes;
    let parent: ParentContent | undefined;
    let [offset, room] = [0, 0];
    for await (const part of parts) {
      if (part.kind === "data") {
        for (let at = 0; at < part.bytes.length; ) {
          if (room === 0) {
            // The first stretch after an odd offset is short, so that blocks lie at multiples of their size.
            room = stretch - (offset % block_bytes);
            await this.#slabs.begin(block_bytes, Math.min(room, part.bytes.length - at), file.next());
          }
          const count = await this.#slabs.put(part.bytes.subarray(at, at + room));
          at += count;
          room -= count;
          offset += count;
          if (room === 0) this.#slabs.end();
        }
        continue;
      }
      if (offset % block_bytes !== 0)
        throw streamError(
          "STREAM_ENTRY_INVALID",
          `${path}: a ${part.kind} stretch begins inside a block, at ${offset}`,
        );
      if (room > 0) this.#slabs.end();
      room = 0;
      if (part.kind === "hole") file.next()(holeOf(part.length));
      else {
        parent ??= await this.#parentContent(path);
        file.next()(parent.slice(offset, part.length));
        this.#meter.add(0, part.length);
      }
      offset += part.length;
    }
    if (room > 0) this.#slabs.end();
  }

  #parentContent(path: string): Promise<ParentContent> {
    if (this.#parent === undefined)
      throw streamError("STREAM_PARENT_INCOMPLETE", `${path} is said to be unchanged, and there is no parent backup`);
    return this.#parent.content(path);
  }

  /**
   * Waits for every content and writes the tree. @param drain waits for the sink's room. @returns the id of its root
   * page
   */
  async finish(drain: () => Promise<void>): Promise<Buffer> {
    await this.#slabs.finish();
    const { tree, added } = await this.#entries.write(this.#storePage, drain);
    this.counts.directories += added;
    return tree;
  }
}

function holeOf(length: number): ExtentList {
  return { ids: new Uint8Array(32), lengths: Float64Array.of(length), holes: Uint8Array.of(1) };
}

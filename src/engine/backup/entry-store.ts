import { checkName, encodeEntry, TYPE_DIRECTORY, TreeWriter, type StorePage } from "../manifest/index.ts";
import { fileStat, streamError } from "../source/stream/index.ts";

/** Entries wait in memory until the tree can be written in its order: enough for some millions of them. */
const BYTES_MAX = 1024 * 1024 * 1024;

/** Collects entries in any order and writes them as a tree. Paths are latin1 text, a character a byte. */
export class EntryStore {
  /** Encoded entries by name, by folder. */
  readonly #folders = new Map<string, Map<string, Buffer>>([["", new Map()]]);
  #bytes = 0;

  /**
   * @param path as {@link pathKey} gives it. @throws STREAM_ENTRY_INVALID when it is there already, STREAM_TOO_LARGE
   */
  add(path: string, entry: Buffer): void {
    const slash = path.lastIndexOf("/");
    const folder = this.#folder(slash < 0 ? "" : path.slice(0, slash));
    const name = path.slice(slash + 1);
    if (folder.has(name)) throw invalid(path, "stands in the source twice");
    folder.set(name, entry);
    this.#bytes += entry.length + 64;
    if (this.#bytes > BYTES_MAX)
      throw streamError("STREAM_TOO_LARGE", `the source has so many entries that they need more than 1 GiB of memory`);
  }

  /** A folder's own entry, when the source names it. */
  addFolder(path: string, entry: Buffer): void {
    this.#folder(path);
    this.add(path, entry);
  }

  #folder(path: string): Map<string, Buffer> {
    let folder = this.#folders.get(path);
    if (folder !== undefined) return folder;
    folder = new Map();
    this.#folders.set(path, folder);
    this.#folder(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
    return folder;
  }

  /** @returns the id of the tree's root page, and how many folders nobody had named */
  write(storePage: StorePage): { readonly tree: Buffer; readonly added: number } {
    const writer = new TreeWriter(storePage);
    let added = 0;
    const default_folder = (name: Buffer) => {
      added++;
      return encodeEntry(TYPE_DIRECTORY, name, fileStat("directory", {}, 0), {});
    };
    const children = new Map<string, string[]>();
    for (const path of this.#folders.keys()) {
      if (path === "") continue;
      const slash = path.lastIndexOf("/");
      const [parent, name] = [slash < 0 ? "" : path.slice(0, slash), path.slice(slash + 1)];
      const entries = this.#folders.get(parent) as Map<string, Buffer>;
      if (!entries.has(name)) entries.set(name, default_folder(Buffer.from(name, "latin1")));
      const list = children.get(parent);
      if (list === undefined) children.set(parent, [name]);
      else list.push(name);
    }
    const waiting = [""];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const entries = this.#folders.get(path) as Map<string, Buffer>;
      const parts = [...entries.keys()].sort(bytewise).map((name) => entries.get(name) as Buffer);
      if (path === "") parts.unshift(default_folder(Buffer.from(".")));
      writer.addGroup(0, Buffer.from(path, "latin1"), Buffer.concat(parts));
      this.#folders.delete(path);
      const below = (children.get(path) ?? []).sort(bytewise).reverse();
      for (const name of below) waiting.push(path === "" ? name : `${path}/${name}`);
    }
    return { tree: writer.finish(), added };
  }
}

/** Latin1 text sorts as its bytes do. */
function bytewise(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A path as latin1 text, checked. @throws STREAM_ENTRY_INVALID */
export function pathKey(path: string | Buffer): string {
  const bytes = typeof path === "string" ? Buffer.from(path) : path;
  const key = bytes.toString("latin1");
  for (const part of key.split("/")) {
    if (part === "" || part === "." || part.length > 4096) throw invalid(key, "is no path below the source's root");
    try {
      checkName(Buffer.from(part, "latin1"));
    } catch (cause) {
      throw invalid(key, "is no path below the source's root", cause);
    }
  }
  return key;
}

function invalid(path: string, why: string, cause?: unknown) {
  return streamError("STREAM_ENTRY_INVALID", `${JSON.stringify(path)} ${why}`, { path }, cause);
}

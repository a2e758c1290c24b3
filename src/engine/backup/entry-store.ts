import { checkName, encodeEntry, TYPE_DIRECTORY, TreeWriter, type StorePage } from "../manifest/index.ts";
import { fileStat, streamError } from "../source/stream/index.ts";
import { compareRecords, EntryRuns, type EntryRecord } from "./entry-runs.ts";

/** Entries in memory; what is more is sorted and laid into a temporary file. */
const MEMORY_BYTES = 192 * 1024 * 1024;
/** An entry's record beside its bytes. */
const RECORD_BYTES = 200;
/** Folders known to be there already; forgotten ones are told again, which does no harm. */
const FOLDERS_MAX = 200_000;
/** Of a folder given to the tree at a time. */
const PART_BYTES = 4 * 1024 * 1024;

/**
 * Collects entries in any order and writes them as a tree. Paths are latin1 text, a character a byte. What it holds in
 * memory is bounded, however many entries there are.
 */
export class EntryStore {
  readonly #memory_bytes: number;
  readonly #runs = new EntryRuns();
  readonly #folders = new Set<string>();
  #records: EntryRecord[] = [];
  #bytes = 0;

  constructor(memory_bytes = MEMORY_BYTES) {
    this.#memory_bytes = memory_bytes;
    this.#folder("");
  }

  /** @param path as {@link pathKey} gives it */
  add(path: string, entry: Buffer): void {
    const slash = path.lastIndexOf("/");
    const folder = slash < 0 ? "" : path.slice(0, slash);
    this.#folder(folder);
    this.#record(folder, path.slice(slash + 1), entry);
  }

  /** A folder's own entry, when the source names it. */
  addFolder(path: string, entry: Buffer): void {
    this.#folder(path);
    this.add(path, entry);
  }

  /** The folder and those above it are there, whether or not somebody describes them. */
  #folder(path: string): void {
    if (this.#folders.has(path)) return;
    if (this.#folders.size >= FOLDERS_MAX) this.#folders.clear();
    this.#folders.add(path);
    this.#record(path, "", undefined);
    if (path === "") return;
    const slash = path.lastIndexOf("/");
    const above = slash < 0 ? "" : path.slice(0, slash);
    this.#record(above, path.slice(slash + 1), undefined);
    this.#folder(above);
  }

  #record(folder: string, name: string, entry: Buffer | undefined): void {
    this.#records.push({ folder: sortable(folder), name, entry });
    this.#bytes += RECORD_BYTES + folder.length + name.length + (entry?.length ?? 0);
    if (this.#bytes < this.#memory_bytes) return;
    this.#runs.add(this.#records.sort(compareRecords));
    [this.#records, this.#bytes] = [[], 0];
  }

  /**
   * @param drain waits until what was stored is on its way
   * @returns the id of the tree's root page, and how many folders nobody had named
   * @throws STREAM_ENTRY_INVALID when something stands in the source twice
   */
  async write(
    storePage: StorePage,
    drain: () => Promise<void>,
  ): Promise<{ readonly tree: Buffer; readonly added: number }> {
    try {
      return await this.#write(storePage, drain);
    } finally {
      this.#runs.close();
    }
  }

  async #write(storePage: StorePage, drain: () => Promise<void>) {
    const writer = new TreeWriter(storePage);
    let added = 0;
    const default_folder = (name: string) => {
      added++;
      return encodeEntry(TYPE_DIRECTORY, Buffer.from(name, "latin1"), fileStat("directory", {}, 0), {});
    };
    let folder = "";
    let parts: Buffer[] = [default_folder(".")];
    let bytes = 0;
    let continues = false;
    const give = () => {
      writer.addGroup(0, Buffer.from(folder.replaceAll("\0", "/"), "latin1"), Buffer.concat(parts), continues);
      [parts, bytes, continues] = [[], 0, true];
    };
    let last: EntryRecord | undefined;
    const take = ({ folder: where, name, entry }: EntryRecord) => {
      if (where !== folder) {
        give();
        [folder, continues] = [where, false];
      }
      if (name === "") return;
      const encoded = entry ?? default_folder(name);
      parts.push(encoded);
      bytes += encoded.length;
      if (bytes >= PART_BYTES) give();
    };
    for (const record of this.#runs.merged(this.#records.sort(compareRecords))) {
      if (last !== undefined && last.folder === record.folder && last.name === record.name) {
        if (record.entry === undefined) continue; // described ones come first
        const path = [...(last.folder === "" ? [] : last.folder.split("\0")), last.name].join("/");
        throw invalid(path, "stands in the source twice");
      }
      last = record;
      take(record);
      if (bytes === 0) await drain();
    }
    give();
    return { tree: writer.finish(), added };
  }
}

/** So that texts sort as the tree's folders do: a folder, then what is in it, then its next neighbour. */
function sortable(folder: string): string {
  return folder.replaceAll("/", "\0");
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

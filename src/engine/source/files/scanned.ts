import { EntryView, type Extent } from "../../manifest/index.ts";
import { DOT } from "./roots.ts";
import type { Problem } from "../../pipeline/index.ts";

/**
 * A file whose content the main thread has to add: its segments are read one by one, or its extents stand here already.
 */
export interface OpenContent {
  /** Where its entry stands in the folder's entries. */
  readonly entry_at: number;
  readonly size: number;
  readonly sparse: boolean;
  /** What the file was when it was listed, to tell whether it changed. */
  readonly stamp: Uint8Array;
  readonly extents: readonly Extent[] | undefined;
}

/** One folder, scanned: its entries, which sub-folders to visit, which contents are still open. */
export interface ScannedDirectory {
  readonly entries: Buffer;
  /** Offsets in `entries` of the folders to descend into, in order. */
  readonly descend: readonly number[];
  readonly open: readonly OpenContent[];
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly unchanged_files: number;
  readonly source_bytes: number;
  readonly problems: readonly Problem[];
}

/** The parent backup's entries of one folder, looked at in order. */
export class Known {
  readonly #parts: readonly Buffer[];
  readonly #view = new EntryView();
  #part = 0;
  #at = 0;

  constructor(parts: readonly Buffer[]) {
    this.#parts = parts;
  }

  /** The entry with this name. Names must be asked for in byte order. */
  find(name: Buffer): EntryView | undefined {
    while (this.#part < this.#parts.length) {
      const part = this.#parts[this.#part] as Buffer;
      if (this.#at >= part.length) {
        this.#part++;
        this.#at = 0;
        continue;
      }
      this.#view.move(part, this.#at);
      const order = this.#view.compareName(name);
      if (order > 0 && this.#at === 0 && this.#view.name.equals(DOT)) {
        this.#at = this.#view.end; // a root's own entry stands first, though names such as `!x` sort before it
        continue;
      }
      if (order > 0) return undefined;
      this.#at = this.#view.end;
      if (order === 0) return this.#view;
    }
    return undefined;
  }
}

/** Collects one folder's entries. */
export class Batch {
  readonly descend: number[] = [];
  readonly open: OpenContent[] = [];
  readonly problems: Problem[] = [];
  files = 0;
  directories = 0;
  others = 0;
  unchanged_files = 0;
  source_bytes = 0;
  #parts: Buffer[] = [];
  #bytes = 0;
  #run: Buffer | undefined;
  #run_start = 0;
  #run_end = 0;

  push(entry: Buffer): number {
    this.#endRun();
    const at = this.#bytes;
    this.#parts.push(entry);
    this.#bytes += entry.length;
    return at;
  }

  /** Takes an entry over as it is; neighbours that are taken over one after the other are copied as one. */
  take({ bytes, at: from, length }: EntryView): number {
    if (bytes !== this.#run || from !== this.#run_end) {
      this.#endRun();
      this.#run = bytes;
      this.#run_start = from;
    }
    this.#run_end = from + length;
    const at = this.#bytes;
    this.#bytes += length;
    return at;
  }

  #endRun(): void {
    if (this.#run === undefined) return;
    this.#parts.push(this.#run.subarray(this.#run_start, this.#run_end));
    this.#run = undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @param slab where the entries go, from `at` on */
  done(slab: Buffer, at: number): ScannedDirectory {
    this.#endRun();
    let end = at;
    for (const part of this.#parts) end += part.copy(slab, end);
    const entries = slab.subarray(at, end);
    const { descend, open, problems, files, directories, others, unchanged_files, source_bytes } = this;
    return { entries, descend, open, problems, files, directories, others, unchanged_files, source_bytes };
  }
}

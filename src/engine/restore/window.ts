import type { ChunkIndex } from "../index/index.ts";
import { WRITE_FIELDS, type RestoreTask, type TaskFiles } from "./task.ts";

/** A file to be written, held while its window is under way. */
export interface WindowFile {
  readonly ordinal: number;
  readonly root: number;
  readonly folder: Buffer;
  readonly name: Buffer | undefined;
  readonly raw: Buffer;
  readonly size: number;
  /** Something stood at its place before this restore. */
  readonly existed: boolean;
  /** Some of its bytes were found in the target and stay. */
  kept: boolean;
  failed: boolean;
}

const TASK_BYTES = 8 * 1024 * 1024;
const TASK_FILES_MAX = 2000;
const FILES_MAX = 16_384;
const ROWS_MAX = 65_536;

/**
 * A stretch of the tree whose files are restored together: enough of them that the packs are read in long runs,
 * few enough that memory stays bounded whatever the size of the backup.
 */
export class Window {
  readonly #part: number;
  readonly files: WindowFile[] = [];
  /** Row by row: frame number in the index, slot, file, offset, length. */
  #writes = new Float64Array(1024 * WRITE_FIELDS);
  #ids = Buffer.allocUnsafeSlow(1024 * 32);
  #rows = 0;
  bytes = 0;

  /** @param part of the greatest size; a first window that is small gives the threads work soon */
  constructor(part = 1) {
    this.#part = part;
  }

  get full(): boolean {
    return this.files.length >= FILES_MAX * this.#part || this.#rows >= ROWS_MAX * this.#part;
  }

  get rows(): number {
    return this.#rows;
  }

  addFile(file: WindowFile): number {
    this.files.push(file);
    return this.files.length - 1;
  }

  addWrite(frame: number, slot: number, file: number, offset: number, length: number, id: Buffer): void {
    if ((this.#rows + 1) * WRITE_FIELDS > this.#writes.length) {
      const grown = new Float64Array(this.#writes.length * 2);
      grown.set(this.#writes);
      this.#writes = grown;
      this.#ids = Buffer.concat([this.#ids, Buffer.allocUnsafeSlow(this.#ids.length)]);
    }
    this.#writes.set([frame, slot, file, offset, length], this.#rows * WRITE_FIELDS);
    id.copy(this.#ids, this.#rows * 32, 0, 32);
    this.#rows++;
    this.bytes += length;
  }

  /** Tasks for checking what of existing files is right already; `rows` tells which writes each one speaks of. */
  compareTasks(): { task: RestoreTask; rows: number[] }[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#rows; row++) {
      if ((this.files[this.#file(row)] as WindowFile).existed) rows.push(row);
    }
    return this.#cut(rows).map((part) => {
      const { files, writes, ids } = this.#gather(part);
      return { task: { kind: "compare", files, writes, ids }, rows: part };
    });
  }

  /**
   * Tasks that write everything but the rows in `skip`, frame by frame in the order of the packs.
   * @returns the tasks with the files each touches, and the files that more than one touches: these are finished
   * afterwards
   */
  frameTasks(
    index: ChunkIndex,
    skip: ReadonlySet<number>,
  ): { tasks: { task: RestoreTask; files: number[] }[]; shared: number[] } {
    const rows: number[] = [];
    for (let row = 0; row < this.#rows; row++) {
      if (skip.has(row)) (this.files[this.#file(row)] as WindowFile).kept = true;
      else rows.push(row);
    }
    const order = (row: number) => {
      const place = index.frame(this.#writes[row * WRITE_FIELDS] as number);
      return place.pack * 2 ** 32 + place.offset;
    };
    const keys = new Map(rows.map((row) => [row, order(row)]));
    rows.sort((a, b) => (keys.get(a) as number) - (keys.get(b) as number) || this.#slot(a) - this.#slot(b));
    const parts = this.#cut(rows, true);
    const tasks_of = new Int32Array(this.files.length);
    for (const part of parts) for (const file of new Set(part.map((row) => this.#file(row)))) tasks_of[file]! += 1;
    const tasks = parts.map((part) => {
      const { files, writes, ids, frames, numbers } = this.#gather(part);
      const whole = Uint8Array.from(numbers, (file) => (tasks_of[file] === 1 ? 1 : 0));
      return { task: { kind: "frames", files, whole, frames, writes, ids } satisfies RestoreTask, files: numbers };
    });
    const shared: number[] = [];
    for (let file = 0; file < this.files.length; file++) if (tasks_of[file] !== 1) shared.push(file);
    return { tasks, shared };
  }

  /** Tasks that give files their size and metadata. */
  finishTasks(files: readonly number[]): { task: RestoreTask; files: number[] }[] {
    const tasks: { task: RestoreTask; files: number[] }[] = [];
    for (let at = 0; at < files.length; at += TASK_FILES_MAX) {
      const part = files.slice(at, at + TASK_FILES_MAX);
      tasks.push({ task: { kind: "finish", files: this.#taskFiles(part) }, files: part });
    }
    return tasks;
  }

  #file(row: number): number {
    return this.#writes[row * WRITE_FIELDS + 2] as number;
  }

  #slot(row: number): number {
    return this.#writes[row * WRITE_FIELDS + 1] as number;
  }

  /** @param by_frame never cut inside a frame: it would be opened twice */
  #cut(rows: readonly number[], by_frame = false): number[][] {
    const parts: number[][] = [];
    let part: number[] = [];
    let bytes = 0;
    for (const [i, row] of rows.entries()) {
      const new_frame =
        i === 0 ||
        !by_frame ||
        this.#writes[row * WRITE_FIELDS] !== this.#writes[(rows[i - 1] as number) * WRITE_FIELDS];
      if (part.length > 0 && new_frame && (bytes >= TASK_BYTES || part.length >= TASK_FILES_MAX)) {
        parts.push(part);
        part = [];
        bytes = 0;
      }
      part.push(row);
      bytes += this.#writes[row * WRITE_FIELDS + 4] as number;
    }
    if (part.length > 0) parts.push(part);
    return parts;
  }

  #gather(rows: readonly number[]) {
    const local = new Map<number, number>();
    const numbers: number[] = [];
    const frames: number[] = [];
    const writes = new Float64Array(rows.length * WRITE_FIELDS);
    const ids = Buffer.allocUnsafeSlow(rows.length * 32);
    for (const [i, row] of rows.entries()) {
      const from = row * WRITE_FIELDS;
      const frame = this.#writes[from] as number;
      if (frames.at(-1) !== frame) frames.push(frame);
      const file = this.#file(row);
      let number = local.get(file);
      if (number === undefined) {
        number = numbers.length;
        local.set(file, number);
        numbers.push(file);
      }
      writes.set(
        [
          frames.length - 1,
          this.#writes[from + 1] as number,
          number,
          this.#writes[from + 3] as number,
          this.#writes[from + 4] as number,
        ],
        i * WRITE_FIELDS,
      );
      this.#ids.copy(ids, i * 32, row * 32, row * 32 + 32);
    }
    return { files: this.#taskFiles(numbers), numbers, frames: Int32Array.from(frames), writes, ids };
  }

  #taskFiles(numbers: readonly number[]): TaskFiles {
    const folders: { root: number; path: Buffer }[] = [];
    const folder_numbers = new Map<Buffer, number>();
    const names = new Map<number, Buffer>();
    const entry_at = new Int32Array(numbers.length);
    const folder_of = new Int32Array(numbers.length);
    const kept = Uint8Array.from(numbers, (number) => ((this.files[number] as WindowFile).kept ? 1 : 0));
    const parts: Buffer[] = [];
    let at = 0;
    for (const [i, number] of numbers.entries()) {
      const { root, folder, raw, name } = this.files[number] as WindowFile;
      let folder_number = folder_numbers.get(folder);
      if (folder_number === undefined) {
        folder_number = folders.length;
        folders.push({ root, path: Uint8Array.prototype.slice.call(folder) as Buffer });
        folder_numbers.set(folder, folder_number);
      }
      folder_of[i] = folder_number;
      entry_at[i] = at;
      if (name !== undefined) names.set(i, Uint8Array.prototype.slice.call(name) as Buffer);
      parts.push(raw);
      at += raw.length;
    }
    const entries = Buffer.allocUnsafeSlow(at);
    let end = 0;
    for (const part of parts) end += part.copy(entries, end);
    return { folders, entries, entry_at, folder_of, kept, names };
  }
}

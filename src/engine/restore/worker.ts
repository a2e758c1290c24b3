import { systemClock, systemRandom } from "../../base/index.ts";
import { ChunkIndex } from "../index/index.ts";
import { FRAME_HEADER_BYTES, type OpenedFrame, packError, packKey, TAG_BYTES } from "../pack/index.ts";
import { asBuffer, serveTasks } from "../pipeline/index.ts";
import { call, errnoOf, fail, openRoot } from "../posix/index.ts";
import { ChunkHasher, ChunkReader } from "../repository/index.ts";
import { openStore, type ObjectStore, ReadRoom } from "../store/index.ts";
import { FileTable } from "./files.ts";
import { isFatal, type RestoreTask, type RestoreTaskResult, type RestoreWorkerStart, WRITE_FIELDS } from "./task.ts";

const READ_BYTES_MAX = 8 * 1024 * 1024;
const GAP_BYTES_MAX = 128 * 1024;
const NO_BYTES = new Uint8Array(0);
class RestoreWorker {
  readonly #store: ObjectStore;
  readonly #room: ReadRoom;
  readonly #index: ChunkIndex;
  readonly #hasher: ChunkHasher;
  readonly #reader: ChunkReader;
  readonly #roots: readonly number[];
  readonly #replace: boolean;
  readonly #stale: boolean;
  readonly #scratch = Buffer.allocUnsafeSlow(4 * 1024 * 1024);

  constructor(data: RestoreWorkerStart, store: ObjectStore) {
    this.#store = store;
    this.#room = new ReadRoom(store, READ_BYTES_MAX);
    this.#index = new ChunkIndex(data.index);
    this.#hasher = new ChunkHasher(data.secrets.id_key);
    this.#reader = new ChunkReader(store, new Map(data.secrets.epochs), this.#index, this.#hasher);
    this.#roots = data.folders.map((folder) => openRoot(asBuffer(folder)));
    this.#replace = data.replace;
    this.#stale = data.stale;
  }

  close(): Promise<void> {
    for (const root of this.#roots) call.close(root);
    return this.#store.close();
  }

  async handle(task: RestoreTask): Promise<RestoreTaskResult> {
    const table = new FileTable(this.#roots, task.files, this.#replace, this.#stale);
    try {
      if (task.kind === "frames") return await this.#frames(task, table);
      if (task.kind === "compare") return this.#compare(task, table);
      for (let file = 0; file < table.count; file++) table.attempt(file, () => table.finish(file));
      return { failed: table.failed, warnings: table.warnings, bytes: 0, same: NO_BYTES };
    } finally {
      table.close();
    }
  }

  async #frames(task: Extract<RestoreTask, { kind: "frames" }>, table: FileTable): Promise<RestoreTaskResult> {
    const { writes, whole } = task;
    const ids = asBuffer(task.ids);
    const rows = writes.length / WRITE_FIELDS;
    const missing = new Int32Array(table.count);
    for (let row = 0; row < rows; row++) missing[writes[row * WRITE_FIELDS + 2] as number]! += 1;
    for (let file = 0; file < table.count; file++) {
      if (missing[file] === 0 && whole[file] === 1) table.attempt(file, () => table.finish(file));
    }
    let bytes = 0;
    let row = 0;
    for await (const { frame, number, error } of this.#read(task.frames)) {
      for (; row < rows && writes[row * WRITE_FIELDS] === number; row++) {
        const at = row * WRITE_FIELDS;
        const [slot, file, offset, length] = [writes[at + 1], writes[at + 2], writes[at + 3], writes[at + 4]] as [
          number,
          number,
          number,
          number,
        ];
        if (error !== undefined) {
          table.fail(file, error);
        } else {
          table.attempt(file, () => {
            const chunk = this.#chunk(frame as OpenedFrame, slot, length, ids.subarray(row * 32, row * 32 + 32));
            table.write(file, chunk, offset, missing[file] === 1 && whole[file] === 1);
            bytes += length;
          });
        }
        missing[file]! -= 1;
        if (missing[file] === 0 && whole[file] === 1) table.attempt(file, () => table.finish(file));
        else if (missing[file] === 0) table.release(file);
      }
    }
    return { failed: table.failed, warnings: table.warnings, bytes, same: NO_BYTES };
  }

  #chunk(frame: OpenedFrame, slot: number, length: number, id: Buffer): Buffer {
    if (slot + 1 >= frame.offsets.length) throw packError("PACK_DAMAGED", `a frame has no slot ${slot}`);
    const chunk = frame.payload.subarray(frame.offsets[slot], frame.offsets[slot + 1]);
    if (chunk.length !== length || !this.#hasher.id(chunk).equals(id)) {
      throw packError("CHUNK_MISMATCH", `chunk ${id.toString("hex")} holds other bytes than its id promises`, {
        chunk: id.toString("hex"),
      });
    }
    return chunk;
  }

  /** Opens frames in order, reading neighbours of one pack in one request. */
  async *#read(frames: Int32Array): AsyncGenerator<{ frame?: OpenedFrame; number: number; error?: unknown }> {
    for (let from = 0; from < frames.length; ) {
      const first = this.#index.frame(frames[from] as number);
      let to = from + 1;
      let end = first.offset + FRAME_HEADER_BYTES + first.stored + TAG_BYTES;
      for (; to < frames.length; to++) {
        const next = this.#index.frame(frames[to] as number);
        const next_end = next.offset + FRAME_HEADER_BYTES + next.stored + TAG_BYTES;
        if (next.pack !== first.pack || next.offset - end > GAP_BYTES_MAX || next_end - first.offset > READ_BYTES_MAX)
          break;
        end = next_end;
      }
      let bytes: Buffer | undefined;
      let error: unknown;
      const opener = this.#reader.opener(first.pack);
      try {
        bytes = await this.#room.get(packKey(opener.pack_id), {
          offset_bytes: first.offset,
          length_bytes: end - first.offset,
        });
      } catch (caught) {
        if (isFatal(caught)) throw caught;
        error = caught;
      }
      for (let i = from; i < to; i++) {
        if (bytes === undefined) {
          yield { number: i, error };
          continue;
        }
        const { offset } = this.#index.frame(frames[i] as number);
        try {
          const at = offset - first.offset;
          yield { number: i, frame: opener.open(bytes.readUInt32LE(at + 4), bytes, at, this.#scratch) };
        } catch (caught) {
          if (isFatal(caught)) throw caught;
          yield { number: i, error: caught };
        }
      }
      from = to;
    }
  }

  /** Which parts of existing files are right already. */
  #compare(task: Extract<RestoreTask, { kind: "compare" }>, table: FileTable): RestoreTaskResult {
    const ids = asBuffer(task.ids);
    const rows = task.writes.length / WRITE_FIELDS;
    const same = new Uint8Array(rows);
    let room = this.#scratch;
    for (let row = 0; row < rows; row++) {
      const at = row * WRITE_FIELDS;
      const [file, offset, length] = [task.writes[at + 2], task.writes[at + 3], task.writes[at + 4]] as [
        number,
        number,
        number,
      ];
      if (length > room.length) room = Buffer.allocUnsafeSlow(length);
      try {
        const fd = table.openExisting(file);
        const count = Number(call.pread(fd, room, length, offset));
        if (count < 0) fail("read", table.name(file));
        if (count === length && this.#hasher.id(room.subarray(0, length)).equals(ids.subarray(row * 32, row * 32 + 32)))
          same[row] = 1;
      } catch (error) {
        if (errnoOf(error) === undefined) throw error; // what cannot be read is simply written anew
      }
    }
    return { failed: [], warnings: [], bytes: 0, same };
  }
}

serveTasks(async (data: RestoreWorkerStart) => {
  const store = await openStore(data.secrets.store_config, { clock: systemClock, random: systemRandom });
  return new RestoreWorker(data, store);
});

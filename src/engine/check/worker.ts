import { asHoldfastError, hasCode, systemClock, systemRandom } from "../../base/index.ts";
import { ChunkIndex } from "../index/index.ts";
import { packError, packKey, verifyPackBytes } from "../pack/index.ts";
import { serveTasks } from "../pipeline/index.ts";
import { ChunkHasher, ChunkReader } from "../repository/index.ts";
import { openStore, type ObjectStore, ReadRoom } from "../store/index.ts";
import type { CheckWorkerStart, PackFault, PackResult, PackTask } from "./task.ts";

/** A pack is larger than the size at which it is closed by a frame and its directory. */
const PACK_SLACK_BYTES = 4 * 1024 * 1024;

class CheckWorker {
  readonly #store: ObjectStore;
  readonly #room: ReadRoom;
  readonly #index: ChunkIndex;
  readonly #hasher: ChunkHasher;
  readonly #reader: ChunkReader;
  readonly #scratch = Buffer.allocUnsafeSlow(4 * 1024 * 1024);

  constructor(data: CheckWorkerStart, store: ObjectStore) {
    this.#store = store;
    this.#room = new ReadRoom(store, data.secrets.config.pack_bytes + PACK_SLACK_BYTES);
    this.#index = new ChunkIndex(data.index);
    this.#hasher = new ChunkHasher(data.secrets.id_key);
    this.#reader = new ChunkReader(store, new Map(data.secrets.epochs), this.#index, this.#hasher);
  }

  /** Reads one pack whole: its checksum, every frame's tag, every chunk's id. */
  async handle({ pack, frames }: PackTask): Promise<PackResult> {
    const { pack_id } = this.#index.pack(pack);
    const object = packKey(pack_id);
    const faults: PackFault[] = [];
    const bad_frames: number[] = [];
    let bytes: Buffer;
    try {
      bytes = await this.#room.get(object);
    } catch (error) {
      if (!hasCode(error, "STORE_NOT_FOUND") && !hasCode(error, "STORE_SHORT_OBJECT")) throw error;
      const fault = { code: "PACK_MISSING", message: `${object} is not in the store`, object };
      return { bytes: 0, chunks: 0, faults: [fault], bad_frames: [...frames] };
    }
    const note = (error: unknown) => {
      const { code, message } = asHoldfastError(error);
      if (faults.length < 20) faults.push({ code, message, object });
    };
    try {
      verifyPackBytes(pack_id, bytes);
    } catch (error) {
      note(error);
    }
    let chunks = 0;
    for (const frame of frames) {
      try {
        chunks += this.#frame(frame, bytes, object);
      } catch (error) {
        note(error);
        bad_frames.push(frame);
      }
    }
    return { bytes: bytes.length, chunks, faults, bad_frames };
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #frame(frame: number, bytes: Buffer, object: string): number {
    const { pack, offset } = this.#index.frame(frame);
    if (offset + 16 > bytes.length) throw packError("PACK_DAMAGED", `${object}: it ends before its frame at ${offset}`);
    const opened = this.#reader.opener(pack).open(bytes.readUInt32LE(offset + 4), bytes, offset, this.#scratch);
    for (let slot = 0; slot + 1 < opened.offsets.length; slot++) {
      const id = this.#hasher.id(opened.payload.subarray(opened.offsets[slot], opened.offsets[slot + 1]));
      // The index was built from the ids the writer promised: a chunk whose own id it does not know is not what was
      // promised.
      if (this.#index.find(id) < 0) {
        throw packError(
          "CHUNK_MISMATCH",
          `${object}: chunk ${slot} of the frame at ${offset} is authentic but not what its id promises`,
        );
      }
    }
    return opened.offsets.length - 1;
  }
}

serveTasks(async (data: CheckWorkerStart) => {
  const store = await openStore(data.secrets.store_config, { clock: systemClock, random: systemRandom });
  return new CheckWorker(data, store);
});

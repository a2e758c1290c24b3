import type { ChunkIndex } from "../index/index.ts";
import {
  FRAME_HEADER_BYTES,
  FrameOpener,
  type OpenedFrame,
  packError,
  packKey,
  TAG_BYTES,
  type EpochKeys,
} from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";
import type { ChunkHasher } from "./chunk-hasher.ts";
import { repositoryError } from "./errors.ts";

/** Frames kept open: neighbours in a tree are neighbours in a frame. 16 × about 1 MiB. */
const FRAMES_MAX = 16;
const OPENERS_MAX = 256;

/** Reads single chunks through the index: for pages of trees and maps, whose neighbours follow soon. */
export class ChunkReader {
  readonly #store: ObjectStore;
  readonly #keys: EpochKeys;
  readonly #index: ChunkIndex;
  readonly #hasher: ChunkHasher;
  readonly #frames = new Map<number, Promise<OpenedFrame>>();
  readonly #openers = new Map<number, FrameOpener>();

  constructor(store: ObjectStore, keys: EpochKeys, index: ChunkIndex, hasher: ChunkHasher) {
    this.#store = store;
    this.#keys = keys;
    this.#index = index;
    this.#hasher = hasher;
  }

  opener(pack: number): FrameOpener {
    let opener = this.#openers.get(pack);
    if (opener === undefined) {
      if (this.#openers.size >= OPENERS_MAX) this.#openers.clear();
      opener = new FrameOpener(this.#keys, this.#index.pack(pack));
      this.#openers.set(pack, opener);
    }
    return opener;
  }

  /** A chunk's bytes, checked against its id. @throws CHUNK_MISSING, CHUNK_MISMATCH, PACK_DAMAGED, STORE_* */
  read = async (id: Buffer): Promise<Buffer> => {
    const place = this.#index.lookup(id);
    if (place === undefined) {
      throw repositoryError("CHUNK_MISSING", `no pack holds chunk ${id.toString("hex")}`, {
        chunk: id.toString("hex"),
      });
    }
    const frame = await this.#frame(place.frame);
    if (place.slot + 1 >= frame.offsets.length)
      throw packError("PACK_DAMAGED", `chunk ${id.toString("hex")} is not in its frame`);
    const chunk = frame.payload.subarray(frame.offsets[place.slot], frame.offsets[place.slot + 1]);
    if (!this.#hasher.id(chunk).equals(id.subarray(0, 32))) {
      throw packError("CHUNK_MISMATCH", `chunk ${id.toString("hex")} holds other bytes than its id promises`, {
        chunk: id.toString("hex"),
      });
    }
    return chunk;
  };

  #frame(number: number): Promise<OpenedFrame> {
    const known = this.#frames.get(number);
    if (known !== undefined) {
      this.#frames.delete(number);
      this.#frames.set(number, known);
      return known;
    }
    const opening = this.#open(number);
    this.#frames.set(number, opening);
    opening.catch(() => this.#frames.delete(number));
    if (this.#frames.size > FRAMES_MAX) this.#frames.delete(this.#frames.keys().next().value as number);
    return opening;
  }

  async #open(number: number): Promise<OpenedFrame> {
    const { pack, offset, stored } = this.#index.frame(number);
    const opener = this.opener(pack);
    const bytes = await this.#store.get(packKey(opener.pack_id), {
      offset_bytes: offset,
      length_bytes: FRAME_HEADER_BYTES + stored + TAG_BYTES,
    });
    return opener.open(bytes.readUInt32LE(4), bytes, 0);
  }
}

import type { Random } from "../../base/index.ts";
import type { IndexedPack } from "../index/index.ts";
import {
  decodePackHeader,
  type EpochKeys,
  FrameOpener,
  ID_BYTES,
  packError,
  packKey,
  PackWriter,
  readTrailer,
  TRAILER_BYTES,
  verifyPackBytes,
  walkDirectory,
} from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";
import type { ChunkHasher } from "./chunk-hasher.ts";
import type { RepositoryConfig } from "./config.ts";
import { packTarget } from "./pack-target.ts";

const LEVEL = 1;
/** As the sink closes frames of very small chunks. */
const FRAME_CHUNKS = 8192;

export interface RewriterOptions {
  readonly config: RepositoryConfig;
  readonly epoch_keys: EpochKeys;
  readonly hasher: ChunkHasher;
  readonly random: Random;
  /** Where new packs go. */
  readonly target: ObjectStore;
  /** `PACK_DATA` or `PACK_METADATA`. */
  readonly kind: number;
  /** Its packs will be locked: small ones first ({@link packTarget}). */
  readonly grained?: boolean;
  readonly signal?: AbortSignal;
}

/** Seals chunks that stand in packs already once more, in packs of new names under the epoch in force. */
export class PackRewriter {
  /** New packs, durable. Who names them in a segment on the way takes them out. */
  readonly packs: IndexedPack[] = [];
  /** New packs (ids in hex) that hold the chunks taken from each old one. */
  readonly targets = new Map<string, Set<string>>();
  stored_bytes = 0;
  readonly #o: RewriterOptions;
  readonly #writer: PackWriter;
  readonly #payload: Buffer;
  #end = 0;
  #ids: Buffer[] = [];
  #lengths: number[] = [];
  #sources = new Set<string>();

  constructor(options: RewriterOptions) {
    this.#o = options;
    const { config, epoch_keys, kind, random } = options;
    const epoch = Math.max(...epoch_keys.keys());
    const data_key = epoch_keys.get(epoch) as Uint8Array;
    this.#writer = new PackWriter({ epoch, data_key, kind, level: LEVEL, random, pack_bytes: config.pack_bytes });
    this.#payload = Buffer.allocUnsafeSlow(config.frame_bytes + config.chunker.max_bytes);
  }

  /**
   * Takes chunks over from a pack; each is checked against its id first.
   * @param wanted of the chunks' ids. @returns bytes read. @throws PACK_DAMAGED, CHUNK_MISMATCH, STORE_*
   */
  async take(source: ObjectStore, pack_id: string, wanted: (id: Buffer) => boolean): Promise<number> {
    const bytes = await source.get(packKey(pack_id), this.#o.signal === undefined ? {} : { signal: this.#o.signal });
    const id = Buffer.from(pack_id, "hex");
    verifyPackBytes(id, bytes);
    const opener = new FrameOpener(this.#o.epoch_keys, decodePackHeader(bytes, id));
    const { footer_at } = readTrailer(bytes.subarray(bytes.length - TRAILER_BYTES), bytes.length);
    const directory = Buffer.from(opener.open(bytes.readUInt32LE(footer_at + 4), bytes, footer_at).payload);
    const frames: { ordinal: number; offset: number; slots: number[]; ids: Buffer[] }[] = [];
    walkDirectory(directory, 0, ({ ordinal, offset, chunks, at }) => {
      const frame = { ordinal, offset, slots: [] as number[], ids: [] as Buffer[] };
      for (let slot = 0; slot < chunks; slot++) {
        const chunk_id = directory.subarray(at + slot * 36, at + slot * 36 + ID_BYTES);
        if (!wanted(chunk_id)) continue;
        frame.slots.push(slot);
        frame.ids.push(chunk_id);
      }
      if (frame.slots.length > 0) frames.push(frame);
    });
    for (const { ordinal, offset, slots, ids } of frames) {
      this.#o.signal?.throwIfAborted();
      const opened = opener.open(ordinal, bytes, offset);
      for (const [i, slot] of slots.entries()) {
        const chunk = opened.payload.subarray(opened.offsets[slot], opened.offsets[slot + 1]);
        await this.#add(pack_id, ids[i] as Buffer, chunk);
      }
    }
    return bytes.length;
  }

  async #add(pack_id: string, id: Buffer, chunk: Buffer): Promise<void> {
    if (!this.#o.hasher.id(chunk).equals(id)) {
      throw packError(
        "CHUNK_MISMATCH",
        `chunk ${id.toString("hex")} of ${packKey(pack_id)} is not what its id promises`,
        {
          object: packKey(pack_id),
        },
      );
    }
    const room = this.#payload.length - this.#end;
    if (chunk.length > room || this.#lengths.length >= FRAME_CHUNKS) await this.#sealFrame();
    chunk.copy(this.#payload, this.#end);
    this.#end += chunk.length;
    this.#ids.push(id);
    this.#lengths.push(chunk.length);
    this.#sources.add(pack_id);
    if (this.#end >= Math.min(this.#o.config.frame_bytes, this.#pack_target)) await this.#sealFrame();
  }

  async #sealFrame(): Promise<void> {
    if (this.#lengths.length === 0) return;
    this.#writer.addFrame(this.#payload.subarray(0, this.#end), Buffer.concat(this.#ids), this.#lengths);
    const made = this.#writer.pack_id.toString("hex");
    for (const source of this.#sources) {
      const targets = this.targets.get(source);
      if (targets === undefined) this.targets.set(source, new Set([made]));
      else targets.add(made);
    }
    this.#end = 0;
    this.#ids = [];
    this.#lengths = [];
    this.#sources = new Set();
    if (this.#writer.size_bytes >= this.#pack_target) await this.#finishPack();
  }

  get #pack_target(): number {
    const { config, grained = false } = this.#o;
    return packTarget(config.pack_bytes, grained, this.stored_bytes);
  }

  async #finishPack(): Promise<void> {
    const pack = this.#writer.finish();
    if (pack === undefined) return;
    const { target, signal } = this.#o;
    const { pack_id, kind, epoch, directory } = pack;
    const size_bytes = pack.bytes.length;
    await target.put(packKey(pack_id), pack.bytes, { if_absent: true, ...(signal === undefined ? {} : { signal }) });
    this.packs.push({ pack_id, kind, epoch, size_bytes, directory });
    this.stored_bytes += size_bytes;
    this.#writer.reuse(pack);
  }

  /** Stores what is left. */
  async finish(): Promise<void> {
    await this.#sealFrame();
    await this.#finishPack();
  }
}

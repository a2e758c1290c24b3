import { type Chunker, createChunker, deriveGearTable } from "../chunk/index.ts";
import type { ChunkIndex, IndexedPack } from "../index/index.ts";
import { type FinishedPack, ID_BYTES, PackWriter, packKey } from "../pack/index.ts";
import type { ObjectStore } from "../store/index.ts";
import type { Random } from "../../base/index.ts";
import { ChunkHasher } from "./chunk-hasher.ts";
import { packTarget } from "./pack-target.ts";
import type { RepositorySecrets } from "./repository.ts";

/** Packs a sink may have on their way to the store while it fills the next one. */
const PUTS_AT_ONCE = 1;
const READ_BYTES = 2 * 1024 * 1024;
/** A frame of very small chunks closes here: to read one of them means to open them all. The format allows 65,535. */
const FRAME_CHUNKS = 8192;

export interface SinkOptions {
  readonly secrets: RepositorySecrets;
  readonly store: ObjectStore;
  readonly index: ChunkIndex;
  /** Set of pack numbers that this backup needs, one bit each; shared by all threads. */
  readonly needed: Int32Array;
  /** Set of positions of the index that this backup needs, likewise; chunks beyond its end are new ones. */
  readonly reached?: Int32Array;
  /** `PACK_DATA` or `PACK_METADATA`. */
  readonly kind: number;
  readonly level: number;
  /** Its packs will be locked: small ones first ({@link packTarget}). */
  readonly grained?: boolean;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** Called when a pack is durable. */
  readonly onPack: (pack: IndexedPack) => void;
}

export interface SinkCounts {
  new_chunks: number;
  new_bytes: number;
  stored_bytes: number;
}

/**
 * Turns bytes into chunks, drops those that are stored already, seals the new ones into frames and packs and puts
 * these.
 *
 * The slab (the chunker's own memory) holds the payload of the frame under way, then the input being cut, so that a new
 * chunk usually stays where it was read to and is compressed from there:
 *
 *   | frame payload | free | input: cut … not yet cut | room to read into |
 *   0          #frame_end  #input                 #input_end
 */
export class ChunkSink {
  readonly counts: SinkCounts = { new_chunks: 0, new_bytes: 0, stored_bytes: 0 };
  readonly #o: SinkOptions;
  readonly #hasher: ChunkHasher;
  readonly #chunker: Chunker;
  readonly #slab: Buffer;
  readonly #writer: PackWriter;
  readonly #frame_bytes: number;
  #pack_target: number;
  #frame_end = 0;
  #input = 0;
  #input_end = 0;
  #ids = Buffer.allocUnsafeSlow(ID_BYTES * 1024);
  #lengths: number[] = [];
  #positions: number[] = [];
  #pack = -1;
  #puts = new Set<Promise<void>>();
  #failed: unknown;

  constructor(options: SinkOptions) {
    this.#o = options;
    const { config, id_key, chunker_key, epochs } = options.secrets;
    this.#hasher = new ChunkHasher(id_key);
    this.#frame_bytes = config.frame_bytes;
    this.#pack_target = this.#nextTarget();
    const slab_bytes = config.frame_bytes + 2 * config.chunker.max_bytes + 2 * READ_BYTES;
    this.#chunker = createChunker(config.chunker, deriveGearTable(chunker_key), slab_bytes);
    const slab = this.#chunker.slab;
    this.#slab = Buffer.from(slab.buffer, slab.byteOffset, slab.byteLength);
    const [epoch, data_key] = epochs.reduce((a, b) => (b[0] > a[0] ? b : a));
    this.#writer = new PackWriter({
      epoch,
      data_key,
      kind: options.kind,
      level: options.level,
      random: options.random,
      pack_bytes: config.pack_bytes,
    });
  }

  /** Memory to read input into, after what was not cut yet. Never empty. @param wanted bytes, a hint */
  room(wanted: number): Buffer {
    if (this.#input === this.#input_end) {
      this.#input = this.#frame_end;
      this.#input_end = this.#frame_end;
    }
    if (this.#slab.length - this.#input_end < Math.min(wanted, READ_BYTES)) this.#compact();
    return this.#slab.subarray(this.#input_end, Math.min(this.#slab.length, this.#input_end + wanted));
  }

  #compact(): void {
    this.#slab.copyWithin(this.#frame_end, this.#input, this.#input_end);
    this.#input_end -= this.#input - this.#frame_end;
    this.#input = this.#frame_end;
  }

  /** Says that `count` bytes were read into {@link room}. */
  filled(count: number): void {
    this.#input_end += count;
  }

  /** Bytes read and not cut yet. */
  get uncut_bytes(): number {
    return this.#input_end - this.#input;
  }

  /** Forgets input that was read and not cut, after an error of the source. */
  discard(): void {
    this.#input = this.#input_end;
  }

  /**
   * Cuts the next chunk from the input and keeps it.
   * @param final no more input follows for this stretch
   * @returns its length, 0 when more input is needed; its id is then in {@link last_id}
   */
  cut(final: boolean): number {
    const available = this.#input_end - this.#input;
    if (available === 0) return 0;
    const length = this.#chunker.cut(this.#input, available, final);
    if (length > 0) this.#keep(length);
    return length;
  }

  /** Id of the chunk {@link cut} or {@link add} kept last. */
  last_id: Buffer = Buffer.alloc(0);

  /** Keeps `bytes` as one chunk, whatever its size: for pages. @returns its id */
  add(bytes: Uint8Array): Buffer {
    for (let at = 0; at < bytes.length; ) {
      const room = this.room(bytes.length - at);
      room.set(bytes.subarray(at, at + room.length), 0);
      this.filled(room.length);
      at += room.length;
    }
    this.#keep(bytes.length);
    return this.last_id;
  }

  #keep(length: number): void {
    const { index } = this.#o;
    const chunk = this.#slab.subarray(this.#input, this.#input + length);
    const id = this.#hasher.id(chunk);
    this.last_id = id;
    const known = index.find(id);
    const position = known >= 0 ? -1 : index.claim(id);
    if (position === -1) {
      this.markNeeded(known);
      this.#input += length;
      return;
    }
    if (this.#input !== this.#frame_end) this.#slab.copyWithin(this.#frame_end, this.#input, this.#input + length);
    const slot = this.#lengths.length;
    if ((slot + 1) * ID_BYTES > this.#ids.length)
      this.#ids = Buffer.concat([this.#ids, Buffer.allocUnsafeSlow(this.#ids.length)]);
    id.copy(this.#ids, slot * ID_BYTES);
    this.#lengths.push(length);
    this.#positions.push(position);
    this.#frame_end += length;
    this.#input += length;
    this.counts.new_chunks++;
    this.counts.new_bytes += length;
    if (this.#frame_end >= Math.min(this.#frame_bytes, this.#pack_target) || this.#lengths.length >= FRAME_CHUNKS)
      this.#sealFrame();
  }

  /**
   * Notes that this backup needs the chunk at `position` of the index.
   * A chunk another thread of this run is still storing has no pack yet; every pack of the run is needed anyway.
   */
  markNeeded(position: number): void {
    if (position < 0) return;
    const place = this.#o.index.place(position);
    if (place === undefined) return;
    const { pack } = this.#o.index.frame(place.frame);
    Atomics.or(this.#o.needed, pack >>> 5, 1 << (pack & 31));
    const { reached } = this.#o;
    if (reached !== undefined && position >>> 5 < reached.length)
      Atomics.or(reached, position >>> 5, 1 << (position & 31));
  }

  /** Is the chunk stored (or being stored)? Then it is needed. */
  has(id: Buffer, at = 0): boolean {
    const position = this.#o.index.find(id, at);
    this.markNeeded(position);
    return position >= 0;
  }

  #sealFrame(): void {
    if (this.#lengths.length === 0) return;
    const { index } = this.#o;
    if (this.#writer.size_bytes === 0) {
      const { epochs } = this.#o.secrets;
      const epoch = Math.max(...epochs.map(([number]) => number));
      this.#pack = index.addPack(this.#writer.pack_id, epoch, this.#o.kind);
    }
    const ids = this.#ids.subarray(0, this.#lengths.length * ID_BYTES);
    const { offset, stored } = this.#writer.addFrame(this.#slab.subarray(0, this.#frame_end), ids, this.#lengths);
    const frame = index.addFrame(this.#pack, offset, stored);
    for (let slot = 0; slot < this.#positions.length; slot++)
      index.publish(this.#positions[slot] as number, frame, slot);
    this.#lengths = [];
    this.#positions = [];
    this.#frame_end = 0;
    if (this.#writer.size_bytes >= this.#pack_target) this.#finishPack();
  }

  #nextTarget(): number {
    const { secrets, grained = false } = this.#o;
    return packTarget(secrets.config.pack_bytes, grained, this.counts.stored_bytes);
  }

  #finishPack(): void {
    const pack = this.#writer.finish();
    if (pack === undefined) return;
    this.counts.stored_bytes += pack.bytes.length;
    this.#pack_target = this.#nextTarget();
    const put = this.#put(pack).catch((error: unknown) => {
      this.#failed ??= error;
    });
    this.#puts.add(put);
    void put.then(() => this.#puts.delete(put));
  }

  async #put(pack: FinishedPack): Promise<void> {
    const { store, signal, onPack } = this.#o;
    await store.put(packKey(pack.pack_id), pack.bytes, {
      if_absent: true,
      ...(signal === undefined ? {} : { signal }),
    });
    onPack({
      pack_id: pack.pack_id,
      kind: pack.kind,
      epoch: pack.epoch,
      size_bytes: pack.bytes.length,
      directory: pack.directory,
    });
    this.#writer.reuse(pack);
  }

  /** More packs are on their way than the bound allows: call {@link drain} before reading on. */
  get pressed(): boolean {
    return this.#puts.size >= PUTS_AT_ONCE || this.#failed !== undefined;
  }

  /** Waits until a pack has arrived. @throws what a put failed with */
  async drain(): Promise<void> {
    if (this.#failed === undefined && this.#puts.size >= PUTS_AT_ONCE) await Promise.race(this.#puts);
    if (this.#failed !== undefined) throw this.#failed;
  }

  /** Seals and puts what is left, and waits until everything is durable. @throws what a put failed with */
  async flush(): Promise<void> {
    this.#sealFrame();
    this.#finishPack();
    await Promise.all(this.#puts);
    if (this.#failed !== undefined) throw this.#failed;
  }
}

import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { nbdError } from "./errors.ts";
import type { DiskStretch, NbdExport } from "./export.ts";

/** What is copied up at once; a smaller write brings the rest of its cluster along. */
const CLUSTER_BYTES = 64 * 1024;

/**
 * Copy-on-write on a disk that never changes: writes go into a sparse file of a local folder, beside a map of what is
 * there. After a crash everything is as of the last flush at least, or newer, cluster by cluster.
 */
export class OverlayDisk implements NbdExport {
  readonly name: string;
  readonly size_bytes: number;
  readonly writable: NonNullable<NbdExport["writable"]>;
  readonly #base: NbdExport;
  readonly #data: FileHandle;
  readonly #map: FileHandle;
  readonly #present: Buffer;
  /** Writes to a cluster that is copied up wait for each other. */
  readonly #busy = new Map<number, Promise<void>>();
  #dirty = false;

  private constructor(base: NbdExport, data: FileHandle, map: FileHandle, present: Buffer) {
    this.name = base.name;
    this.size_bytes = base.size_bytes;
    this.#base = base;
    this.#data = data;
    this.#map = map;
    this.#present = present;
    this.writable = {
      write: (offset, bytes) => this.#write(offset, bytes),
      zero: (offset, length) => this.#zero(offset, length),
      flush: () => this.flush(),
    };
  }

  /** Opens the overlay in a folder, or begins one. @throws NBD_OVERLAY_FOREIGN, and errors of the file system */
  static async open(folder: string, base: NbdExport, identity: string): Promise<OverlayDisk> {
    const head = Buffer.from(`holdfast overlay 1\n${base.size_bytes}\n${identity}\n`);
    const length = head.length + Math.ceil(base.size_bytes / CLUSTER_BYTES / 8);
    const path = join(folder, "overlay.map");
    const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    // A map cut short was never flushed: nothing of it was promised to anybody.
    const usable = found?.length === length;
    if (usable && !found.subarray(0, head.length).equals(head))
      throw nbdError("NBD_OVERLAY_FOREIGN", `${path} belongs to another disk`, { path });
    const whole = usable ? found : Buffer.concat([head, Buffer.alloc(length - head.length)]);
    const map = await open(path, usable ? "r+" : "w+", 0o600);
    const data = await open(join(folder, "overlay.raw"), usable ? "r+" : "w+", 0o600);
    await data.truncate(base.size_bytes);
    if (!usable) await map.write(whole, 0, whole.length, 0);
    const overlay = new OverlayDisk(base, data, map, whole.subarray(head.length));
    overlay.#head = head.length;
    return overlay;
  }
  #head = 0;

  #has(cluster: number): boolean {
    return ((this.#present[cluster >> 3] as number) & (1 << (cluster & 7))) !== 0;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const out = Buffer.allocUnsafe(length);
    for (const { from, to, own } of this.#runs(offset, length)) {
      const part = out.subarray(from - offset, to - offset);
      if (own) await readWhole(this.#data, part, from);
      else (await this.#base.read(from, to - from)).copy(part);
    }
    return out;
  }

  allocation(offset: number, length: number): readonly DiskStretch[] {
    const found: DiskStretch[] = [];
    for (const { from, to, own } of this.#runs(offset, length)) {
      if (own) found.push({ length: to - from, hole: false });
      else {
        let left = to - from;
        for (const stretch of this.#base.allocation(from, to - from)) {
          if (left === 0) break;
          found.push({ length: Math.min(left, stretch.length), hole: stretch.hole });
          left -= Math.min(left, stretch.length);
        }
      }
    }
    return found;
  }

  /** Stretches that lie on one side, here or below. */
  *#runs(offset: number, length: number): Generator<{ from: number; to: number; own: boolean }> {
    const end = offset + length;
    for (let from = offset; from < end; ) {
      const own = this.#has(Math.floor(from / CLUSTER_BYTES));
      let to = from;
      while (to < end && this.#has(Math.floor(to / CLUSTER_BYTES)) === own)
        to = (Math.floor(to / CLUSTER_BYTES) + 1) * CLUSTER_BYTES;
      yield { from, to: Math.min(to, end), own };
      from = Math.min(to, end);
    }
  }

  async #write(offset: number, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const from = offset + at;
      const cluster = Math.floor(from / CLUSTER_BYTES);
      const count = Math.min(bytes.length - at, (cluster + 1) * CLUSTER_BYTES - from);
      const part = bytes.subarray(at, at + count);
      await this.#inCluster(cluster, async () => {
        const start = cluster * CLUSTER_BYTES;
        const size = Math.min(CLUSTER_BYTES, this.size_bytes - start);
        if (this.#has(cluster) || part.length === size) await this.#data.write(part, 0, part.length, from);
        else {
          const whole = Buffer.from(await this.#base.read(start, size));
          part.copy(whole, from - start);
          await this.#data.write(whole, 0, size, start);
        }
        this.#present[cluster >> 3] = (this.#present[cluster >> 3] as number) | (1 << (cluster & 7));
        this.#dirty = true;
      });
      at += count;
    }
  }

  async #zero(offset: number, length: number): Promise<void> {
    const zeros = Buffer.alloc(Math.min(length, 16 * CLUSTER_BYTES));
    for (let at = 0; at < length; at += zeros.length)
      await this.#write(offset + at, zeros.subarray(0, Math.min(zeros.length, length - at)));
  }

  async #inCluster(cluster: number, work: () => Promise<void>): Promise<void> {
    const turn = (this.#busy.get(cluster) ?? Promise.resolve()).catch(() => undefined).then(work);
    this.#busy.set(cluster, turn);
    try {
      await turn;
    } finally {
      if (this.#busy.get(cluster) === turn) this.#busy.delete(cluster);
    }
  }

  /** Data first, then the map that points to it. */
  async flush(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const present = Buffer.from(this.#present);
    await this.#data.datasync();
    await this.#map.write(present, 0, present.length, this.#head);
    await this.#map.datasync();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#data.close();
    await this.#map.close();
  }
}

async function readWhole(file: FileHandle, out: Buffer, position: number): Promise<void> {
  for (let at = 0; at < out.length; ) {
    const { bytesRead } = await file.read(out, at, out.length - at, position + at);
    if (bytesRead === 0) {
      out.fill(0, at);
      return;
    }
    at += bytesRead;
  }
}

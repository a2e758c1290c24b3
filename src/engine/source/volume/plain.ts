import { type FileHandle, open } from "node:fs/promises";
import { call, lastErrno, SEEK_DATA, SEEK_HOLE } from "../../posix/index.ts";
import type { ImagePart } from "../stream/index.ts";
import { volumeError } from "./errors.ts";
import type { SnapshotProvider, VolumeSnapshot } from "./provider.ts";

const READ_BYTES = 4 * 1024 * 1024;

export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Reads a device or file as it stands. */
export const plain: SnapshotProvider = {
  take: ({ path }) => openPlain(path, null, undefined, async () => undefined),
};

/**
 * A device or file that does not change any more, or that nobody keeps from changing.
 * @param changed since the parent, in order; `undefined` when nobody knows
 */
export async function openPlain(
  path: string,
  base: string | null,
  changed: readonly Stretch[] | undefined,
  let_go: () => Promise<void>,
): Promise<VolumeSnapshot> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (cause) {
    throw volumeError("VOLUME_UNREACHABLE", `${path}: ${(cause as Error).message}`, { path }, cause);
  }
  const size_bytes = await sizeOf(file);
  return {
    size_bytes,
    base,
    comparable: changed !== undefined,
    async *parts({ block_bytes }, since) {
      if (!since || changed === undefined) return yield* stretches(file, 0, size_bytes, block_bytes);
      let at = 0;
      for (const { offset, length } of wholeBlocks(changed, block_bytes, size_bytes)) {
        if (offset > at) yield { kind: "unchanged", length: offset - at };
        yield* stretches(file, offset, offset + length, block_bytes);
        at = offset + length;
      }
      if (at < size_bytes) yield { kind: "unchanged", length: size_bytes - at };
    },
    async release() {
      await file.close();
      await let_go();
    },
  };
}

/** Widened to whole blocks, and joined where they touch. */
export function wholeBlocks(list: readonly Stretch[], block_bytes: number, size_bytes: number): Stretch[] {
  const out: Stretch[] = [];
  for (const { offset, length } of list) {
    const start = Math.floor(offset / block_bytes) * block_bytes;
    const end = Math.min(size_bytes, Math.ceil((offset + length) / block_bytes) * block_bytes);
    const last = out.at(-1);
    if (start >= end) continue;
    if (last !== undefined && start <= last.offset + last.length)
      out[out.length - 1] = { offset: last.offset, length: Math.max(end, last.offset + last.length) - last.offset };
    else out.push({ offset: start, length: end - start });
  }
  return out;
}

/** A device has no size of its own: its end tells. */
async function sizeOf(file: FileHandle): Promise<number> {
  const stat = await file.stat();
  return stat.isFile() ? stat.size : Number(call.lseek(file.fd, 0, 2));
}

/** Data and holes of `[from, to)`, in stretches that begin and end at whole blocks. */
async function* stretches(file: FileHandle, from: number, to: number, block_bytes: number): AsyncGenerator<ImagePart> {
  const slab = Buffer.allocUnsafe(READ_BYTES);
  for (let at = from; at < to; ) {
    const data = Math.min(to, seek(file.fd, at, SEEK_DATA, to));
    // The end need not lie at a whole block: a hole may reach it.
    const data_at = data === to ? to : Math.max(at, Math.floor(data / block_bytes) * block_bytes);
    if (data_at > at) {
      yield { kind: "hole", length: data_at - at };
      at = data_at;
      continue;
    }
    // Asked from the data on: `at` itself may lie in the hole that ends within its block, and there is no way on from
    // there.
    const hole_at = seek(file.fd, data, SEEK_HOLE, to);
    const end = Math.min(
      to,
      Math.max(Math.ceil(hole_at / block_bytes), Math.floor(at / block_bytes) + 1) * block_bytes,
    );
    while (at < end) {
      const { bytesRead } = await file.read(slab, 0, Math.min(slab.length, end - at), at);
      if (bytesRead === 0) return; // it was made shorter meanwhile
      yield { kind: "data", bytes: slab.subarray(0, bytesRead) };
      at += bytesRead;
    }
  }
}

/** Where data, or a hole, comes next; devices know no holes. */
function seek(fd: number, at: number, whence: number, end: number): number {
  const found = Number(call.lseek(fd, at, whence));
  if (found >= 0) return found;
  if (lastErrno() === "ENXIO") return end;
  return whence === SEEK_DATA ? at : end;
}

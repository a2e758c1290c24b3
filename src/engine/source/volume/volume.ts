import { type FileHandle, open } from "node:fs/promises";
import { call, lastErrno, SEEK_DATA, SEEK_HOLE } from "../../posix/index.ts";
import type { ImagePart, StreamContext, StreamEntry, StreamSource } from "../stream/index.ts";
import { volumeError } from "./errors.ts";

export interface VolumeOptions {
  /** Absolute path of the device or image file. */
  readonly path: string;
}

const READ_BYTES = 4 * 1024 * 1024;

/** Opens a volume for one backup. @throws VOLUME_UNREACHABLE */
export async function openVolume({ path }: VolumeOptions): Promise<StreamSource> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (cause) {
    throw volumeError("VOLUME_UNREACHABLE", `${path}: ${(cause as Error).message}`, { path }, cause);
  }
  const size = await sizeOf(file);
  return {
    kind: "volume",
    root: `/volume${path}`,
    async *entries(context) {
      context.expect(1, size);
      const { code, message } = volumeError(
        "VOLUME_CRASH_CONSISTENT",
        "it was read without a snapshot: what was written meanwhile may be in it in part",
      );
      context.problem({ path, code, message });
      yield imageEntry("volume.raw", stretches(file, size, context), size);
    },
    details: async () => ({ size_bytes: size, snapshot: "none" }),
    close: () => file.close(),
  };
}

function imageEntry(path: string, parts: AsyncIterable<ImagePart>, size: number): StreamEntry {
  return { type: "file", path, content: { kind: "image", parts }, size_hint: size, attributes: { mode: 0o600 } };
}

/** A device has no size of its own: its end tells. */
async function sizeOf(file: FileHandle): Promise<number> {
  const stat = await file.stat();
  return stat.isFile() ? stat.size : Number(call.lseek(file.fd, 0, 2));
}

/** Data and holes of an open volume, in stretches that begin and end at whole blocks. */
async function* stretches(file: FileHandle, size: number, { block_bytes }: StreamContext): AsyncGenerator<ImagePart> {
  const slab = Buffer.allocUnsafe(READ_BYTES);
  for (let at = 0; at < size; ) {
    const found = seek(file.fd, at, SEEK_DATA, size);
    const data_at = found >= size ? size : Math.floor(found / block_bytes) * block_bytes;
    if (data_at > at) {
      yield { kind: "hole", length: data_at - at };
      at = data_at;
      continue;
    }
    const hole_at = Math.max(at + 1, seek(file.fd, Math.max(at, found), SEEK_HOLE, size));
    const end = Math.min(size, Math.ceil(hole_at / block_bytes) * block_bytes);
    while (at < end) {
      const { bytesRead } = await file.read(slab, 0, Math.min(slab.length, end - at), at);
      if (bytesRead === 0) return; // it was made shorter meanwhile
      yield { kind: "data", bytes: slab.subarray(0, bytesRead) };
      at += bytesRead;
    }
  }
}

/** Where data, or a hole, comes next; devices know no holes. */
function seek(fd: number, at: number, whence: number, size: number): number {
  const found = Number(call.lseek(fd, at, whence));
  if (found >= 0) return found;
  if (lastErrno() === "ENXIO") return size;
  return whence === SEEK_DATA ? at : size;
}

import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Random } from "../../../base/index.ts";
import { errnoError, errnoOf, throwIfAborted } from "../errors.ts";
import type { FileIo, WritableFile } from "./file-io.ts";

const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;
/** writev(2) takes at most 1024 pieces (IOV_MAX). */
const PARTS_PER_WRITE_MAX = 512;

/** A name nobody else uses; the pid tells the clean-up whether its writer may still live. */
export function tempName(random: Random): string {
  return `${process.pid}-${random.bytes(12).toString("hex")}`;
}

/**
 * Writes a file that nobody refers to yet and makes its content durable. Removes it again when that fails.
 * @returns its path
 */
export async function writeTempFile(
  io: FileIo,
  folder: string,
  random: Random,
  parts: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<string> {
  const path = join(folder, tempName(random));
  const file = await io.create(path);
  try {
    try {
      await writeAll(file, path, parts, signal);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await removeTempFile(io, path, error);
    throw error;
  }
  return path;
}

/** Removes a temporary file on the way out of a failure; the failure stays the one that is reported. */
export async function removeTempFile(io: FileIo, path: string, failure: unknown): Promise<void> {
  try {
    await io.unlink(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    // The file stays for the clean-up at open. Say so on the error that is about to be thrown.
    if (failure instanceof Error) failure.message += ` (and ${path} could not be removed: ${String(error)})`;
  }
}

async function writeAll(file: WritableFile, path: string, parts: readonly Uint8Array[], signal?: AbortSignal) {
  const queue = parts.filter((part) => part.byteLength > 0);
  for (let first = 0; first < queue.length; ) {
    throwIfAborted(signal, `writing ${path}`);
    let written = await file.write(queue.slice(first, first + PARTS_PER_WRITE_MAX));
    if (written === 0) throw errnoError("EIO", path, "the system wrote nothing");
    for (let part = queue[first]; written > 0 && part !== undefined; part = queue[first]) {
      if (written < part.byteLength) {
        queue[first] = part.subarray(written); // a short write: the rest goes into the next one
        break;
      }
      written -= part.byteLength;
      first++;
    }
  }
}

/** Removes what writers that died left behind: older than a day, and no process of that id is alive. */
export async function removeLeftovers(io: FileIo, folder: string, clock: Clock): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    const pid = Number(/^(\d+)-[0-9a-f]{24}$/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const path = join(folder, name);
    try {
      const found = await lstat(path);
      if (clock.now_ms() - found.mtimeMs < LEFTOVER_AGE_MS) continue;
      await io.unlink(path);
      removed++;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error; // ENOENT: another process cleans up as well
    }
  }
  return removed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH"; // EPERM: alive, but another user's
  }
}

import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readdirSync, writeSync } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import koffi from "koffi";
import type { Clock, Random } from "../../base/index.ts";
import { keyError } from "../keys/index.ts";

const TEMP_PREFIX = ".tmp-";
const LOCK_NAME = "lock";
const LOCK_POLL_MS = 50;
const LOCK_EX_NB = 2 | 4; // LOCK_EX | LOCK_NB of flock(2)

/** Creates the folder with mode 0700, or refuses one that others may enter. */
export async function ensurePrivateFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await requirePrivate(dir);
}

/** @throws KEY_STORE_UNSAFE when group or others have any right to it, or another user owns it. */
export async function requirePrivate(path: string): Promise<void> {
  const stat = await lstat(path);
  const mode = stat.mode & 0o777;
  if (stat.isSymbolicLink()) throw keyError("KEY_STORE_UNSAFE", `${path} is a symbolic link`);
  if ((mode & 0o077) !== 0) {
    throw keyError("KEY_STORE_UNSAFE", `${path} has mode ${mode.toString(8)}: others than its owner can reach it`);
  }
  if (stat.uid !== process.geteuid?.()) {
    throw keyError("KEY_STORE_UNSAFE", `${path} belongs to user ${stat.uid}, not to the one running the key manager`);
  }
}

/**
 * Replaces `dir/name` so that a reader, or a restart after any crash, sees the old bytes or the new ones.
 * Resolves when the new ones are on stable storage.
 *
 * @param options.erase_old overwrite the old file's bytes afterwards, as far as the file system lets us: sealed key
 *   material should not linger in free blocks
 */
export async function replaceFile(
  dir: string,
  name: string,
  text: string,
  random: Random,
  options: { erase_old?: boolean } = {},
): Promise<void> {
  const path = join(dir, name);
  const temp = join(dir, `${TEMP_PREFIX}${random.bytes(8).toString("hex")}`);
  const old = options.erase_old ? await openIfExists(path) : null;
  try {
    const file = await open(temp, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, path);
    await syncFolder(dir);
    if (old !== null) await overwriteUnlinked(old);
  } catch (error) {
    await rm(temp, { force: true });
    throw error;
  } finally {
    await old?.close();
  }
}

async function openIfExists(path: string) {
  try {
    return await open(path, "r+");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function overwriteUnlinked(file: Awaited<ReturnType<typeof open>>): Promise<void> {
  const { nlink, size } = await file.stat();
  if (nlink > 0) return; // someone hard-linked it, for a backup perhaps: not ours to destroy
  await file.write(Buffer.alloc(size), 0, size, 0);
  await file.datasync();
}

export async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what a crash left between creating a temporary file and renaming it: never acknowledged to anyone. */
export async function removeTemporaryFiles(dir: string): Promise<void> {
  for (const name of await readdir(dir)) if (name.startsWith(TEMP_PREFIX)) await unlink(join(dir, name));
}

/** Does the folder hold anything but what {@link lockFolder} and a crash leave there? */
export function isFolderUnused(dir: string, ignore: readonly string[]): boolean {
  return readdirSync(dir).every((name) => name === LOCK_NAME || name.startsWith(TEMP_PREFIX) || ignore.includes(name));
}

let flock: ((fd: number, operation: number) => number) | undefined;

/**
 * One process per folder. The kernel holds the lock for as long as the process lives and no longer, so that there is
 * never a stale one to judge; the file names the holder for the error message.
 *
 * @returns the release
 * @throws KEY_STORE_LOCKED when another process holds it for longer than `wait_ms`
 */
export async function lockFolder(dir: string, wait_ms: number, clock: Clock): Promise<() => void> {
  flock ??= koffi.load(null).func("int flock(int fd, int operation)") as (fd: number, operation: number) => number;
  const path = join(dir, LOCK_NAME);
  const fd = openSync(path, "a+", 0o600);
  const deadline_ms = clock.monotonic_ms() + wait_ms;
  while (flock(fd, LOCK_EX_NB) !== 0) {
    if (clock.monotonic_ms() >= deadline_ms) {
      const holder = readFileSync(path, "utf8").trim();
      closeSync(fd);
      throw keyError("KEY_STORE_LOCKED", `${dir} is in use by process ${holder || "unknown"}`, { holder });
    }
    await clock.sleep(LOCK_POLL_MS);
  }
  ftruncateSync(fd, 0);
  writeSync(fd, `${process.pid}\n`);
  return () => closeSync(fd);
}

/** Size of an open file. */
export function fileSize(fd: number): number {
  return fstatSync(fd).size;
}

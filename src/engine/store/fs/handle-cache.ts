import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { errnoOf, storeError } from "../errors.ts";

export interface OpenObject {
  readonly handle: FileHandle;
  readonly dev: number;
  readonly ino: number;
  readonly size_bytes: number;
}

interface Entry {
  readonly opened: Promise<OpenObject>;
  users: number;
  dropped: boolean;
}

/**
 * A bounded set of open objects, least recently used first out: packs are read in many ranges one after the other.
 * An entry is only as good as its name: whoever uses one checks that the path still leads to the same inode.
 */
export class HandleCache {
  readonly #max: number;
  readonly #entries = new Map<string, Entry>();

  constructor(handles_max: number) {
    this.#max = handles_max;
  }

  /** Runs `work` on the open object; `cached` says that it was open before. Rejects as open(2) does. */
  async use<T>(path: string, work: (object: OpenObject, cached: boolean) => Promise<T>): Promise<T> {
    let entry = this.#entries.get(path);
    const cached = entry !== undefined;
    if (entry === undefined) entry = { opened: openObject(path), users: 0, dropped: false };
    else this.#entries.delete(path);
    this.#entries.set(path, entry); // now the most recently used
    entry.users++;
    try {
      this.#evict();
      return await work(await entry.opened, cached);
    } catch (error) {
      this.#drop(path, entry);
      throw error;
    } finally {
      entry.users--;
      if (entry.dropped && entry.users === 0) await closeObject(entry);
    }
  }

  /** The path leads elsewhere by now: open it anew next time. */
  forget(path: string): void {
    const entry = this.#entries.get(path);
    if (entry !== undefined) this.#drop(path, entry);
  }

  async close(): Promise<void> {
    const idle = [...this.#entries.values()].filter((entry) => entry.users === 0);
    for (const [path, entry] of this.#entries) this.#drop(path, entry, false);
    await Promise.all(idle.map(closeObject));
  }

  #drop(path: string, entry: Entry, closeIdle = true): void {
    if (this.#entries.get(path) === entry) this.#entries.delete(path);
    if (entry.dropped) return;
    entry.dropped = true;
    if (closeIdle && entry.users === 0) void closeObject(entry);
  }

  #evict(): void {
    for (const [path, entry] of this.#entries) {
      if (this.#entries.size <= this.#max) return;
      this.#drop(path, entry);
    }
  }
}

/** Opening failed objects leaves nothing to close; a failed close of a file only read loses nothing. */
async function closeObject(entry: Entry): Promise<void> {
  const [opened] = await Promise.allSettled([entry.opened]);
  if (opened.status === "fulfilled") await Promise.allSettled([opened.value.handle.close()]);
}

async function openObject(path: string): Promise<OpenObject> {
  let handle: FileHandle;
  try {
    // O_NONBLOCK: a FIFO put there by someone must not hang us.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === "ELOOP") throw notAnObject(path, error);
    throw error;
  }
  try {
    const found = await handle.stat();
    // A folder is no object: the same answer as for a name that is not there.
    if (found.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: "ENOENT" });
    if (!found.isFile()) throw notAnObject(path);
    return { handle, dev: found.dev, ino: found.ino, size_bytes: found.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Does the path still lead to this open file, at its size? */
export async function isSameFile(path: string, object: OpenObject): Promise<boolean> {
  const found = await lstat(path);
  return found.ino === object.ino && found.dev === object.dev && found.size === object.size_bytes;
}

export function notAnObject(path: string, cause?: unknown) {
  return storeError("STORE_DAMAGED", `${path} is a link or a special file, not an object`, { path }, cause);
}

import { readdir, readFile } from "node:fs/promises";
import type { Random } from "../../../base/index.ts";
import { errnoOf, storeError } from "../errors.ts";
import { isObjectLock } from "../lock-rules.ts";
import type { ObjectLock } from "../port.ts";
import type { FileIo } from "./file-io.ts";
import { Folders } from "./folders.ts";
import { LOCK_SUFFIX, type Layout } from "./layout.ts";
import { writeTempFile } from "./temp-files.ts";

/**
 * Object locks as small files beside the objects. A lock file without its object means nothing: its writer died
 * between the two. Callers hold the key's mutex while they change one.
 */
export class LockFiles {
  readonly #layout: Layout;
  readonly #io: FileIo;
  readonly #random: Random;
  readonly #folders: Folders;

  constructor(layout: Layout, io: FileIo, random: Random) {
    this.#layout = layout;
    this.#io = io;
    this.#random = random;
    this.#folders = new Folders(layout.locks, io);
  }

  /** @throws STORE_DAMAGED for an unreadable lock file: a lock is never taken for absent because it is broken. */
  async read(key: string): Promise<ObjectLock | undefined> {
    const path = this.#layout.lock(key);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
    const lock = parseLock(text);
    if (lock === undefined) throw storeError("STORE_DAMAGED", `the lock file ${path} is unreadable`, { key, path });
    return lock;
  }

  /** Durable when it resolves. */
  async write(key: string, lock: ObjectLock): Promise<void> {
    await this.#folders.ensure(key);
    const text = JSON.stringify({ mode: lock.mode, retain_until_ms: lock.retain_until_ms });
    const temp = await writeTempFile(this.#io, this.#layout.temp, this.#random, [Buffer.from(text)]);
    await this.#io.rename(temp, this.#layout.lock(key));
    await this.#folders.sync(key);
  }

  async remove(key: string): Promise<void> {
    try {
      await this.#io.unlink(this.#layout.lock(key));
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }

  /** Names (last segments) of the keys of a folder that have a lock file, so that a listing opens no others. */
  async namesIn(folder: string): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    try {
      for (const name of await readdir(folder === "" ? this.#layout.locks : `${this.#layout.locks}/${folder}`)) {
        if (name.endsWith(LOCK_SUFFIX)) names.add(name.slice(0, -LOCK_SUFFIX.length));
      }
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw error;
    }
    return names;
  }
}

function parseLock(text: string): ObjectLock | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObjectLock(value) ? { mode: value.mode, retain_until_ms: value.retain_until_ms } : undefined;
  } catch {
    return undefined; // the caller reports the file by name
  }
}

import { lstat } from "node:fs/promises";
import { errnoOf, storeError } from "../errors.ts";
import { badKey, foldersOf } from "../keys.ts";
import type { FileIo } from "./file-io.ts";

const KNOWN_FOLDERS_MAX = 65_536;

interface FolderSync {
  next?: Promise<void>;
  running: Promise<void>;
}

/**
 * The folders objects lie in, under one base folder. Refuses symbolic links on the way, makes missing folders, and
 * makes their names durable: the first time this process meets a folder it syncs every folder above it, because
 * another process may have made it a moment ago and not yet synced.
 */
export class Folders {
  readonly #base: string;
  readonly #io: FileIo;
  readonly #durable = new Set<string>();
  readonly #verified = new Set<string>();
  readonly #syncs = new Map<string, FolderSync>();

  constructor(base: string, io: FileIo) {
    this.#base = base;
    this.#io = io;
  }

  /** Makes the folders of `key`, durably. */
  async ensure(key: string): Promise<void> {
    for (const folder of foldersOf(key)) {
      if (this.#durable.has(folder)) continue;
      const path = `${this.#base}/${folder}`;
      if ((await this.#inspect(folder)) === "nothing") await this.#make(path);
      if ((await this.#inspect(folder)) === "object") throw badKey(key, "lies below an object");
      await this.#syncPath(path.slice(0, path.lastIndexOf("/")));
      remember(this.#durable, folder);
    }
  }

  /** Refuses a symbolic link among the folders of `key`. A missing folder is fine: the object is then missing too. */
  async verify(key: string): Promise<void> {
    for (const folder of foldersOf(key)) {
      if (this.#durable.has(folder) || this.#verified.has(folder)) continue;
      if ((await this.#inspect(folder)) !== "folder") return;
      remember(this.#verified, folder);
    }
  }

  /** The folder was removed behind our back: look again next time. */
  forget(key: string): void {
    for (const folder of foldersOf(key)) {
      this.#durable.delete(folder);
      this.#verified.delete(folder);
    }
  }

  /** Makes the names in the folder of `key` durable; calls that wait for the same folder share one sync. */
  sync(key: string): Promise<void> {
    const folder = foldersOf(key).at(-1);
    return this.#syncPath(folder === undefined ? this.#base : `${this.#base}/${folder}`);
  }

  #syncPath(path: string): Promise<void> {
    const current = this.#syncs.get(path);
    if (current !== undefined) {
      // A sync that already runs may have missed our change, the one after it cannot.
      current.next ??= current.running.then(
        () => this.#startSync(path),
        () => this.#startSync(path),
      );
      return current.next;
    }
    return this.#startSync(path);
  }

  #startSync(path: string): Promise<void> {
    const running = this.#io.syncFolder(path).finally(() => {
      if (this.#syncs.get(path) === sync && sync.next === undefined) this.#syncs.delete(path);
    });
    const sync: FolderSync = { running };
    this.#syncs.set(path, sync);
    return running;
  }

  async #make(path: string): Promise<void> {
    try {
      await this.#io.mkdir(path);
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error; // EEXIST: another writer was first
    }
  }

  async #inspect(folder: string): Promise<"folder" | "object" | "nothing"> {
    const path = `${this.#base}/${folder}`;
    try {
      const found = await lstat(path);
      if (found.isSymbolicLink()) {
        throw storeError("STORE_DAMAGED", `${path} is a symbolic link; a store never follows one`, { path });
      }
      return found.isDirectory() ? "folder" : "object";
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return "nothing";
      throw error;
    }
  }
}

function remember(set: Set<string>, folder: string): void {
  if (set.size >= KNOWN_FOLDERS_MAX) set.clear();
  set.add(folder);
}

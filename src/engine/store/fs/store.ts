import { createHash } from "node:crypto";
import { lstat, mkdir, realpath, stat as statPath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Clock, Random } from "../../../base/index.ts";
import { asStoreError, errnoOf, storeError, throwIfAborted } from "../errors.ts";
import { assertKey, assertPrefix, badKey } from "../keys.ts";
import { assertLockChange, assertNewLock, assertUnlocked, isRunning, lockAgainst } from "../lock-rules.ts";
import type { DeleteOptions, GetOptions, ObjectLock, ObjectStat, ObjectStore, PutOptions } from "../port.ts";
import { partList, resolveRange, roomFor, shortObject, sizeOf } from "../ranges.ts";
import { ClockGuard } from "./clock-guard.ts";
import { type FileIo, nodeFileIo } from "./file-io.ts";
import { withFlock } from "./flock.ts";
import { Folders } from "./folders.ts";
import { HandleCache, isSameFile, type OpenObject } from "./handle-cache.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { listObjects, statObject } from "./listing.ts";
import { LockFiles } from "./lock-files.ts";
import { removeLeftovers, removeTempFile, writeTempFile } from "./temp-files.ts";
import { Usage } from "./usage.ts";

const OPEN_HANDLES_MAX = 64;
/** An object replaced under a reader is opened anew; more often than this in one get means something is wrong. */
const REOPENS_MAX = 16;
const READ_BYTES_MAX = 1024 * 1024 * 1024;

export interface FsStoreOptions {
  readonly path: string;
  readonly quota_bytes?: number;
  /** By default `path`. */
  readonly quota_path?: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Only crash tests give another one. */
  readonly io?: FileIo;
}

/**
 * Opens the store in a folder, which is made when missing. Any number of threads and processes may have it open.
 * @throws STORE_UNAVAILABLE when the folder cannot be made, read or written
 */
export async function openFsStore(options: FsStoreOptions): Promise<ObjectStore> {
  const io = options.io ?? nodeFileIo;
  try {
    const made = await mkdir(options.path, { recursive: true, mode: 0o700 });
    // The path given may be a link, or lie below one; everything under it may not.
    const layout = layoutOf(await realpath(options.path));
    await prepareRoot(layout, io, options.random);
    if (made !== undefined) await syncAbove(layout.root, dirname(await realpath(made)), io);
    await removeLeftovers(io, layout.temp, options.clock);
    const counted = options.quota_bytes === undefined ? layout : await quotaLayout(options.quota_path, layout);
    const store = new FsStore(layout, io, options, counted);
    await store.start();
    return store;
  } catch (error) {
    throw asStoreError(error, `opening the store in ${options.path}`, { path: options.path });
  }
}

async function prepareRoot(layout: Layout, io: FileIo, random: Random): Promise<void> {
  const folders = [layout.temp, layout.locks, layout.state, layout.mutex];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await lstat(folder)).isSymbolicLink()) {
      throw storeError("STORE_DAMAGED", `${folder} is a symbolic link; a store never follows one`, { path: folder });
    }
  }
  if (!(await exists(layout.marker))) {
    const marker = Buffer.from('{"holdfast_store":1}\n');
    const temp = await writeTempFile(io, layout.temp, random, [marker]);
    await io.rename(temp, layout.marker); // several openers at once write the same bytes
  }
  for (const folder of [layout.state, layout.root]) await io.syncFolder(folder);
}

/** Where the use that a quota bounds is counted. */
async function quotaLayout(path: string | undefined, own: Layout): Promise<Layout> {
  if (path === undefined) return own;
  const shared = layoutOf(await realpath(path));
  await mkdir(shared.mutex, { recursive: true, mode: 0o700 });
  return shared;
}

/** Makes the names of newly made folders durable, from the one above `root` up to `top`. */
async function syncAbove(root: string, top: string, io: FileIo): Promise<void> {
  for (let folder = dirname(root); folder.startsWith(top); folder = dirname(folder)) {
    await io.syncFolder(folder);
    if (folder === top) return;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** What is done to one key at a time, by whom, is settled by a flock per key; see {@link FsStore.put} for the order. */
class FsStore implements ObjectStore {
  readonly description: string;
  readonly #layout: Layout;
  readonly #io: FileIo;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #folders: Folders;
  readonly #locks: LockFiles;
  readonly #time: ClockGuard;
  readonly #handles = new HandleCache(OPEN_HANDLES_MAX);
  readonly #usage: Usage | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(layout: Layout, io: FileIo, { clock, random, quota_bytes }: FsStoreOptions, counted: Layout) {
    this.description = `fs:${layout.root}`;
    this.#layout = layout;
    this.#io = io;
    this.#clock = clock;
    this.#random = random;
    this.#folders = new Folders(layout.root, io);
    this.#locks = new LockFiles(layout, io, random);
    this.#time = new ClockGuard(clock, layout, io, random);
    if (quota_bytes !== undefined) {
      const mutex = join(counted.mutex, "usage");
      const exclusively = <T>(work: () => Promise<T>) => withFlock(mutex, { clock, random }, work);
      this.#usage = new Usage({ layout: counted, quota_bytes, clock, exclusively });
    }
  }

  async start(): Promise<void> {
    await this.#usage?.start();
  }

  /**
   * The bytes go into a temporary file and are synced first. Then, alone on this key: look at what is there, write
   * the lock (durably, so that the object is never visible unlocked), give the file its name. link(2) refuses an
   * existing name where rename(2) would silently replace it, so `if_absent` holds even against a foreign writer.
   * Last, the folder is synced. A crash on the way leaves the old object or the new one, whole; a replaced object may
   * then already carry the new lock, but never does the new object lack it.
   */
  put(key: string, parts: Uint8Array | readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    return this.#run(`storing ${key}`, key, async () => {
      const body = partList(parts);
      const size_bytes = sizeOf(body);
      const { signal, lock } = options;
      throwIfAborted(signal, `storing ${key}`);
      if (lock !== undefined) assertNewLock(key, lock, this.#time.now_ms(), await this.#time.latest_ms());
      await this.#folders.ensure(key);
      await this.#assertReplaceable(key, options); // before the bytes are written for nothing
      await this.#usage?.reserve(key, size_bytes);
      let replaced_bytes = 0;
      try {
        const temp = await writeTempFile(this.#io, this.#layout.temp, this.#random, body, signal);
        try {
          replaced_bytes = await this.#exclusively(mutexName(key), signal, () => this.#publish(key, temp, options));
        } catch (error) {
          await removeTempFile(this.#io, temp, error);
          throw error;
        }
      } catch (error) {
        await this.#usage?.release(size_bytes);
        throw error;
      }
      await this.#folders.sync(key);
      await this.#usage?.release(replaced_bytes);
    });
  }

  get(key: string, options: GetOptions = {}): Promise<Buffer> {
    return this.#run(`reading ${key}`, key, async () => {
      await this.#folders.verify(key);
      const path = this.#layout.object(key);
      for (let attempt = 0; attempt < REOPENS_MAX; attempt++) {
        throwIfAborted(options.signal, `reading ${key}`);
        const found = await this.#readOpen(key, path, options);
        if (found !== undefined) return found;
        this.#handles.forget(path);
      }
      throw storeError("STORE_UNAVAILABLE", `${key} is replaced faster than it can be read`, { key });
    });
  }

  stat(key: string): Promise<ObjectStat | undefined> {
    return this.#run(`looking at ${key}`, key, async () => {
      await this.#folders.verify(key);
      const found = await statObject(this.#layout, this.#locks, key);
      if (found === undefined) await this.#assertMounted();
      return found;
    });
  }

  async *list(prefix: string): AsyncGenerator<ObjectStat> {
    this.#assertOpen();
    assertPrefix(prefix);
    try {
      await this.#assertMounted();
      await this.#folders.verify(prefix);
      for await (const found of listObjects(this.#layout, this.#locks, prefix)) {
        this.#assertOpen();
        yield found;
      }
    } catch (error) {
      throw asStoreError(error, `listing "${prefix}" in ${this.description}`, { prefix, store: this.description });
    }
  }

  delete(key: string, options?: DeleteOptions): Promise<void> {
    return this.#run(`deleting ${key}`, key, async () => {
      await this.#folders.verify(key);
      await this.#exclusively(mutexName(key), undefined, async () => {
        const found = await statObject(this.#layout, this.#locks, key);
        if (found === undefined) return await this.#assertMounted();
        assertUnlocked(key, lockAgainst(found.lock, options), this.#time.now_ms(), "delete");
        await this.#io.unlink(this.#layout.object(key));
        this.#handles.forget(this.#layout.object(key));
        await this.#folders.sync(key);
        if (found.lock !== undefined) await this.#locks.remove(key);
        await this.#usage?.release(found.size_bytes);
      });
    });
  }

  lock(key: string, lock: ObjectLock): Promise<void> {
    return this.#run(`locking ${key}`, key, async () => {
      await this.#folders.verify(key);
      await this.#exclusively(mutexName(key), undefined, async () => {
        const found = await statObject(this.#layout, this.#locks, key);
        if (found === undefined) throw await this.#notFound(key);
        const now_ms = this.#time.now_ms();
        assertLockChange(key, found.lock, lock, now_ms);
        assertNewLock(key, lock, now_ms, await this.#time.latest_ms());
        await this.#locks.write(key, lock);
      });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#running); // each reports to its own caller
    try {
      await this.#handles.close();
      await this.#usage?.close();
    } catch (error) {
      throw asStoreError(error, `closing ${this.description}`, { store: this.description });
    }
  }

  /** Gives the written file its name. Returns the size of the object it replaced. */
  async #publish(key: string, temp: string, options: PutOptions): Promise<number> {
    const { lock, if_absent, signal } = options;
    const path = this.#layout.object(key);
    const found = await this.#assertReplaceable(key, options);
    const before = found?.lock ?? (await this.#locks.read(key));
    throwIfAborted(signal, `storing ${key}`);
    if (lock !== undefined) await this.#locks.write(key, lock);
    else if (before !== undefined) await this.#locks.remove(key); // it has ended, or its object was never stored
    try {
      if (if_absent === true) await this.#link(key, temp, path);
      else await this.#io.rename(temp, path);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") this.#folders.forget(key);
      await this.#restoreLock(key, found?.lock, lock, error);
      throw errnoOf(error) === "EISDIR" ? badKey(key, "is the folder of other objects") : error;
    }
    return found?.size_bytes ?? 0;
  }

  async #link(key: string, temp: string, path: string): Promise<void> {
    try {
      await this.#io.link(temp, path);
    } catch (error) {
      throw errnoOf(error) === "EEXIST" ? alreadyExists(key, error) : error;
    }
    await this.#io.unlink(temp);
  }

  /** The object did not get its name: the lock written for it must not stay on the one that was there before. */
  async #restoreLock(key: string, before: ObjectLock | undefined, written: ObjectLock | undefined, failure: unknown) {
    try {
      if (before !== undefined) await this.#locks.write(key, before);
      else if (written !== undefined) await this.#locks.remove(key);
    } catch (error) {
      if (failure instanceof Error) failure.message += ` (and its lock file could not be put back: ${String(error)})`;
    }
  }

  /** Refuses what a put may not replace; returns what it would. */
  async #assertReplaceable(key: string, options: PutOptions): Promise<ObjectStat | undefined> {
    const found = await statObject(this.#layout, this.#locks, key);
    if (found === undefined) {
      if (await isFolder(this.#layout.object(key))) throw badKey(key, "is the folder of other objects");
      return undefined;
    }
    const now_ms = this.#time.now_ms();
    if (options.if_absent === true || isRunning(found.lock, now_ms)) {
      // The caller may go on to rely on the object it found, and its writer may not have come to this sync yet.
      await this.#folders.sync(key);
    }
    if (options.if_absent === true) throw alreadyExists(key);
    assertUnlocked(key, found.lock, now_ms, "overwrite");
    return found;
  }

  /** `undefined` when the open handle no longer is what the path leads to. */
  async #readOpen(key: string, path: string, options: GetOptions): Promise<Buffer | undefined> {
    try {
      return await this.#handles.use(path, async (object, cached) => {
        if (!cached) return await readRange(key, object, options);
        // Both at once: the check costs nothing when it holds, which is nearly always.
        const [same, read] = await Promise.allSettled([isSameFile(path, object), readRange(key, object, options)]);
        if (same.status === "rejected") throw same.reason;
        if (!same.value) return undefined;
        if (read.status === "rejected") throw read.reason;
        return read.value;
      });
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") throw await this.#notFound(key);
      throw error;
    }
  }

  async #notFound(key: string) {
    await this.#assertMounted();
    return storeError("STORE_NOT_FOUND", `no object ${key} in ${this.description}`, { key, store: this.description });
  }

  /** "Not there" may only be said by a store that is there: an unmounted folder is empty, not a lost repository. */
  async #assertMounted(): Promise<void> {
    const { root, marker } = this.#layout;
    try {
      await statPath(marker);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      throw storeError(
        "STORE_UNAVAILABLE",
        `${root} is gone or not mounted: ${marker} is missing`,
        { path: root },
        error,
      );
    }
  }

  #exclusively<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return withFlock(join(this.#layout.mutex, name), { clock: this.#clock, random: this.#random, signal }, work);
  }

  #assertOpen(): void {
    if (this.#closed) throw storeError("STORE_CLOSED", `${this.description} is closed`, { store: this.description });
  }

  async #run<T>(doing: string, key: string, work: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(key);
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      throw asStoreError(error, `${doing} in ${this.description}`, { key, store: this.description });
    } finally {
      this.#running.delete(running);
    }
  }
}

/** 256 files for all keys: two keys that share one wait for each other, briefly and rarely. */
function mutexName(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 2);
}

async function readRange(key: string, object: OpenObject, options: GetOptions): Promise<Buffer> {
  const range = resolveRange(key, object.size_bytes, options);
  const buffer = roomFor(range.length_bytes, options.into);
  for (let done = 0; done < range.length_bytes; ) {
    throwIfAborted(options.signal, `reading ${key}`);
    const length = Math.min(range.length_bytes - done, READ_BYTES_MAX);
    const { bytesRead } = await object.handle.read(buffer, done, length, range.offset_bytes + done);
    if (bytesRead === 0) throw shortObject(key, range, range.offset_bytes + done);
    done += bytesRead;
  }
  return buffer;
}

function alreadyExists(key: string, cause?: unknown) {
  return storeError("STORE_ALREADY_EXISTS", `${key} exists already`, { key }, cause);
}

import { readFile, stat as statPath } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Random } from "../../../base/index.ts";
import { hasCode, type HoldfastError } from "../../../base/index.ts";
import { asStoreError, errnoOf, storeError, throwIfAborted } from "../errors.ts";
import { assertKey, assertPrefix, badKey } from "../keys.ts";
import { assertLockChange, assertNewLock, assertUnlocked, isRunning, lockAgainst } from "../lock-rules.ts";
import type {
  DeleteOptions,
  GetOptions,
  ObjectLock,
  ObjectStat,
  ObjectStore,
  PutOptions,
  StorageTier,
  Thaw,
} from "../port.ts";
import { partList, sizeOf } from "../ranges.ts";
import { ClockGuard } from "./clock-guard.ts";
import type { FileIo } from "./file-io.ts";
import { withFlock } from "./flock.ts";
import { Folders } from "./folders.ts";
import { HandleCache, isSameFile } from "./handle-cache.ts";
import type { Layout } from "./layout.ts";
import { listObjects, statObject } from "./listing.ts";
import { LockFiles } from "./lock-files.ts";
import { COLDER, TierFolders } from "./tiers.ts";
import { alreadyExists, mutexName, readRange } from "./objects.ts";
import { type FsStoreOptions, isFolder } from "./root.ts";
import { removeTempFile, writeTempFile } from "./temp-files.ts";
import { Usage } from "./usage.ts";

const OPEN_HANDLES_MAX = 64;
/** An object replaced under a reader is opened anew; more often than this in one get means something is wrong. */
const REOPENS_MAX = 16;

/** What is done to one key at a time, by whom, is settled by a flock per key; see {@link FsStore.put} for the order. */
export class FsStore implements ObjectStore {
  readonly description: string;
  readonly #layout: Layout;
  readonly #io: FileIo;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #folders: Folders;
  readonly #locks: LockFiles;
  readonly #time: ClockGuard;
  readonly #tiers: TierFolders;
  readonly #handles = new HandleCache(OPEN_HANDLES_MAX);
  readonly #usage: Usage | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(layout: Layout, io: FileIo, options: FsStoreOptions, counted: Layout) {
    const { clock, random, quota_bytes, warm_path, cold_path, thaw_seconds } = options;
    this.description = `fs:${layout.root}`;
    this.#layout = layout;
    this.#io = io;
    this.#clock = clock;
    this.#random = random;
    this.#folders = new Folders(layout.root, io);
    this.#locks = new LockFiles(layout, io, random);
    this.#time = new ClockGuard(clock, layout, io, random);
    const own = join(layout.root, ".tiers");
    const paths = { warm: warm_path ?? join(own, "warm"), cold: cold_path ?? join(own, "cold") };
    const thaw_ms = thaw_seconds === undefined ? undefined : thaw_seconds * 1000;
    this.#tiers = new TierFolders({ layout, io, random, paths, thaw_ms });
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
      await this.#tiers.removeFrom(key, "hot"); // what it has replaced may have stood in another tier
      await this.#usage?.release(replaced_bytes);
    });
  }

  get(key: string, options: GetOptions = {}): Promise<Buffer> {
    return this.#run(`reading ${key}`, key, async () => {
      await this.#folders.verify(key);
      const path = this.#layout.object(key);
      for (let attempt = 0; attempt < REOPENS_MAX; attempt++) {
        throwIfAborted(options.signal, `reading ${key}`);
        const found = await this.#readOpen(key, path, options).catch((error: unknown) => {
          if (hasCode(error, "STORE_NOT_FOUND")) return error as HoldfastError;
          throw error;
        });
        if (found instanceof Error) {
          const colder = await this.#readColder(key, options);
          if (colder instanceof Buffer) return colder;
          // Between the looks it may have been moved back to where we looked first.
          if (colder === "missing" && (await this.#look(key)) === undefined) throw found;
          continue;
        }
        if (found !== undefined) return found;
        this.#handles.forget(path);
      }
      throw storeError("STORE_UNAVAILABLE", `${key} is replaced faster than it can be read`, { key });
    });
  }

  stat(key: string): Promise<ObjectStat | undefined> {
    return this.#run(`looking at ${key}`, key, async () => {
      await this.#folders.verify(key);
      const found = await this.#look(key);
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
      for await (const found of this.#listTiers(prefix)) {
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
        const found = await this.#look(key);
        if (found === undefined) return await this.#assertMounted();
        assertUnlocked(key, lockAgainst(found.lock, options), this.#time.now_ms(), "delete");
        // The coldest last: what an interrupted move or delete left is found there again.
        if (found.tier === undefined) {
          await this.#io.unlink(this.#layout.object(key));
          this.#handles.forget(this.#layout.object(key));
          await this.#folders.sync(key);
        }
        await this.#tiers.removeFrom(key, "hot");
        await this.#tiers.forgetThaw(key);
        if (found.lock !== undefined) await this.#locks.remove(key);
        await this.#usage?.release(found.size_bytes);
      });
    });
  }

  lock(key: string, lock: ObjectLock): Promise<void> {
    return this.#run(`locking ${key}`, key, async () => {
      await this.#folders.verify(key);
      await this.#exclusively(mutexName(key), undefined, async () => {
        const found = await this.#look(key);
        if (found === undefined) throw await this.#notFound(key);
        const now_ms = this.#time.now_ms();
        assertLockChange(key, found.lock, lock, now_ms);
        assertNewLock(key, lock, now_ms, await this.#time.latest_ms());
        await this.#locks.write(key, lock);
      });
    });
  }

  /**
   * The bytes are written into the other tier, durably, and then removed where they were: a crash between the two
   * leaves the object in both, and the next move or delete puts that right.
   */
  move(key: string, tier: StorageTier): Promise<void> {
    return this.#run(`moving ${key}`, key, async () => {
      await this.#folders.verify(key);
      await this.#exclusively(mutexName(key), undefined, async () => {
        const found = await this.#look(key);
        if (found === undefined) throw await this.#notFound(key);
        const from = found.tier ?? "hot";
        if (from !== tier) {
          await this.#tiers.assertReadable(key, from, this.#time.now_ms());
          const body = await readFile(this.#tiers.path(from, key));
          if (body.byteLength !== found.size_bytes) throw await this.#notFound(key);
          if (tier === "hot") {
            await this.#folders.ensure(key);
            const temp = await writeTempFile(this.#io, this.#layout.temp, this.#random, [body]);
            await this.#io.rename(temp, this.#layout.object(key));
            await this.#folders.sync(key);
          } else await this.#tiers.write(tier, key, body);
        }
        await this.#tiers.removeFrom(key, tier);
        if (from === "cold" && tier !== "cold") await this.#tiers.forgetThaw(key);
        this.#handles.forget(this.#tiers.path(from, key));
      });
    });
  }

  thaw(key: string, keep_ms: number): Promise<Thaw> {
    return this.#run(`thawing ${key}`, key, async () => {
      await this.#folders.verify(key);
      return this.#exclusively(mutexName(key), undefined, async () => {
        const found = await this.#look(key);
        if (found === undefined) throw await this.#notFound(key);
        return this.#tiers.thaw(key, found.tier ?? "hot", keep_ms, this.#time.now_ms());
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

  /** The object in whatever tier it stands. */
  async #look(key: string, mayBeLocked = true): Promise<ObjectStat | undefined> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const found = await statObject(this.#layout, this.#locks, key, mayBeLocked);
      if (found !== undefined || !(await this.#tiers.present())) return found;
      const colder = await this.#tiers.stat(key, this.#locks, mayBeLocked);
      if (colder !== undefined) return colder;
    }
    return undefined; // twice, since it may have been moved towards where we had looked
  }

  /** `moved`: it is somewhere else than it was a moment ago. */
  async #readColder(key: string, options: GetOptions): Promise<Buffer | "missing" | "moved"> {
    const found = await this.#tiers.stat(key, this.#locks);
    if (found === undefined) return "missing";
    await this.#tiers.assertReadable(key, found.tier, this.#time.now_ms());
    const path = this.#tiers.path(found.tier, key);
    const read = await this.#readOpen(key, path, options).catch((error: unknown) => {
      if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
      throw error;
    });
    if (read === undefined) this.#handles.forget(path);
    return read ?? "moved";
  }

  #listTiers(prefix: string): AsyncGenerator<ObjectStat> {
    const layouts = async (): Promise<[Layout, ...Layout[]]> => {
      const colder = (await this.#tiers.present()) ? COLDER.map((tier) => this.#tiers.layout(tier)) : [];
      return [this.#layout, ...colder];
    };
    const find = (key: string, mayBeLocked: boolean) => this.#look(key, mayBeLocked);
    return listObjects(this.#layout, this.#locks, prefix, { layouts, find });
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
    const found = await this.#look(key);
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

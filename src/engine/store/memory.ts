import type { Clock } from "../../base/index.ts";
import { storeError, throwIfAborted } from "./errors.ts";
import { assertKey, assertPrefix, badKey, foldersOf } from "./keys.ts";
import { assertLockChange, assertNewLock, assertUnlocked, lockAgainst } from "./lock-rules.ts";
import type {
  DeleteOptions,
  GetOptions,
  ObjectLock,
  ObjectStat,
  ObjectStore,
  PutOptions,
  StorageTier,
  Thaw,
} from "./port.ts";
import { partList, resolveRange, sizeOf } from "./ranges.ts";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly quota_bytes?: number;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly modified_ms: number;
  lock?: ObjectLock;
  tier?: StorageTier;
}

/** A store that lives and dies with the process: for tests and simulations. Same rules as the others, no durability. */
export class MemoryStore implements ObjectStore {
  readonly description = "memory";
  readonly #clock: Clock;
  readonly #quota_bytes: number;
  readonly #objects = new Map<string, StoredObject>();
  /** How many objects lie below each folder, to refuse a key that is both. */
  readonly #folders = new Map<string, number>();
  #used_bytes = 0;
  #closed = false;

  constructor({ clock, quota_bytes }: MemoryStoreOptions) {
    this.#clock = clock;
    this.#quota_bytes = quota_bytes ?? Number.POSITIVE_INFINITY;
  }

  async put(key: string, parts: Uint8Array | readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    this.#begin(key);
    throwIfAborted(options.signal, `storing ${key}`);
    const now_ms = this.#clock.now_ms();
    if (options.lock !== undefined) assertNewLock(key, options.lock, now_ms, now_ms);
    if (this.#folders.has(key)) throw badKey(key, "is the folder of other objects");
    for (const folder of foldersOf(key)) {
      if (this.#objects.has(folder)) throw badKey(key, "lies below an object");
    }
    const found = this.#objects.get(key);
    if (found !== undefined && options.if_absent === true) {
      throw storeError("STORE_ALREADY_EXISTS", `${key} exists already`, { key });
    }
    assertUnlocked(key, found?.lock, now_ms, "overwrite");
    const body = partList(parts);
    const size_bytes = sizeOf(body);
    if (this.#used_bytes + size_bytes > this.#quota_bytes) {
      throw storeError(
        "STORE_QUOTA_EXCEEDED",
        `${key} (${size_bytes} bytes) would pass the quota of the memory store`,
        {
          key,
          size_bytes,
          used_bytes: this.#used_bytes,
          quota_bytes: this.#quota_bytes,
        },
      );
    }
    if (found !== undefined) this.#remove(key, found);
    const object: StoredObject = { bytes: Buffer.concat(body), modified_ms: Math.trunc(now_ms) };
    if (options.lock !== undefined) object.lock = options.lock;
    this.#objects.set(key, object);
    this.#used_bytes += size_bytes;
    for (const folder of foldersOf(key)) this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + 1);
  }

  async get(key: string, options: GetOptions = {}): Promise<Buffer> {
    const { bytes } = this.#find(key);
    throwIfAborted(options.signal, `reading ${key}`);
    const { offset_bytes, length_bytes } = resolveRange(key, bytes.byteLength, options);
    return Buffer.from(bytes.subarray(offset_bytes, offset_bytes + length_bytes));
  }

  async stat(key: string): Promise<ObjectStat | undefined> {
    this.#begin(key);
    const object = this.#objects.get(key);
    return object === undefined ? undefined : statOf(key, object);
  }

  async *list(prefix: string): AsyncGenerator<ObjectStat> {
    this.#assertOpen();
    assertPrefix(prefix);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      this.#assertOpen();
      const object = this.#objects.get(key);
      if (object !== undefined) yield statOf(key, object);
    }
  }

  async delete(key: string, options?: DeleteOptions): Promise<void> {
    this.#begin(key);
    const object = this.#objects.get(key);
    if (object === undefined) return;
    assertUnlocked(key, lockAgainst(object.lock, options), this.#clock.now_ms(), "delete");
    this.#remove(key, object);
  }

  async lock(key: string, lock: ObjectLock): Promise<void> {
    const object = this.#find(key);
    const now_ms = this.#clock.now_ms();
    assertLockChange(key, object.lock, lock, now_ms);
    assertNewLock(key, lock, now_ms, now_ms);
    object.lock = { mode: lock.mode, retain_until_ms: lock.retain_until_ms };
  }

  async move(key: string, tier: StorageTier): Promise<void> {
    const object = this.#find(key);
    if (tier === "hot") delete object.tier;
    else object.tier = tier;
  }

  async thaw(key: string): Promise<Thaw> {
    this.#find(key);
    return { state: "ready", until_ms: null };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #remove(key: string, object: StoredObject): void {
    this.#objects.delete(key);
    this.#used_bytes -= object.bytes.byteLength;
    for (const folder of foldersOf(key)) {
      const left = (this.#folders.get(folder) ?? 0) - 1;
      if (left > 0) this.#folders.set(folder, left);
      else this.#folders.delete(folder);
    }
  }

  #find(key: string): StoredObject {
    this.#begin(key);
    const object = this.#objects.get(key);
    if (object === undefined) throw storeError("STORE_NOT_FOUND", `no object ${key} in memory`, { key });
    return object;
  }

  #begin(key: string): void {
    this.#assertOpen();
    assertKey(key);
  }

  #assertOpen(): void {
    if (this.#closed) throw storeError("STORE_CLOSED", "the memory store is closed");
  }
}

function statOf(key: string, { bytes, modified_ms, lock, tier }: StoredObject): ObjectStat {
  const stat = { key, size_bytes: bytes.byteLength, modified_ms, ...(tier === undefined ? {} : { tier }) };
  return lock === undefined ? stat : { ...stat, lock };
}

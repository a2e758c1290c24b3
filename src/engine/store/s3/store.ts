import { PutObjectLegalHoldCommand, PutObjectRetentionCommand } from "@aws-sdk/client-s3";
import type { Clock, Random } from "../../../base/index.ts";
import { storeError, throwIfAborted } from "../errors.ts";
import { assertKey, assertPrefix, badKey, foldersOf } from "../keys.ts";
import { assertLockChange, assertNewLock, assertUnlocked, lockAgainst } from "../lock-rules.ts";
import type {
  DeleteOptions,
  GetOptions,
  GrantedContent,
  ListOptions,
  ObjectLock,
  ObjectStat,
  ObjectStore,
  PutGrant,
  PutOptions,
  S3StoreConfig,
  StorageTier,
  Thaw,
} from "../port.ts";
import { partList } from "../ranges.ts";
import { authoritiesOf, createClient, defaultTimeouts, type S3Timeouts } from "./client.ts";
import { removeOlder, writeIfAbsent } from "./conditional.ts";
import { isForbidden, isLockRefusal, s3Error } from "./errors.ts";
import { isContent, signPut } from "./grant.ts";
import { notFound, read } from "./read.ts";
import { foldersKnown, rememberedConditions } from "./remembered.ts";
import { quickly, type Wire } from "./requests.ts";
import { type Classes, classesOf, move, thaw, tierOf } from "./tiers.ts";
import { exists, find, type Head, head, removeVersion, type VersionPage, versionPage, versionsOf } from "./versions.ts";
import { write } from "./write.ts";

/** Objects asked for their locks at once, when a listing is to have them. */
const LOCKS_AT_ONCE = 8;

export interface S3StoreOptions {
  readonly config: S3StoreConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly timeouts?: Partial<S3Timeouts>;
}

/**
 * Opens the store in a bucket. No request is made yet.
 * @throws STORE_BAD_CONFIG
 */
export async function openS3Store(options: S3StoreOptions): Promise<ObjectStore> {
  return new S3Store(await openWire(options), classesOf(options.config));
}

/** What requests to a bucket need. @throws STORE_BAD_CONFIG */
export async function openWire({ config, clock, random, timeouts }: S3StoreOptions): Promise<Wire> {
  const { bucket, prefix = "" } = config;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw storeError("STORE_BAD_CONFIG", `${JSON.stringify(bucket)} is no name of a bucket`, { bucket });
  }
  if (prefix !== "") {
    assertPrefix(prefix);
    if (!prefix.endsWith("/")) throw storeError("STORE_BAD_CONFIG", `the prefix ${prefix} does not end with /`);
  }
  const all = { ...defaultTimeouts, ...timeouts };
  const client = await createClient(config, clock, all);
  const description = `s3://${bucket}/${prefix}`;
  const place = JSON.stringify([config.endpoint, config.s3_region, bucket]);
  return { client, clock, random, timeouts: all, bucket, place, prefix, description, ...authoritiesOf(config) };
}

/**
 * Objects in a bucket with versions: an object is the newest version of its key, and the only one that this store
 * leaves. Locks go by the service's clock. docs/stores.md says what that means against somebody else's writes.
 */
class S3Store implements ObjectStore {
  readonly description: string;
  readonly #wire: Wire;
  readonly #classes: Classes;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(wire: Wire, classes: Classes) {
    this.#wire = wire;
    this.#classes = classes;
    this.description = wire.description;
  }

  put(key: string, parts: Uint8Array | readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    const { signal, lock, if_absent = false } = options;
    return this.#run(`storing ${key}`, key, signal, async () => {
      const body = partList(parts);
      const now_ms = this.#wire.clock.now_ms();
      if (lock !== undefined) assertNewLock(key, lock, now_ms, now_ms);
      const [found] = await Promise.all([this.#lookBelow(key), this.#lookAbove(key)]);
      if (found !== undefined) {
        if (if_absent) throw this.#exists(key);
        assertReplaceable(key, found);
      }
      foldersKnown.forget(this.#wire, key);
      try {
        if (if_absent) await this.#putIfAbsent(key, body, { lock, signal });
        else {
          const written = await write(this.#wire, key, body, { lock, signal, if_none_match: false });
          if (found !== undefined && written !== "exists") await removeOlder(this.#wire, key, written.version_id);
        }
      } catch (error) {
        throw lock !== undefined && isLockRefusal(error) ? this.#noLocks(key, error) : error;
      }
    });
  }

  get(key: string, options: GetOptions = {}): Promise<Buffer> {
    return this.#run(`reading ${key}`, key, options.signal, () => read(this.#wire, key, options));
  }

  stat(key: string): Promise<ObjectStat | undefined> {
    return this.#run(`looking at ${key}`, key, undefined, async () => {
      const found = await find(this.#wire, key);
      return found === undefined ? undefined : this.#statOf(key, found);
    });
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectStat> {
    this.#assertOpen();
    assertPrefix(prefix);
    const doing = `listing "${prefix}"`;
    let last: string | undefined;
    let from: VersionPage["next"];
    do {
      this.#assertOpen();
      const page = await this.#guarded(doing, () => versionPage(this.#wire, prefix, from, doing));
      const stats: ObjectStat[] = [];
      for (const { key, size_bytes, modified_ms, storage_class } of page.versions) {
        // Of each key the newest version comes first, also when a foreign delete marker stands before it.
        const tier = tierOf(this.#classes, storage_class);
        const stat = { key, size_bytes, modified_ms };
        if (key !== last && !isOwnBusiness(key)) stats.push(tier === undefined ? stat : { ...stat, tier });
        last = key;
      }
      if (options.locks === true) yield* this.#withLocks(stats, doing);
      else yield* stats;
      from = page.next;
    } while (from !== undefined);
  }

  delete(key: string, options?: DeleteOptions): Promise<void> {
    return this.#run(`deleting ${key}`, key, undefined, async () => {
      const { versions, markers } = await versionsOf(this.#wire, key, `deleting ${key}`);
      // The oldest first: whatever interrupts this, no older version comes to light again.
      for (const { version_id } of versions.toReversed()) {
        try {
          await removeVersion(this.#wire, key, version_id, options?.bypass_governance === true);
        } catch (error) {
          if (!isForbidden(error)) throw error;
          const found = await head(this.#wire, key, version_id);
          if (found === undefined) continue;
          assertUnlocked(key, lockAgainst(found.lock, options), found.now_ms, "delete");
          assertNotHeld(key, found, "delete");
          throw error;
        }
      }
      for (const { version_id } of markers) await removeVersion(this.#wire, key, version_id);
    });
  }

  lock(key: string, lock: ObjectLock): Promise<void> {
    return this.#run(`locking ${key}`, key, undefined, async () => {
      const found = await find(this.#wire, key);
      if (found === undefined) throw notFound(this.#wire, key);
      const now_ms = this.#wire.clock.now_ms();
      assertLockChange(key, found.lock, lock, found.now_ms);
      assertNewLock(key, lock, now_ms, now_ms);
      try {
        // Services let only the bypass change a mode, also to the stronger one.
        const bypass = found.lock?.mode === "GOVERNANCE" && lock.mode === "COMPLIANCE";
        await this.#retain(key, found.version_id, lock, bypass);
      } catch (error) {
        if (isLockRefusal(error)) throw this.#noLocks(key, error);
        if (!isForbidden(error)) throw error;
        const after = await find(this.#wire, key); // another writer may have set a longer one meanwhile
        if (after !== undefined) assertLockChange(key, after.lock, lock, after.now_ms);
        throw error;
      }
    });
  }

  hold(key: string, on: boolean): Promise<void> {
    return this.#run(`${on ? "holding" : "releasing"} ${key}`, key, undefined, async () => {
      const found = await find(this.#wire, key);
      if (found === undefined) throw notFound(this.#wire, key);
      if (found.legal_hold === on) return;
      const { client, bucket, prefix } = this.#wire;
      const command = new PutObjectLegalHoldCommand({
        Bucket: bucket,
        Key: prefix + key,
        ...(found.version_id === undefined ? {} : { VersionId: found.version_id }),
        LegalHold: { Status: on ? "ON" : "OFF" },
        ChecksumAlgorithm: "SHA256",
      });
      try {
        await quickly(this.#wire, `holding ${key}`, (abortSignal) => client.send(command, { abortSignal }));
      } catch (error) {
        throw isLockRefusal(error) ? this.#noLocks(key, error) : error;
      }
    });
  }

  move(key: string, tier: StorageTier): Promise<void> {
    return this.#run(`moving ${key}`, key, undefined, () => move(this.#wire, this.#classes, key, tier));
  }

  thaw(key: string, keep_ms: number): Promise<Thaw> {
    return this.#run(`thawing ${key}`, key, undefined, () => thaw(this.#wire, this.#classes, key, keep_ms));
  }

  grantPut(key: string, content: GrantedContent): Promise<PutGrant | "present"> {
    return this.#run(`granting ${key}`, key, undefined, async () => {
      const [found] = await Promise.all([this.#lookBelow(key), this.#lookAbove(key)]);
      if (found === undefined) {
        return signPut(this.#wire, key, content, { if_none_match: await rememberedConditions(this.#wire) });
      }
      if (isContent(found, content)) return "present";
      throw this.#exists(key);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#running); // each reports to its own caller
    this.#wire.client.destroy();
  }

  async #putIfAbsent(
    key: string,
    body: readonly Uint8Array[],
    options: { readonly lock: ObjectLock | undefined; readonly signal: AbortSignal | undefined },
  ): Promise<void> {
    const outcome = (await rememberedConditions(this.#wire))
      ? await write(this.#wire, key, body, { ...options, if_none_match: true })
      : await writeIfAbsent(this.#wire, key, body, options);
    if (outcome === "exists") throw this.#exists(key);
  }

  /** The object under `key`, if there is one; refuses a key that is the folder of others. */
  async #lookBelow(key: string): Promise<Head | undefined> {
    const doing = `storing ${key}`;
    const page = await versionPage(this.#wire, key, undefined, doing);
    const below = (versions: VersionPage["versions"]) => versions.some((each) => each.key.startsWith(`${key}/`));
    // Keys such as `a-b` stand between `a` and `a/b`; when they fill the page, what lies below is asked for by itself.
    const cut = page.next !== undefined && !below(page.versions);
    const rest = cut ? (await versionPage(this.#wire, `${key}/`, undefined, doing)).versions : page.versions;
    if (below(rest)) throw badKey(key, "is the folder of other objects");
    const own = page.versions.find((version) => version.key === key);
    return own === undefined ? undefined : head(this.#wire, key, own.version_id);
  }

  /** Refuses a key that lies below an object. */
  async #lookAbove(key: string): Promise<void> {
    const unknown = foldersOf(key).filter((folder) => !foldersKnown.has(this.#wire, folder));
    await Promise.all(
      unknown.map(async (folder) => {
        if (await exists(this.#wire, folder)) throw badKey(key, "lies below an object");
        foldersKnown.add(this.#wire, folder);
      }),
    );
  }

  async #retain(key: string, version_id: string | undefined, lock: ObjectLock, bypass: boolean): Promise<void> {
    const { client, bucket, prefix } = this.#wire;
    const command = new PutObjectRetentionCommand({
      Bucket: bucket,
      Key: prefix + key,
      ...(version_id === undefined ? {} : { VersionId: version_id }),
      Retention: { Mode: lock.mode, RetainUntilDate: new Date(lock.retain_until_ms) },
      ChecksumAlgorithm: "SHA256",
      ...(bypass ? { BypassGovernanceRetention: true } : {}),
    });
    await quickly(this.#wire, `locking ${key}`, (abortSignal) => client.send(command, { abortSignal }));
  }

  async *#withLocks(stats: readonly ObjectStat[], doing: string): AsyncGenerator<ObjectStat> {
    for (let first = 0; first < stats.length; first += LOCKS_AT_ONCE) {
      const some = stats.slice(first, first + LOCKS_AT_ONCE);
      const found = await this.#guarded(doing, () => Promise.all(some.map(({ key }) => find(this.#wire, key))));
      for (const [index, { key }] of some.entries()) {
        const one = found[index];
        if (one !== undefined) yield this.#statOf(key, one); // else deleted since it was listed
      }
    }
  }

  #statOf(key: string, { size_bytes, modified_ms, lock, storage_class }: Head): ObjectStat {
    const tier = tierOf(this.#classes, storage_class);
    const placed = tier === undefined ? {} : { tier };
    return { key, size_bytes, modified_ms, ...placed, ...(lock === undefined ? {} : { lock }) };
  }

  #exists(key: string) {
    return storeError("STORE_ALREADY_EXISTS", `${key} exists already in ${this.description}`, { key });
  }

  #noLocks(key: string, error: unknown) {
    const { name, message } = error as Error;
    const said = message === "UnknownError" ? name : `${name}: ${message}`;
    const refusal = `${this.description} refuses to lock ${key} (${said})`;
    return storeError("STORE_LOCK_UNSUPPORTED", refusal, { key, store: this.description });
  }

  async #run<T>(doing: string, key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    assertKey(key);
    throwIfAborted(signal, doing);
    const running = this.#guarded(doing, work, signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #guarded<T>(doing: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const ours = s3Error(error, doing, this.description);
      if (ours.code === "STORE_UNAVAILABLE") throwIfAborted(signal, doing);
      throw ours;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw storeError("STORE_CLOSED", `${this.description} is closed`);
  }
}

/** Claims and probes of the store itself. */
function isOwnBusiness(key: string): boolean {
  return key.startsWith(".");
}

function assertReplaceable(key: string, found: Head): void {
  assertUnlocked(key, found.lock, found.now_ms, "overwrite");
  assertNotHeld(key, found, "overwrite");
}

function assertNotHeld(key: string, found: Head, doing: string): void {
  if (!found.legal_hold) return;
  throw storeError("STORE_LOCKED", `cannot ${doing} ${key}: it is under a legal hold, which has no end by itself`, {
    key,
  });
}

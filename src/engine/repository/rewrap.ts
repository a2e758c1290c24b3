import { type Clock, hasCode, type Random } from "../../base/index.ts";
import type { KeyManager } from "../keys/index.ts";
import { isRunning, type ObjectLock, type ObjectStore } from "../store/index.ts";
import {
  epochContext,
  type FoundEpoch,
  type FoundKey,
  keyringContext,
  listSeqs,
  number,
  putWrapped,
  readEpochs,
  readKeyring,
  unwrapObject,
  whileRewrapped,
  writeEpoch,
} from "./keyring.ts";
import { decodeJsonObject } from "./json-object.ts";

const SLOT_KEY = "keys/slot";

export interface RewrapOptions {
  readonly store: ObjectStore;
  readonly keys: KeyManager;
  readonly cmk_key_id: string;
  readonly repository_id: string;
  readonly clock: Clock;
}

export interface RewrapReport {
  /** Keys (keyring and epochs) that the newest version of the CMK wraps now. */
  readonly keys_total: number;
  /** Of these, wrapped anew by this call. */
  readonly rewrapped: number;
  readonly key_version: number;
  /** Older wraps that are gone now. */
  readonly removed: number;
  /** Older wraps that a lock keeps: no reader uses them, and they open with the older version only. */
  readonly kept_locked: number;
  readonly locked_until_ms: number | null;
}

/**
 * Wraps keyring and epoch keys with the newest version of the CMK, and removes the wraps of older ones once the new
 * ones have been read back. No data is touched, no lease needed: readers take the highest number, and look again when
 * one goes under their hands. Killed anywhere, it leaves every key wrapped at least once; called again, it goes on.
 * @throws KEY_*, REPOSITORY_DAMAGED, STORE_*
 */
export async function rewrapKeys(o: RewrapOptions): Promise<RewrapReport> {
  const { store, keys, repository_id } = o;
  let [rewrapped, key_version] = [0, 0];
  const keyring = await readKeyring(store, keys, repository_id);
  const epochs = await readEpochs(store, keys, repository_id);
  const all = [
    { found: keyring, context: keyringContext(repository_id), fields: { kind: "keyring", repository_id } },
    ...epochs.map((found) => ({
      found,
      context: epochContext(repository_id, found.epoch),
      fields: { kind: "epoch", repository_id, epoch: found.epoch },
    })),
  ];
  for (const { found, context, fields } of all) {
    const wrapped = await keys.wrap(o.cmk_key_id, found.plaintext, context);
    key_version = wrapped.key_version;
    if (found.key_id === wrapped.key_id && found.key_version === wrapped.key_version) continue;
    const lock = await lockOf(store, found.key, o.clock);
    const { seq } = found;
    const prefix = prefixOf(found.key);
    const target = {
      prefix,
      seq: seq + 1,
      context,
      fields,
      // Of another CMK it says nothing.
      ...(found.key_id === wrapped.key_id ? { first_key_version: found.first_key_version } : {}),
      ...(lock === undefined ? {} : { lock }),
    };
    try {
      await putWrapped(store, target, wrapped, o.clock);
      rewrapped++;
    } catch (error) {
      if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error; // another one does the same
    }
  }
  // What is there now must open before anything older goes.
  const now = [await readKeyring(store, keys, repository_id), ...(await readEpochs(store, keys, repository_id))];
  const removal = await removeOlder(store, now, o.clock);
  return { keys_total: now.length, rewrapped, key_version, ...removal };
}

async function removeOlder(store: ObjectStore, now: readonly FoundKey[], clock: Clock) {
  let [removed, kept_locked, locked_until_ms] = [0, 0, null as number | null];
  for (const { key: in_force, seq } of now) {
    for (const older of await listSeqs(store, prefixOf(in_force))) {
      if (older.seq >= seq) continue;
      try {
        await store.delete(older.key);
        removed++;
      } catch (error) {
        if (!hasCode(error, "STORE_LOCKED")) throw error;
        kept_locked++;
        const lock = await lockOf(store, older.key, clock);
        locked_until_ms = Math.max(locked_until_ms ?? 0, lock?.retain_until_ms ?? 0);
      }
    }
  }
  return { removed, kept_locked, locked_until_ms };
}

const prefixOf = (key: string) => key.slice(0, key.lastIndexOf("/") + 1);

async function lockOf(store: ObjectStore, key: string, clock: Clock): Promise<ObjectLock | undefined> {
  const found = await store.stat(key);
  return found !== undefined && isRunning(found.lock, clock.now_ms()) ? found.lock : undefined;
}

/** Number of the highest epoch in any of these replicas. */
export async function highestEpoch(stores: readonly ObjectStore[]): Promise<number> {
  let highest = 0;
  for (const store of stores) {
    for await (const { key } of store.list("keys/epoch/")) highest = Math.max(highest, Number(key.split("/")[2]) || 0);
  }
  return highest;
}

/** A replica of a repository, and the CMK that is to wrap its keys. */
export interface Replica {
  readonly store: ObjectStore;
  readonly cmk_key_id: string;
}

/**
 * Opens an epoch in all replicas of a repository: its key is made once, by whoever puts it first into the first one,
 * and carried to the others, each under its own CMK; replicas that lack older epochs get those, too. Packs are copied
 * between replicas as they are, so an epoch must be one key everywhere. May be repeated with the same number.
 * @param replicas all of them, always in the same order. @throws KEY_*, STORE_*
 */
export async function openEpoch(
  replicas: readonly Replica[],
  epoch: number,
  o: CarryOptions & { readonly random: Random },
): Promise<void> {
  const [first] = replicas;
  if (first === undefined) return;
  for (let older = 1; older < epoch; older++) await spreadEpoch(replicas, older, o);
  if (!(await spreadEpoch(replicas, epoch, o))) {
    const data_key = Buffer.from(o.random.bytes(32));
    try {
      await writeEpoch(first.store, o.keys, first.cmk_key_id, o.repository_id, { epoch, data_key }, 1, o.clock);
    } catch (error) {
      if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
    }
    await spreadEpoch(replicas, epoch, o);
  }
}

/** Carries an epoch's key to the replicas that lack it. @returns whether any had it */
async function spreadEpoch(replicas: readonly Replica[], epoch: number, o: CarryOptions): Promise<boolean> {
  const prefix = `keys/epoch/${number(epoch)}/`;
  const lacking: Replica[] = [];
  let from: ObjectStore | undefined;
  for (const replica of replicas) {
    if ((await listSeqs(replica.store, prefix)).length === 0) lacking.push(replica);
    else from ??= replica.store;
  }
  if (from === undefined) return false;
  for (const replica of lacking) await carryNewest(from, replica.store, prefix, replica.cmk_key_id, o);
  return true;
}

export type CarryOptions = Pick<RewrapOptions, "keys" | "repository_id" | "clock">;

/** What was put, for reports. */
export interface Carried {
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Gives a replica every key it lacks: as the object it is where one CMK wraps both, else unwrapped and wrapped anew.
 * @param cmk_key_id of the replica; without it objects are taken over as they are (passphrases)
 * @throws KEY_*, REPOSITORY_DAMAGED, STORE_*
 */
export async function carryKeys(
  from: ObjectStore,
  to: ObjectStore,
  cmk_key_id: string | undefined,
  o: CarryOptions,
): Promise<Carried> {
  const prefixes = new Set<string>();
  let [objects, bytes] = [0, 0];
  for await (const { key } of from.list("keys/")) {
    if (key !== SLOT_KEY) prefixes.add(prefixOf(key));
    else if ((await to.stat(key)) === undefined) {
      const slot = await from.get(key);
      decodeJsonObject(key, slot); // refuses to spread a damaged one
      if (await putOnce(to, key, slot)) [objects, bytes] = [objects + 1, bytes + slot.length];
    }
  }
  for (const prefix of prefixes) {
    if ((await listSeqs(to, prefix)).length > 0) continue;
    const put = await carryNewest(from, to, prefix, cmk_key_id, o);
    if (put > 0) [objects, bytes] = [objects + 1, bytes + put];
  }
  return { objects, bytes };
}

/** @returns bytes put; 0 when another one was quicker */
function carryNewest(
  from: ObjectStore,
  to: ObjectStore,
  prefix: string,
  cmk_key_id: string | undefined,
  o: CarryOptions,
): Promise<number> {
  return whileRewrapped(async () => {
    const newest = (await listSeqs(from, prefix)).at(-1);
    if (newest === undefined) return 0;
    const bytes = await from.get(newest.key);
    const object = decodeJsonObject(newest.key, bytes);
    if (cmk_key_id === undefined || object["key_id"] === cmk_key_id)
      return (await putOnce(to, newest.key, bytes)) ? bytes.length : 0;
    const { repository_id } = o;
    const epoch = prefix.startsWith("keys/epoch/") ? Number(prefix.split("/")[2]) : undefined;
    const context = epoch === undefined ? keyringContext(repository_id) : epochContext(repository_id, epoch);
    const fields = epoch === undefined ? { kind: "keyring", repository_id } : { kind: "epoch", repository_id, epoch };
    const { plaintext } = await unwrapObject(from, o.keys, newest.key, context);
    const wrapped = await o.keys.wrap(cmk_key_id, plaintext, context);
    try {
      await putWrapped(to, { prefix, seq: 1, context, fields }, wrapped, o.clock);
      return bytes.length;
    } catch (error) {
      if (hasCode(error, "STORE_ALREADY_EXISTS")) return 0;
      throw error;
    }
  });
}

async function putOnce(store: ObjectStore, key: string, bytes: Buffer): Promise<boolean> {
  try {
    await store.put(key, bytes, { if_absent: true });
    return true;
  } catch (error) {
    if (hasCode(error, "STORE_ALREADY_EXISTS")) return false;
    throw error;
  }
}

/** One version of one CMK. */
export interface KeyVersion {
  readonly key_id: string;
  readonly key_version: number;
}

/** Which versions of which CMKs a replica's key objects need, and which ones opened its epochs. */
export interface KeyUse {
  /** Those that wrap a key in force. */
  readonly in_force: readonly KeyVersion[];
  /** The one that first wrapped each epoch's key in this replica. */
  readonly first_of_epoch: ReadonlyMap<number, KeyVersion>;
}

export async function readKeyUse(o: Pick<RewrapOptions, "store" | "keys" | "repository_id">): Promise<KeyUse> {
  const keyring = await readKeyring(o.store, o.keys, o.repository_id);
  const epochs: FoundEpoch[] = await readEpochs(o.store, o.keys, o.repository_id);
  return {
    in_force: [keyring, ...epochs].map(({ key_id, key_version }) => ({ key_id, key_version })),
    first_of_epoch: new Map(
      epochs.map(({ epoch, key_id, first_key_version }) => [epoch, { key_id, key_version: first_key_version }]),
    ),
  };
}

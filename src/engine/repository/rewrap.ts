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
  writeEpoch,
} from "./keyring.ts";

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
    const { first_key_version, seq } = found;
    const prefix = prefixOf(found.key);
    const target = {
      prefix,
      seq: seq + 1,
      context,
      fields,
      first_key_version,
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

/**
 * Opens an epoch in all replicas of a repository: its key is made once, by whoever puts it first into the first one,
 * and carried to the others; replicas that lack older epochs get those, too. Packs are copied between replicas as they
 * are, so an epoch must be one key everywhere. May be repeated with the same number.
 * @param stores of all replicas, always in the same order. @throws KEY_*, STORE_*
 */
export async function openEpoch(
  stores: readonly ObjectStore[],
  epoch: number,
  o: Omit<RewrapOptions, "store"> & { readonly random: Random },
): Promise<void> {
  const [first] = stores;
  if (first === undefined) return;
  for (let older = 1; older < epoch; older++) await spreadEpoch(stores, older);
  if (!(await spreadEpoch(stores, epoch))) {
    const data_key = Buffer.from(o.random.bytes(32));
    try {
      await writeEpoch(first, o.keys, o.cmk_key_id, o.repository_id, { epoch, data_key }, 1, o.clock);
    } catch (error) {
      if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
    }
    await spreadEpoch(stores, epoch);
  }
}

/** Carries an epoch's key to the replicas that lack it. @returns whether any had it */
async function spreadEpoch(stores: readonly ObjectStore[], epoch: number): Promise<boolean> {
  const prefix = `keys/epoch/${number(epoch)}/`;
  const lacking: ObjectStore[] = [];
  let newest: { key: string; bytes: Buffer } | undefined;
  for (const store of stores) {
    const last = (await listSeqs(store, prefix)).at(-1);
    if (last === undefined) lacking.push(store);
    else newest ??= { key: last.key, bytes: await store.get(last.key) };
  }
  if (newest === undefined) return false;
  for (const store of lacking) {
    try {
      await store.put(newest.key, newest.bytes, { if_absent: true });
    } catch (error) {
      if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
    }
  }
  return true;
}

/** Which versions of its CMK a replica's key objects need, and which ones opened its epochs. */
export interface KeyUse {
  /** Versions that wrap a key in force. */
  readonly in_force: readonly number[];
  /** Version that first wrapped each epoch's key. */
  readonly first_version_of_epoch: ReadonlyMap<number, number>;
}

export async function readKeyUse(o: Pick<RewrapOptions, "store" | "keys" | "repository_id">): Promise<KeyUse> {
  const keyring = await readKeyring(o.store, o.keys, o.repository_id);
  const epochs: FoundEpoch[] = await readEpochs(o.store, o.keys, o.repository_id);
  return {
    in_force: [...new Set([keyring.key_version, ...epochs.map(({ key_version }) => key_version)])].sort(
      (a, b) => a - b,
    ),
    first_version_of_epoch: new Map(epochs.map(({ epoch, first_key_version }) => [epoch, first_key_version])),
  };
}

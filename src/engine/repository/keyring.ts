import { type Clock, hasCode, type Random } from "../../base/index.ts";
import type { KeyManager, WrapContext, WrappedKey } from "../keys/index.ts";
import type { ObjectLock, ObjectStore } from "../store/index.ts";
import { repositoryError } from "./errors.ts";
import { decodeJsonObject, encodeJsonObject, integerField, stringField } from "./json-object.ts";

/** docs/format.md §3. */
const KEYRING_BYTES = 160;
const DATA_KEY_BYTES = 32;
const SEQ_MAX = 99_999_999;

/** What never changes in a repository's life. */
export interface Keyring {
  readonly id_key: Buffer;
  readonly chunker_key: Buffer;
  readonly mac_key: Buffer;
  readonly signing_seed: Buffer;
}

export interface EpochKey {
  readonly epoch: number;
  readonly data_key: Buffer;
}

interface Unwrapped {
  readonly plaintext: Buffer;
  readonly key_id: string;
  readonly key_version: number;
  /** Which version of its CMK first wrapped it. */
  readonly first_key_version: number;
}

export type FoundKey = Unwrapped & { readonly seq: number; readonly key: string };
export type FoundEpoch = EpochKey & FoundKey;

export const number = (n: number) => String(n).padStart(8, "0");

export function newKeyring(random: Random): Buffer {
  return Buffer.from(random.bytes(KEYRING_BYTES));
}

export function splitKeyring(bytes: Buffer): Keyring {
  if (bytes.length !== KEYRING_BYTES)
    throw repositoryError("REPOSITORY_DAMAGED", `the keyring has ${bytes.length} bytes, not ${KEYRING_BYTES}`);
  return {
    id_key: bytes.subarray(0, 32),
    chunker_key: bytes.subarray(32, 64),
    mac_key: bytes.subarray(64, 96),
    signing_seed: bytes.subarray(96, 128),
  };
}

export function keyringContext(repository_id: string): WrapContext {
  return { kind: "keyring", repository_id };
}

export function epochContext(repository_id: string, epoch: number): WrapContext {
  return { kind: "epoch", repository_id, epoch: number(epoch) };
}

/** How often keys that are being wrapped anew are looked for again. */
const READS_MAX = 8;

/** A key object may be replaced by the next one between a listing and the reading of it: then it is listed again. */
export async function whileRewrapped<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt >= READS_MAX || !hasCode(error, "STORE_NOT_FOUND")) throw error;
    }
  }
}

export interface KeyObject {
  readonly prefix: string;
  readonly seq: number;
  readonly context: WrapContext;
  /** Of a key that is wrapped anew: who wrapped it first, and the lock that must hold for it. */
  readonly first_key_version?: number;
  readonly lock?: ObjectLock;
  readonly fields: Record<string, unknown>;
}

export async function putWrapped(
  store: ObjectStore,
  target: KeyObject,
  wrapped: WrappedKey,
  clock: Clock,
): Promise<void> {
  const object = {
    ...target.fields,
    seq: target.seq,
    created_at_ms: clock.now_ms(),
    manager: wrapped.manager,
    key_id: wrapped.key_id,
    key_version: wrapped.key_version,
    ...(target.first_key_version === undefined ? {} : { first_key_version: target.first_key_version }),
    ciphertext: Buffer.from(wrapped.ciphertext).toString("base64"),
  };
  const options = { if_absent: true, ...(target.lock === undefined ? {} : { lock: target.lock }) };
  await store.put(`${target.prefix}${number(target.seq)}`, encodeJsonObject(object), options);
}

/** Wraps and stores the keyring under the next sequence number. */
export async function writeKeyring(
  store: ObjectStore,
  keys: KeyManager,
  cmk_key_id: string,
  repository_id: string,
  keyring: Buffer,
  seq: number,
  clock: Clock,
): Promise<void> {
  const context = keyringContext(repository_id);
  const wrapped = await keys.wrap(cmk_key_id, keyring, context);
  await putWrapped(
    store,
    { prefix: "keys/keyring/", seq, context, fields: { kind: "keyring", repository_id } },
    wrapped,
    clock,
  );
}

/** Wraps and stores one epoch's data key. */
export async function writeEpoch(
  store: ObjectStore,
  keys: KeyManager,
  cmk_key_id: string,
  repository_id: string,
  epoch: EpochKey,
  seq: number,
  clock: Clock,
): Promise<void> {
  const context = epochContext(repository_id, epoch.epoch);
  const wrapped = await keys.wrap(cmk_key_id, epoch.data_key, context);
  const fields = { kind: "epoch", repository_id, epoch: epoch.epoch };
  await putWrapped(store, { prefix: `keys/epoch/${number(epoch.epoch)}/`, seq, context, fields }, wrapped, clock);
}

/**
 * The newest keyring.
 * @param repository_id may still be on its way; when it does not come, its own error is thrown
 * @throws REPOSITORY_DAMAGED, KEY_*
 */
export function readKeyring(
  store: ObjectStore,
  keys: KeyManager,
  repository_id: string | Promise<string>,
): Promise<FoundKey> {
  return whileRewrapped(() => readKeyringOnce(store, keys, repository_id));
}

async function readKeyringOnce(
  store: ObjectStore,
  keys: KeyManager,
  repository_id: string | Promise<string>,
): Promise<FoundKey> {
  const newest = (await listSeqs(store, "keys/keyring/")).at(-1);
  if (newest === undefined)
    throw repositoryError("REPOSITORY_DAMAGED", `${store.description}: the keyring is missing`, {
      object: "keys/keyring/",
    });
  const context = keyringContext(await repository_id);
  return { ...(await unwrapObject(store, keys, newest.key, context)), ...newest };
}

/**
 * All epochs but those `known`, oldest first.
 * @param repository_id may still be on its way; when it does not come, its own error is thrown
 * @throws REPOSITORY_DAMAGED, KEY_*
 */
export function readEpochs(
  store: ObjectStore,
  keys: KeyManager,
  repository_id: string | Promise<string>,
  known: ReadonlyMap<number, unknown> = new Map(),
): Promise<FoundEpoch[]> {
  return whileRewrapped(() => readEpochsOnce(store, keys, repository_id, known));
}

async function readEpochsOnce(
  store: ObjectStore,
  keys: KeyManager,
  repository_id: string | Promise<string>,
  known: ReadonlyMap<number, unknown>,
): Promise<FoundEpoch[]> {
  const newest = new Map<number, { key: string; seq: number }>();
  for (const { key, seq } of await listSeqs(store, "keys/epoch/")) {
    const epoch = Number(key.split("/")[2]);
    if (Number.isInteger(epoch) && epoch > 0) newest.set(epoch, { key, seq });
  }
  if (newest.size === 0 && known.size === 0)
    throw repositoryError("REPOSITORY_DAMAGED", `${store.description}: the epoch keys are missing`, {
      object: "keys/epoch/",
    });
  const epochs: FoundEpoch[] = [];
  for (const [epoch, { key, seq }] of newest) {
    if (known.has(epoch)) continue;
    const unwrapped = await unwrapObject(store, keys, key, epochContext(await repository_id, epoch));
    if (unwrapped.plaintext.length !== DATA_KEY_BYTES)
      throw repositoryError("REPOSITORY_DAMAGED", `${key}: its key has ${unwrapped.plaintext.length} bytes`, {
        object: key,
      });
    epochs.push({ epoch, data_key: unwrapped.plaintext, ...unwrapped, seq, key });
  }
  return epochs.sort((a, b) => a.epoch - b.epoch);
}

export async function listSeqs(store: ObjectStore, prefix: string): Promise<{ key: string; seq: number }[]> {
  const found: { key: string; seq: number }[] = [];
  for await (const { key } of store.list(prefix)) {
    const seq = Number(key.slice(key.lastIndexOf("/") + 1));
    if (Number.isInteger(seq) && seq >= 1 && seq <= SEQ_MAX) found.push({ key, seq });
  }
  return found;
}

export async function unwrapObject(
  store: ObjectStore,
  keys: KeyManager,
  key: string,
  context: WrapContext,
): Promise<Unwrapped> {
  const object = decodeJsonObject(key, await store.get(key));
  // The key manager holds the wrap to its context; here it is told which object is in the wrong place.
  for (const [field, expected] of Object.entries(context)) {
    const found =
      field === "epoch" ? number(integerField(object, field, key, 1, SEQ_MAX)) : stringField(object, field, key);
    if (found !== expected) {
      throw repositoryError("REPOSITORY_DAMAGED", `${key} holds the key of ${field} ${found}, not ${expected}`, {
        object: key,
      });
    }
  }
  const wrapped: WrappedKey = {
    manager: stringField(object, "manager", key),
    key_id: stringField(object, "key_id", key),
    key_version: integerField(object, "key_version", key, 1, SEQ_MAX),
    ciphertext: Buffer.from(stringField(object, "ciphertext", key), "base64"),
  };
  if (wrapped.manager !== keys.manager) {
    throw repositoryError(
      "REPOSITORY_DAMAGED",
      `${key} was wrapped by the key manager "${wrapped.manager}", and "${keys.manager}" was given`,
      { object: key, manager: wrapped.manager },
    );
  }
  const { key_id, key_version } = wrapped;
  const first_key_version =
    object["first_key_version"] === undefined
      ? key_version
      : integerField(object, "first_key_version", key, 1, SEQ_MAX);
  return { plaintext: await keys.unwrap(wrapped, context), key_id, key_version, first_key_version };
}

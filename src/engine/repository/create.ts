import { type Clock, newId, type Random } from "../../base/index.ts";
import type { KeyManager } from "../keys/index.ts";
import { publicKeyBytes, signingKeyFromSeed } from "../manifest/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { CONFIG_KEY, DEFAULT_SIZES, encodeConfig, type RepositoryConfig } from "./config.ts";
import { repositoryError } from "./errors.ts";
import { encodeJsonObject, readJsonObject } from "./json-object.ts";
import { newKeyring, splitKeyring, writeEpoch, writeKeyring } from "./keyring.ts";

const SLOT_KEY = "keys/slot";

export interface CreateRepositoryOptions {
  readonly store: ObjectStore;
  readonly keys: KeyManager;
  readonly cmk_key_id: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Stored beside the repository when the key manager is a passphrase. */
  readonly slot?: object;
  readonly sizes?: Partial<Pick<RepositoryConfig, "chunker" | "block_bytes" | "frame_bytes" | "pack_bytes">>;
}

/**
 * Makes an empty repository. The config is written last: a repository exists when its config does, and a second call
 * after a crash starts over.
 * @throws REPOSITORY_EXISTS, KEY_*, STORE_*
 */
export async function createRepository(o: CreateRepositoryOptions): Promise<{ repository_id: string }> {
  const { store, keys, clock, random } = o;
  if ((await store.stat(CONFIG_KEY)) !== undefined) {
    throw repositoryError("REPOSITORY_EXISTS", `${store.description} holds a repository already`, {
      store: store.description,
    });
  }
  const repository_id = newId("rpo", clock, random);
  const keyring_bytes = newKeyring(random);
  const keyring = splitKeyring(keyring_bytes);
  // What an earlier, interrupted call left has no config and so belongs to no repository.
  for (const prefix of ["keys/keyring/", "keys/epoch/"])
    for await (const { key } of store.list(prefix)) await store.delete(key);
  if (o.slot !== undefined) await store.put(SLOT_KEY, encodeJsonObject(o.slot));
  await writeKeyring(store, keys, o.cmk_key_id, repository_id, keyring_bytes, 1, clock);
  await writeEpoch(
    store,
    keys,
    o.cmk_key_id,
    repository_id,
    { epoch: 1, data_key: Buffer.from(random.bytes(32)) },
    1,
    clock,
  );
  const config: RepositoryConfig = {
    ...DEFAULT_SIZES,
    ...o.sizes,
    repository_id,
    created_at_ms: clock.now_ms(),
    signing_public_key: publicKeyBytes(signingKeyFromSeed(keyring.signing_seed)).toString("hex"),
  };
  await store.put(CONFIG_KEY, encodeJsonObject(encodeConfig(config, keyring.mac_key)), { if_absent: true });
  return { repository_id };
}

/** The passphrase slot beside a repository, or `undefined` when its keys are with a key manager. */
export function readPassphraseSlot(store: ObjectStore): Promise<Record<string, unknown> | undefined> {
  return readJsonObject(store, SLOT_KEY);
}

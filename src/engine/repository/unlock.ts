import type { KeyManager } from "../keys/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { readConfig, type RepositoryConfig, verifyConfig } from "./config.ts";
import { type FoundEpoch, type Keyring, readEpochs, readKeyring, splitKeyring } from "./keyring.ts";

export interface Unlocked {
  readonly config: RepositoryConfig;
  readonly keyring: Keyring;
  readonly epochs: readonly FoundEpoch[];
}

/**
 * Reads a repository's config and keys, all at once, since each of them is several requests to a store that may be far;
 * what is wrong with the config is told first.
 * @throws REPOSITORY_*, KEY_*, STORE_*
 */
export async function unlock(store: ObjectStore, keys: KeyManager): Promise<Unlocked> {
  const reading = readConfig(store);
  const id = reading.then(({ config }) => config.repository_id);
  id.catch(() => undefined); // that of `reading` is told
  const [read, unwrapped, opened] = await Promise.allSettled([
    reading,
    readKeyring(store, keys, id),
    readEpochs(store, keys, id),
  ]);
  const { config, object } = valueOf(read);
  const keyring = splitKeyring(valueOf(unwrapped).plaintext);
  verifyConfig(object, keyring.mac_key);
  return { config, keyring, epochs: valueOf(opened) };
}

function valueOf<T>(outcome: PromiseSettledResult<T>): T {
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

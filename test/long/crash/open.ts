/** Opens repositories under faults and on any date, the way a process of its own would. */
import { type Clock, systemClock, systemRandom as random } from "../../../src/base/index.ts";
import { createPassphraseSlot, type KeyManager, passphraseKeyManager } from "../../../src/engine/keys/index.ts";
import {
  createRepository,
  openRepository,
  readPassphraseSlot,
  type Repository,
} from "../../../src/engine/repository/index.ts";
import { CREDENTIALS_NAME } from "../../../src/engine/store/testing/ceph/gateway.ts";
import { type FaultConfig, type ObjectStore, openStore, type StoreConfig } from "../../../src/engine/store/index.ts";

export const PASSPHRASE = "correct horse battery staple";
/** The cheapest derivation a slot may ask for: these suites open repositories thousands of times. */
const CHEAP = { n: 2 ** 14, r: 8, p: 1 };
/** Frames and packs as small as the format allows. */
const SIZES = {
  chunker: { min_bytes: 2048, avg_bytes: 4096, max_bytes: 16_384, normalization: 2 },
  frame_bytes: 65_536,
  pack_bytes: 1024 * 1024,
} as const;

const managers = new Map<string, KeyManager>();

/** A manager derives its key once, so one for each slot serves a whole process. */
function managerOf(slot: unknown): KeyManager {
  const name = JSON.stringify(slot);
  let manager = managers.get(name);
  if (manager === undefined) {
    manager = passphraseKeyManager({ passphrase: PASSPHRASE, slot });
    managers.set(name, manager);
  }
  return manager;
}

export interface OpenOptions {
  readonly fault?: FaultConfig | undefined;
  readonly clock?: Clock;
}

/** Address of the gateway that paths like `s3://BUCKET/PREFIX` are in, for this process and its children. */
export const S3_ENDPOINT = "HOLDFAST_TEST_S3_ENDPOINT";

function configOf(path: string, { fault }: OpenOptions): StoreConfig {
  const faulty = fault === undefined ? {} : { fault };
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (bucket === undefined || prefix === undefined) return { kind: "fs", path, ...faulty };
  const endpoint = process.env[S3_ENDPOINT] ?? "";
  const classes = { warm: "STANDARD_IA", cold: "GLACIER" };
  const credentials = { from: "env", name: CREDENTIALS_NAME } as const;
  return { kind: "s3", bucket, prefix: `${prefix}/`, endpoint, classes, credentials, ...faulty };
}

/** Short pauses: an injected error is gone at once, or stays. */
const retry = { pause_ms_first: 1, pause_ms_max: 5 };

export function openStoreAt(path: string, options: OpenOptions = {}): Promise<ObjectStore> {
  return openStore(configOf(path, options), { clock: options.clock ?? systemClock, random, retry });
}

export interface Opened extends AsyncDisposable {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

export async function openAt(path: string, options: OpenOptions = {}): Promise<Opened> {
  const clock = options.clock ?? systemClock;
  const store_config = configOf(path, options);
  const store = await openStoreAt(path, options);
  try {
    const keys = managerOf(await readPassphraseSlot(store));
    const repository = await openRepository({ store, store_config, keys, clock, random });
    return { repository, store, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

export async function createAt(path: string, options: OpenOptions = {}): Promise<void> {
  const clock = options.clock ?? systemClock;
  const store = await openStoreAt(path, options);
  try {
    const slot = { ...createPassphraseSlot(random), ...CHEAP };
    await createRepository({
      store,
      keys: managerOf(slot),
      cmk_key_id: slot.slot_id,
      clock,
      random,
      slot,
      sizes: SIZES,
    });
  } finally {
    await store.close();
  }
}

/** The system's clock, so many milliseconds ahead. */
export function clockAhead(ahead_ms: number): Clock {
  return { ...systemClock, now_ms: () => systemClock.now_ms() + ahead_ms };
}

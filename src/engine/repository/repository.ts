import type { KeyObject } from "node:crypto";
import { type Clock, hasCode, type Random } from "../../base/index.ts";
import { encodeSegment, type IndexedPack } from "../index/index.ts";
import type { KeyManager } from "../keys/index.ts";
import {
  decodeManifest,
  manifestError,
  encodeManifest,
  signingKeyFromSeed,
  verifyingKeyFromBytes,
  type ManifestStats,
  type PrivateManifest,
  type PublicManifest,
} from "../manifest/index.ts";
import type { EpochKeys } from "../pack/index.ts";
import type { ObjectStore, StoreConfig } from "../store/index.ts";
import { ChunkHasher } from "./chunk-hasher.ts";
import type { RepositoryConfig } from "./config.ts";
import { repositoryError } from "./errors.ts";
import { committedBackups, manifestKey } from "./commit.ts";
import { forget, type ForgottenBackup, putRemoved, readForgotten, readForgottenOne } from "./forgotten.ts";
import { type Keyring, readEpochs } from "./keyring.ts";
import { beginLease, type Lease, type LeaseOperation } from "./lease.ts";
import { loadIndex, type LoadedIndex, type LoadOptions } from "./load-index.ts";
import {
  carryKeys,
  type KeyUse,
  openEpoch,
  readKeyUse,
  type Replica,
  rewrapKeys,
  type RewrapReport,
} from "./rewrap.ts";
import { PackRewriter } from "./rewriter.ts";
import { segmentHolds } from "./segment-check.ts";
import { goingOrGone, packsNow, putSweepState, readSweepState, type SweepState } from "./sweep-state.ts";
import { unlock } from "./unlock.ts";

/** Where one index segment ends and the next begins; readers take 256 MiB (docs/format.md §6). */
const SEGMENT_BYTES_MAX = 32 * 1024 * 1024;

/** A backup's manifest, opened. */
export interface Manifest {
  readonly backup_id: string;
  readonly created_at_ms: number;
  readonly expires_at_ms: number | null;
  /** Ids in hex of all packs it needs, as things stand. */
  readonly packs: readonly string[];
  /** Those it needed when it was made: what the manifest itself says. */
  readonly packs_at_birth: readonly string[];
  /** Under which epoch the manifest itself is sealed. */
  readonly epoch: number;
  readonly kind: string;
  /** Absolute paths as bytes. */
  readonly roots: readonly Buffer[];
  readonly tree: Buffer | null;
  readonly started_at_ms: number;
  readonly finished_at_ms: number;
  readonly parent_backup_id: string | null;
  readonly stats: ManifestStats;
  readonly problems: PrivateManifest["problems"];
  readonly labels: Readonly<Record<string, string>>;
  readonly exclude: readonly string[];
  /** What the source said of itself, e.g. log positions; empty when it said nothing. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface OpenRepositoryOptions {
  readonly store: ObjectStore;
  /** From which worker threads open the same store. */
  readonly store_config: StoreConfig;
  readonly keys: KeyManager;
  readonly clock: Clock;
  readonly random: Random;
}

/** Opens a repository: checks its config and unwraps its keys. @throws REPOSITORY_*, KEY_*, STORE_* */
export async function openRepository(o: OpenRepositoryOptions): Promise<Repository> {
  const { config, keyring, epochs } = await unlock(o.store, o.keys);
  return new Repository(o, config, keyring, new Map(epochs.map(({ epoch, data_key }) => [epoch, data_key])));
}

/** What worker threads need to read and write the same repository. Holds keys: never leaves the process. */
export interface RepositorySecrets {
  readonly store_config: StoreConfig;
  readonly config: RepositoryConfig;
  readonly id_key: Uint8Array;
  readonly chunker_key: Uint8Array;
  readonly epochs: readonly (readonly [number, Uint8Array])[];
}

export class Repository {
  readonly id: string;
  readonly config: RepositoryConfig;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly #epoch_keys: Map<number, Uint8Array>;
  readonly hasher: ChunkHasher;
  readonly #options: OpenRepositoryOptions;
  readonly #keyring: Keyring;
  readonly #signing_key: KeyObject;
  readonly #verifying_key: KeyObject;

  constructor(o: OpenRepositoryOptions, config: RepositoryConfig, keyring: Keyring, epoch_keys: EpochKeys) {
    this.id = config.repository_id;
    this.config = config;
    this.store = o.store;
    this.clock = o.clock;
    this.random = o.random;
    this.#epoch_keys = new Map(epoch_keys);
    this.hasher = new ChunkHasher(keyring.id_key);
    this.#options = o;
    this.#keyring = keyring;
    this.#signing_key = signingKeyFromSeed(keyring.signing_seed);
    this.#verifying_key = verifyingKeyFromBytes(Buffer.from(config.signing_public_key, "hex"));
  }

  get description(): string {
    return this.store.description;
  }

  get epoch_keys(): EpochKeys {
    return this.#epoch_keys;
  }

  /** The epoch new data is sealed under. */
  get current_epoch(): { readonly epoch: number; readonly data_key: Uint8Array } {
    const epoch = Math.max(...this.epoch_keys.keys());
    return { epoch, data_key: this.epoch_keys.get(epoch) as Uint8Array };
  }

  get secrets(): RepositorySecrets {
    return {
      store_config: this.#options.store_config,
      config: this.config,
      id_key: this.#keyring.id_key,
      chunker_key: this.#keyring.chunker_key,
      epochs: [...this.epoch_keys],
    };
  }

  async loadIndex(
    options: Omit<LoadOptions, "store" | "keys" | "clock" | "avoid"> & Partial<Pick<LoadOptions, "avoid">>,
  ): Promise<LoadedIndex> {
    // Who reads one backup needs what that one needs; everybody else must not come to rely on what is on its way out.
    const reads_only = options.only_wanted === true;
    const avoid = options.avoid ?? (reads_only ? new Set<string>() : goingOrGone(await this.sweepState()));
    const load = () => loadIndex({ ...options, store: this.store, keys: this.epoch_keys, clock: this.clock, avoid });
    const loaded = await load();
    // What cannot be opened may be of an epoch that was opened since.
    return loaded.damaged.length > 0 && (await this.refreshKeys()) ? load() : loaded;
  }

  /** Takes up epochs that were opened since. @returns whether there were any. @throws KEY_*, STORE_* */
  async refreshKeys(): Promise<boolean> {
    const epochs = await readEpochs(this.store, this.#options.keys, this.id, this.epoch_keys);
    for (const { epoch, data_key } of epochs) this.#epoch_keys.set(epoch, data_key);
    return epochs.length > 0;
  }

  /** Wraps its keys with the newest version of the CMK. */
  rewrapKeys(cmk_key_id: string): Promise<RewrapReport> {
    const { store, clock, id } = this;
    return rewrapKeys({ store, keys: this.#options.keys, cmk_key_id, repository_id: id, clock });
  }

  /** Gives a replica the keys it lacks, under its own CMK. @see carryKeys */
  carryKeys(to: ObjectStore, cmk_key_id?: string) {
    const { store, clock, id } = this;
    return carryKeys(store, to, cmk_key_id, { keys: this.#options.keys, repository_id: id, clock });
  }

  /** Opens an epoch here and in the other replicas. */
  async openEpoch(epoch: number, replicas: readonly Replica[]): Promise<void> {
    const { clock, random, id } = this;
    await openEpoch(replicas, epoch, { keys: this.#options.keys, repository_id: id, clock, random });
    await this.refreshKeys();
  }

  /** Which versions of the CMK its keys need. */
  keyUse(): Promise<KeyUse> {
    return readKeyUse({ store: this.store, keys: this.#options.keys, repository_id: this.id });
  }

  /** Announces this writer or reader; before it looks at anything it will rely on. */
  async beginLease(operation: LeaseOperation): Promise<Lease> {
    const { store, clock, random } = this;
    const lease = await beginLease({ store, operation, mac_key: this.#keyring.mac_key, clock, random });
    try {
      await this.refreshKeys();
      return lease;
    } catch (error) {
      await lease.end().catch(() => undefined);
      throw error;
    }
  }

  /** What sweeps have decided. @throws REPOSITORY_DAMAGED, STORE_* */
  sweepState(): Promise<SweepState> {
    return readSweepState(this.store, this.#keyring.mac_key);
  }

  /** @returns false when another sweep was quicker */
  putSweepState(state: SweepState): Promise<boolean> {
    return putSweepState(this.store, state, this.#keyring.mac_key);
  }

  /** Seals and stores index segments naming these packs, which are durable already; none too large to be read. */
  async writeSegment(packs: readonly IndexedPack[]): Promise<void> {
    const { epoch, data_key } = this.current_epoch;
    for (let from = 0; from < packs.length; ) {
      let to = from;
      for (let bytes = 0; to < packs.length && bytes < SEGMENT_BYTES_MAX; to++) {
        bytes += (packs[to] as IndexedPack).directory.length;
      }
      const { segment_id, bytes } = encodeSegment(packs.slice(from, to), epoch, data_key, this.random);
      await this.store.put(`index/${segment_id.toString("hex")}`, bytes, { if_absent: true });
      from = to;
    }
  }

  /**
   * Does a segment say of every pack what that pack itself says, sealed? For one that somebody puts who is not trusted:
   * readers take a segment's word for where a chunk stands.
   */
  async segmentHolds(segment_id: string, bytes: Buffer): Promise<boolean> {
    await this.refreshKeys();
    return segmentHolds(this.store, this.epoch_keys, segment_id, bytes);
  }

  /** Takes chunks of this repository's packs over. @param kind of the new packs @param grained they will be locked */
  rewriter(kind: number, target: ObjectStore = this.store, signal?: AbortSignal, grained = false): PackRewriter {
    const { config, epoch_keys, hasher, random } = this;
    return new PackRewriter({ config, epoch_keys, hasher, random, target, kind, grained, ...(signal && { signal }) });
  }

  /**
   * The same backup in another manifest, one that names these packs: for a replica that keeps them under other names.
   */
  encodeManifestWith(bytes: Buffer, backup_id: string, packs: readonly string[]): Buffer {
    const { public_part, private_part } = decodeManifest(backup_id, bytes, this.#verifying_key, this.epoch_keys);
    const keys = { ...this.current_epoch, signing_key: this.#signing_key };
    return encodeManifest({ ...public_part, packs }, private_part, keys, this.random);
  }

  /** Ids of all backups, oldest first (ids sort by time). */
  async listBackupIds(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { key } of this.store.list("manifests/")) ids.push(key.slice("manifests/".length));
    return ids.sort();
  }

  /**
   * Deletes a backup, so that it can be brought back until the date given.
   * @throws BACKUP_NOT_FOUND, BACKUP_IMMUTABLE, STORE_*
   */
  forget(
    backup_id: string,
    recoverable_until_ms: number,
    options: { readonly bypass_governance?: boolean } = {},
  ): Promise<ForgottenBackup> {
    const dates = { now_ms: this.clock.now_ms(), recoverable_until_ms, ...options };
    return forget(this.store, backup_id, dates, this.#keyring.mac_key);
  }

  /** Brings a deleted backup back. @throws BACKUP_NOT_FORGOTTEN, BACKUP_GONE, WRITER_FENCED, STORE_* */
  async undelete(backup_id: string): Promise<void> {
    const lease = await this.beginLease("undelete");
    try {
      const note = await readForgottenOne(this.store, backup_id, this.#keyring.mac_key);
      const gone = () =>
        repositoryError("BACKUP_GONE", `${backup_id} was deleted, and its time is over`, { backup_id });
      if (note?.removed === true || goingOrGone(await this.sweepState()).has(backup_id)) throw gone();
      if (note === undefined)
        throw repositoryError("BACKUP_NOT_FORGOTTEN", `${backup_id} is not a deleted backup`, { backup_id });
      await lease.commit({ state: "undelete", backup_id });
      if ((await this.store.stat(manifestKey(backup_id))) === undefined) throw gone();
      await lease.end();
    } catch (error) {
      await lease.abandon().catch(() => undefined);
      throw error;
    }
  }

  /** Deleted backups by id, those too whose name alone is kept (`removed`). @throws REPOSITORY_DAMAGED, STORE_* */
  readForgotten(): Promise<Map<string, ForgottenBackup>> {
    return readForgotten(this.store, this.#keyring.mac_key);
  }

  /** Backups (ids) to which a writer committed that has not ended yet, or ended unseen. */
  committedBackups(): Promise<Set<string>> {
    return committedBackups(this.store);
  }

  /** Keeps the name of a backup whose manifest is gone, for a writer may wake and put it once more. */
  putRemoved(backup: ForgottenBackup): Promise<void> {
    return putRemoved(this.store, backup, this.#keyring.mac_key);
  }

  /**
   * @param state what sweeps have decided, for who reads many; read afresh without it
   * @throws BACKUP_NOT_FOUND, MANIFEST_DAMAGED
   */
  async readManifest(backup_id: string, state?: SweepState): Promise<Manifest> {
    let bytes: Buffer;
    const knowing = state ?? this.sweepState();
    if (knowing instanceof Promise) knowing.catch(() => undefined); // thrown where it is awaited
    try {
      bytes = await this.store.get(manifestKey(backup_id));
    } catch (error) {
      if (!hasCode(error, "STORE_NOT_FOUND") && !hasCode(error, "STORE_BAD_KEY")) throw error;
      throw repositoryError(
        "BACKUP_NOT_FOUND",
        `there is no backup ${backup_id} in ${this.description}`,
        { backup_id },
        error,
      );
    }
    const manifest = await this.openFresh(backup_id, bytes);
    return { ...manifest, packs: packsNow(manifest.packs, backup_id, await knowing) };
  }

  /** For one that was listed: undefined when a sweep has removed it since. @throws as {@link readManifest} */
  async findManifest(backup_id: string, state?: SweepState): Promise<Manifest | undefined> {
    try {
      return await this.readManifest(backup_id, state);
    } catch (error) {
      if (hasCode(error, "BACKUP_NOT_FOUND")) return undefined;
      throw error;
    }
  }

  /** The same as {@link openManifest}, for bytes that may be of an epoch opened since. */
  async openFresh(backup_id: string, bytes: Buffer): Promise<Manifest> {
    try {
      return this.openManifest(backup_id, bytes);
    } catch (error) {
      if (!hasCode(error, "MANIFEST_DAMAGED") && !hasCode(error, "PACK_DAMAGED")) throw error;
      if (!(await this.refreshKeys())) throw error;
      return this.openManifest(backup_id, bytes);
    }
  }

  /** Checks and opens the bytes of a manifest; `packs` are those it names. @throws MANIFEST_DAMAGED */
  openManifest(backup_id: string, bytes: Buffer): Manifest {
    const { public_part, private_part, epoch } = decodeManifest(backup_id, bytes, this.#verifying_key, this.epoch_keys);
    if (public_part.repository_id !== this.id) {
      const object = manifestKey(backup_id);
      throw manifestError("MANIFEST_DAMAGED", `${object}: it belongs to repository ${public_part.repository_id}`, {
        object,
        backup_id,
      });
    }
    return {
      ...public_part,
      epoch,
      packs_at_birth: public_part.packs,
      kind: private_part.kind,
      roots: private_part.roots.map((root) => Buffer.from(root, "base64")),
      tree: private_part.tree === undefined ? null : Buffer.from(private_part.tree, "hex"),
      started_at_ms: private_part.started_at_ms,
      finished_at_ms: private_part.finished_at_ms,
      parent_backup_id: private_part.parent_backup_id,
      stats: private_part.stats,
      problems: private_part.problems,
      labels: private_part.labels,
      exclude: private_part.exclude ?? [],
      details: private_part.details ?? {},
    };
  }

  /**
   * Signs a manifest and commits to it: from here on the backup exists.
   * @throws WRITER_FENCED when the lease's writer was given up meanwhile, STORE_*
   */
  async writeManifest(lease: Lease, public_part: PublicManifest, private_part: PrivateManifest): Promise<string> {
    const manifest = encodeManifest(
      public_part,
      private_part,
      { ...this.current_epoch, signing_key: this.#signing_key },
      this.random,
    );
    const { backup_id } = public_part;
    await lease.commit({ state: "manifest", backup_id, manifest });
    return manifestKey(backup_id);
  }

  /**
   * The same repository in another region: same id and keys, another store. The caller has put config and keys there.
   */
  replicaIn(store: ObjectStore): Repository {
    const o: OpenRepositoryOptions = { ...this.#options, store };
    return new Repository(o, this.config, this.#keyring, this.epoch_keys);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, newId } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { KeyManager } from "../../engine/keys/index.ts";
import { openRepository, type Repository } from "../../engine/repository/index.ts";
import { type ObjectStore, openStore } from "../../engine/store/index.ts";
import type { StandingOrder } from "../../protocol/index.ts";

/** A backup made without the server, which waits to be handed over. */
export interface OfflineRun {
  readonly backup_id: string;
  readonly workload_id: string;
  readonly region_id: string;
  readonly made_at: string;
}

interface State {
  orders: readonly StandingOrder[];
  runs: readonly OfflineRun[];
  /** Unwrapped keys by the digest of what was unwrapped, and the key manager's name. */
  keys: Readonly<Record<string, string>>;
  key_manager: string;
}

const EMPTY: State = { orders: [], runs: [], keys: {}, key_manager: "" };

/**
 * What the host needs to go on without its server: what was ordered, the repository's identity, and its keys. Backups
 * made meanwhile lie here, in a replica of the repository that has nothing else, until the server has taken them over.
 */
export class Spool {
  readonly #dir: string;
  readonly #ports: { readonly clock: Clock; readonly random: Random };
  #state: State = EMPTY;
  #ready = false;

  constructor(dir: string, ports: { readonly clock: Clock; readonly random: Random }) {
    this.#dir = join(dir, "spool");
    this.#ports = ports;
  }

  async open(): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    try {
      this.#state = JSON.parse(await readFile(this.#file, "utf8")) as State;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }

  /** Is there all it takes to follow the orders alone? */
  get ready(): boolean {
    return this.#ready;
  }

  get runs(): readonly OfflineRun[] {
    return this.#state.runs;
  }

  /** Takes up new orders, and with them what it takes to follow them alone. */
  async prepare(
    orders: readonly StandingOrder[],
    key_manager: string,
    keysOf: (region_id: string) => KeyManager,
    storeOf: (region_id: string) => Promise<ObjectStore>,
  ): Promise<void> {
    this.#ready = false;
    await this.#save({ orders, key_manager });
    let ready = orders.length > 0;
    for (const region_id of new Set(orders.map((order) => order.region_id))) {
      const from = await storeOf(region_id);
      try {
        if ((await from.stat("config")) === undefined) {
          ready = false; // before the first backup
          continue;
        }
        const to = await openStore(this.#storeConfig(region_id), this.#ports);
        try {
          for await (const { key } of from.list("keys/")) await copyObject(from, to, key);
          await copyObject(from, to, "config");
        } finally {
          await to.close();
        }
        await this.use(region_id, async () => undefined, keysOf(region_id));
      } finally {
        await from.close();
      }
    }
    this.#ready = ready;
  }

  /**
   * Runs `work` with the replica on this host. @param keys who unwraps what was not unwrapped before; nobody, offline
   */
  async use<T>(region_id: string, work: (repository: Repository) => Promise<T>, keys?: KeyManager): Promise<T> {
    const store_config = this.#storeConfig(region_id);
    const store = await openStore(store_config, this.#ports);
    try {
      const repository = await openRepository({ store, store_config, keys: this.#remembered(keys), ...this.#ports });
      try {
        return await work(repository);
      } finally {
        await repository.close();
      }
    } finally {
      await store.close();
    }
  }

  /** Orders whose workload's last backup, made with the server or without, is as old as it may be. */
  due(): StandingOrder[] {
    const now_ms = this.#ports.clock.now_ms();
    return this.#state.orders.filter(({ workload_id, every_seconds, last_backup_at }) => {
      const own = this.#state.runs.filter((run) => run.workload_id === workload_id).map(({ made_at }) => made_at);
      const last_ms = Math.max(...[last_backup_at ?? "", ...own].map((at) => (at === "" ? 0 : Date.parse(at))));
      return now_ms - last_ms >= every_seconds * 1000;
    });
  }

  newBackupId(): string {
    return newId("bkp", this.#ports.clock, this.#ports.random);
  }

  async add(run: OfflineRun): Promise<void> {
    await this.#save({ runs: [...this.#state.runs, run] });
  }

  /** What the server has taken over; once it has all, the space is given back. */
  async forget(ids: readonly string[]): Promise<void> {
    const runs = this.#state.runs.filter(({ backup_id }) => !ids.includes(backup_id));
    if (runs.length === this.#state.runs.length) return;
    const regions = new Set(this.#state.runs.map(({ region_id }) => region_id));
    await this.#save({ runs });
    for (const region_id of regions) {
      if (runs.some((run) => run.region_id === region_id)) continue;
      for (const folder of ["packs", "index", "manifests", "leases", "commits"]) {
        await rm(join(this.#dir, region_id, folder), { recursive: true, force: true });
      }
    }
  }

  get #file(): string {
    return join(this.#dir, "state.json");
  }

  #storeConfig(region_id: string) {
    return { kind: "fs" as const, path: join(this.#dir, region_id) };
  }

  #remembered(keys: KeyManager | undefined): KeyManager {
    return {
      manager: this.#state.key_manager,
      wrap: (...args) => (keys ?? NOBODY).wrap(...args),
      unwrap: async (wrapped, context) => {
        const name = createHash("sha256").update(wrapped.ciphertext).update(JSON.stringify(context)).digest("hex");
        const known = this.#state.keys[name];
        if (known !== undefined) return Buffer.from(known, "base64");
        const plaintext = await (keys ?? NOBODY).unwrap(wrapped, context);
        await this.#save({ keys: { ...this.#state.keys, [name]: plaintext.toString("base64") } });
        return plaintext;
      },
    };
  }

  async #save(changes: Partial<State>): Promise<void> {
    this.#state = { ...this.#state, ...changes };
    await writeFile(`${this.#file}.new`, JSON.stringify(this.#state), { mode: 0o600, flush: true });
    await rename(`${this.#file}.new`, this.#file);
  }
}

const NOBODY = {
  wrap: () => Promise.reject(new Error("an agent wraps no keys")),
  unwrap: () => Promise.reject(new Error("the key was not seen before, and the server does not answer")),
};

async function copyObject(from: ObjectStore, to: ObjectStore, key: string): Promise<void> {
  try {
    await to.put(key, await from.get(key), { if_absent: true });
  } catch (error) {
    if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
  }
}

import { createInterface } from "node:readline";
import { type Clock, deserializeError, type SerializedError } from "../../../base/index.ts";
import { storeError } from "../errors.ts";
import { assertKey, assertPrefix } from "../keys.ts";
import type {
  DeleteOptions,
  GatewayStoreConfig,
  GetOptions,
  ListOptions,
  ObjectLock,
  ObjectStat,
  ObjectStore,
  PutOptions,
} from "../port.ts";
import { partList } from "../ranges.ts";
import { type Connection, openConnection } from "./connection.ts";
import { DirectPuts } from "./direct.ts";

/**
 * Opens the store behind a server's address for agents. What it may do there is for the server to decide.
 * @throws STORE_BAD_CONFIG
 */
export async function openGatewayStore(config: GatewayStoreConfig, clock: Clock): Promise<ObjectStore> {
  return new GatewayStore(await openConnection(config), config, clock);
}

/** What is large and checked by its readers against what the server has seen of it: the server looks at all else. */
const DIRECT = "packs/";

type Query = Readonly<Record<string, string | number | undefined>>;

class GatewayStore implements ObjectStore {
  readonly description: string;
  readonly #connection: Connection;
  readonly #direct: DirectPuts;
  readonly #base: string;
  readonly #running = new Set<Promise<unknown>>();
  #closed = false;

  constructor(connection: Connection, { url, place, proxy }: GatewayStoreConfig, clock: Clock) {
    this.#connection = connection;
    this.#direct = new DirectPuts(connection, clock, proxy);
    this.#base = `/agent/store/${encodeURIComponent(place)}`;
    this.description = `gateway:${url}/${place}`;
  }

  put(key: string, parts: Uint8Array | readonly Uint8Array[], options: PutOptions = {}): Promise<void> {
    return this.#run(async () => {
      assertKey(key);
      const query = { ...(options.if_absent ? { if_absent: "1" } : {}), ...lockQuery(options.lock) };
      const body = partList(parts);
      const ask = (sha256: string, size_bytes: number) => this.#path("g", key, { sha256, size_bytes });
      const plain = options.if_absent === true && options.lock === undefined && key.startsWith(DIRECT);
      if (plain && (await this.#direct.put(ask, body, options.signal))) return;
      await this.#connection.call("PUT", this.#path("o", key, query), { body, signal: options.signal });
    });
  }

  get(key: string, options: GetOptions = {}): Promise<Buffer> {
    return this.#run(async () => {
      assertKey(key);
      const { offset_bytes, length_bytes, into, signal } = options;
      for (const value of [offset_bytes, length_bytes]) {
        if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
        throw storeError("STORE_BAD_REQUEST", `${key}: ${value} is no offset or length`, { key });
      }
      const path = this.#path("o", key, { offset_bytes, length_bytes });
      const bytes = await this.#connection.call("GET", path, { signal });
      if (length_bytes !== undefined && bytes.byteLength !== length_bytes) {
        throw storeError("STORE_SHORT_OBJECT", `${key}: ${bytes.byteLength} of ${length_bytes} bytes came`, { key });
      }
      if (into === undefined || into.byteLength < bytes.byteLength) return bytes;
      bytes.copy(into);
      return into.subarray(0, bytes.byteLength);
    });
  }

  stat(key: string): Promise<ObjectStat | undefined> {
    return this.#run(async () => {
      assertKey(key);
      const text = await this.#connection.call("GET", this.#path("s", key, {}));
      return (JSON.parse(text.toString("utf8")) as { stat: ObjectStat | null }).stat ?? undefined;
    });
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectStat> {
    this.#assertOpen();
    assertPrefix(prefix);
    const path = this.#path("l", "", { prefix, ...(options.locks ? { locks: "1" } : {}) });
    const response = await this.#connection.open("GET", path);
    try {
      for await (const line of createInterface({ input: response })) {
        const object = JSON.parse(line) as ObjectStat & { end?: true; error?: SerializedError };
        if (object.error !== undefined) throw deserializeError(object.error);
        if (object.end === true) return;
        yield object;
      }
    } finally {
      response.destroy();
    }
    throw storeError("STORE_UNAVAILABLE", `the listing of "${prefix}" in ${this.description} broke off`, { prefix });
  }

  delete(key: string, options: DeleteOptions = {}): Promise<void> {
    return this.#run(async () => {
      assertKey(key);
      const query = options.bypass_governance ? { bypass_governance: "1" } : {};
      await this.#connection.call("DELETE", this.#path("o", key, query));
    });
  }

  lock(key: string, lock: ObjectLock): Promise<void> {
    return this.#run(async () => {
      assertKey(key);
      await this.#connection.call("POST", this.#path("k", key, lockQuery(lock)), { body: [] });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#running);
    this.#direct.close();
    this.#connection.close();
  }

  #path(what: string, key: string, query: Query): string {
    const words = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    const tail = words.length === 0 ? "" : `?${words.join("&")}`;
    return `${this.#base}/${what}${key === "" ? "" : `/${key}`}${tail}`;
  }

  #assertOpen(): void {
    if (this.#closed) throw storeError("STORE_CLOSED", `${this.description} was closed`);
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#assertOpen();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }
}

function lockQuery(lock: ObjectLock | undefined): Query {
  return lock === undefined ? {} : { lock_mode: lock.mode, lock_until_ms: lock.retain_until_ms };
}

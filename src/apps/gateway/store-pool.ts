import type { Clock } from "../../base/index.ts";
import type { Repositories, RepositoryRow } from "../../control/repositories/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";

/** Open for this long after the last request. */
const IDLE_MS = 60_000;

interface Held {
  readonly store: Promise<ObjectStore>;
  users: number;
  idle: AbortController | undefined;
  close(): void;
}

/** Stores stay open between the requests of one backup: each of thousands of them would open it anew. */
export class StorePool {
  readonly #held = new Map<string, Held>();
  readonly #closing = new Set<Promise<unknown>>();
  readonly #repositories: Repositories;
  readonly #clock: Clock;

  constructor(repositories: Repositories, clock: Clock) {
    this.#repositories = repositories;
    this.#clock = clock;
  }

  async use<T>(row: RepositoryRow, work: (store: ObjectStore) => Promise<T>): Promise<T> {
    const held = this.#held.get(row.id) ?? this.#open(row);
    held.users++;
    held.idle?.abort();
    try {
      return await work(await held.store);
    } finally {
      held.users--;
      if (held.users === 0) void this.#rest(row.id, held);
    }
  }

  async close(): Promise<void> {
    for (const [id, held] of this.#held) this.#drop(id, held);
    await Promise.allSettled(this.#closing);
  }

  #open(row: RepositoryRow): Held {
    const opened = Promise.withResolvers<ObjectStore>();
    const end = Promise.withResolvers<void>();
    opened.promise.catch(() => undefined); // thrown where it is awaited
    const held: Held = { store: opened.promise, users: 0, idle: undefined, close: end.resolve };
    this.#held.set(row.id, held);
    const open = this.#repositories
      .useStore(row, (store) => {
        opened.resolve(store);
        return end.promise;
      })
      .catch((error: unknown) => {
        opened.reject(error);
        this.#drop(row.id, held);
      })
      .finally(() => this.#closing.delete(open));
    this.#closing.add(open);
    return held;
  }

  async #rest(id: string, held: Held): Promise<void> {
    held.idle = new AbortController();
    try {
      await this.#clock.sleep(IDLE_MS, held.idle.signal);
      this.#drop(id, held);
    } catch {
      // used again
    }
  }

  #drop(id: string, held: Held): void {
    if (this.#held.get(id) === held) this.#held.delete(id);
    held.idle?.abort();
    held.close();
  }
}

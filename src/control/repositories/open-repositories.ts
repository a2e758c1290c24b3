import type { Clock } from "../../base/index.ts";
import { asHoldfastError } from "../../base/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { Logger } from "../../platform/log/index.ts";

/** Repositories kept open although nobody uses them now, so that the next job finds its index loaded. */
const IDLE_MAX = 8;
const IDLE_MS = 60_000;

interface Entry {
  readonly opening: Promise<Repository>;
  users: number;
  idle_since_ms: number;
  /** Closed when its last user leaves; new users get a new one. */
  stale: boolean;
}

/** Open repositories shared by the jobs of one process. */
export class OpenRepositories {
  readonly #entries = new Map<string, Entry>();
  readonly #leaving = new Set<Promise<void>>();
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #closing = new AbortController();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
    void this.#sweepUntilClosed(); // ends with close()
  }

  /** Runs `work` with the repository open; `open` is called when it is not. */
  async use<T>(key: string, open: () => Promise<Repository>, work: (repository: Repository) => Promise<T>): Promise<T> {
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { opening: open(), users: 0, idle_since_ms: 0, stale: false };
      this.#entries.set(key, entry);
    }
    const mine = entry;
    mine.users++;
    try {
      return await work(await mine.opening);
    } catch (error) {
      // Whatever went wrong, the next job starts from what the store says rather than from what this one held in
      // memory.
      this.#forget(key, mine);
      throw error;
    } finally {
      mine.users--;
      mine.idle_since_ms = this.#clock.monotonic_ms();
      if (mine.stale && mine.users === 0) this.#close(mine);
      this.#sweep();
    }
  }

  /** Somebody else wrote to this repository: the next user opens it anew. */
  invalidate(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#forget(key, entry);
    if (entry.users === 0) this.#close(entry);
  }

  /** Closes all; nobody may be using one any more. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("closed"));
    for (const [key, entry] of this.#entries) {
      this.#forget(key, entry);
      this.#close(entry);
    }
    await Promise.all(this.#leaving);
  }

  #forget(key: string, entry: Entry): void {
    entry.stale = true;
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  async #sweepUntilClosed(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#clock.sleep(IDLE_MS, this.#closing.signal).catch(() => undefined); // closed
      this.#sweep();
    }
  }

  #sweep(): void {
    const now_ms = this.#clock.monotonic_ms();
    const idle = [...this.#entries].filter(([, entry]) => entry.users === 0);
    idle.sort(([, a], [, b]) => b.idle_since_ms - a.idle_since_ms);
    idle.forEach(([key, entry], position) => {
      if (position < IDLE_MAX && now_ms - entry.idle_since_ms < IDLE_MS) return;
      this.#forget(key, entry);
      this.#close(entry);
    });
  }

  #close(entry: Entry): void {
    const closing = entry.opening
      .then((repository) => repository.close())
      .catch((error: unknown) => {
        // An open that failed was told to its user; a close that fails leaves nothing to do but say so.
        this.#log.debug({ error: asHoldfastError(error) }, "a repository did not close cleanly");
      })
      .finally(() => this.#leaving.delete(closing));
    this.#leaving.add(closing);
  }
}

import { type Clock, HoldfastError, hasCode, type Random } from "../../base/index.ts";
import { storeError, throwIfAborted } from "./errors.ts";
import { passGrant, passThaw } from "./pass-on.ts";
import type { ListOptions, ObjectLock, ObjectStat, ObjectStore } from "./port.ts";
import { partList, sizeOf } from "./ranges.ts";

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The first try included. */
  readonly attempts_max?: number;
  readonly pause_ms_first?: number;
  readonly pause_ms_max?: number;
  /** No new attempt starts after this long. */
  readonly total_ms_max?: number;
  /** One attempt that takes longer is given up as STORE_TIMEOUT. */
  readonly attempt_ms_max?: number;
}

const defaults = {
  attempts_max: 5,
  pause_ms_first: 100,
  pause_ms_max: 5_000,
  total_ms_max: 60_000,
  attempt_ms_max: 600_000, // a 64 MiB object over a 1 Mbit/s line takes nine minutes
};

/**
 * Repeats what failed with an error of the kind `retry: soon`: exponential pauses with full jitter, a bounded number
 * of attempts, a bounded total time. Every operation of a store may be repeated; only a put with `if_absent` or with a
 * lock may be refused because of its own earlier attempt, whose answer was lost. Then bytes and lock tell whose it is.
 */
export function withRetry(inner: ObjectStore, options: RetryOptions): ObjectStore {
  const limits = { ...defaults, ...options };
  const { clock, random } = options;

  async function retried<T>(doing: string, signal: AbortSignal | undefined, run: Attempt<T>): Promise<T> {
    const started_ms = clock.monotonic_ms();
    for (let attempt = 1; ; attempt++) {
      try {
        return await bounded(doing, signal, (attemptSignal) => run(attemptSignal, attempt));
      } catch (error) {
        await pauseOrThrow(error, doing, attempt, started_ms, signal);
      }
    }
  }

  async function bounded<T>(
    doing: string,
    outer: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const finished = new AbortController();
    const giveUp = new AbortController();
    const signal = outer === undefined ? giveUp.signal : AbortSignal.any([outer, giveUp.signal]);
    const timeout = clock.sleep(limits.attempt_ms_max, finished.signal).then(
      () => {
        giveUp.abort();
        throw storeError("STORE_TIMEOUT", `${doing} in ${inner.description} took over ${limits.attempt_ms_max} ms`);
      },
      () => new Promise<never>(() => undefined), // the attempt ended first
    );
    try {
      return await Promise.race([run(signal), timeout]);
    } finally {
      finished.abort();
    }
  }

  /** Waits before the next attempt, or throws `error` when there is to be none. */
  async function pauseOrThrow(
    error: unknown,
    doing: string,
    attempt: number,
    started_ms: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!(error instanceof HoldfastError) || error.retry !== "soon" || attempt >= limits.attempts_max) throw error;
    throwIfAborted(signal, doing);
    const ceiling_ms = Math.min(limits.pause_ms_max, limits.pause_ms_first * 2 ** (attempt - 1));
    const pause_ms = ceiling_ms * (random.bytes(4).readUInt32LE() / 2 ** 32);
    if (clock.monotonic_ms() + pause_ms - started_ms > limits.total_ms_max) throw error;
    try {
      await clock.sleep(pause_ms, signal);
    } catch (reason) {
      throwIfAborted(signal, doing);
      throw reason;
    }
  }

  async function isOurs(
    key: string,
    body: readonly Uint8Array[],
    lock: ObjectLock | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const found = await inner.stat(key);
    if (found === undefined || found.size_bytes !== sizeOf(body)) return false;
    const sameLock = found.lock?.mode === lock?.mode && found.lock?.retain_until_ms === lock?.retain_until_ms;
    if (!sameLock) return false;
    return (await inner.get(key, { signal })).equals(Buffer.concat(body));
  }

  async function* list(prefix: string, listOptions?: ListOptions): AsyncGenerator<ObjectStat> {
    const doing = `listing "${prefix}"`;
    let last: string | undefined;
    let attempt = 1;
    let started_ms = clock.monotonic_ms();
    for (;;) {
      const listing = inner.list(prefix, listOptions)[Symbol.asyncIterator]();
      let hangs = true; // a listing that did not answer cannot be asked to end either
      try {
        for (;;) {
          const step = await bounded(doing, undefined, () => listing.next());
          hangs = false;
          if (step.done === true) return;
          if (last === undefined || step.value.key > last) {
            last = step.value.key; // what came before the failure is not given out again
            attempt = 1;
            yield step.value;
            started_ms = clock.monotonic_ms();
          }
          hangs = true;
        }
      } catch (error) {
        await pauseOrThrow(error, doing, attempt++, started_ms);
      } finally {
        if (!hangs) await listing.return?.();
      }
    }
  }

  return {
    description: inner.description,
    put: (key, parts, putOptions) =>
      retried(`storing ${key}`, putOptions?.signal, async (signal, attempt) => {
        try {
          await inner.put(key, parts, { ...putOptions, signal });
        } catch (error) {
          const refused = hasCode(error, "STORE_ALREADY_EXISTS") || hasCode(error, "STORE_LOCKED");
          if (attempt === 1 || !refused) throw error;
          if (!(await isOurs(key, partList(parts), putOptions?.lock, signal))) throw error;
        }
      }),
    get: (key, getOptions) =>
      retried(`reading ${key}`, getOptions?.signal, (signal, attempt) => {
        // An attempt that ran out of time may still write to the caller's memory: the next gets memory of its own.
        const { into, ...others } = getOptions ?? {};
        return inner.get(key, { ...others, signal, ...(attempt === 1 && into !== undefined ? { into } : {}) });
      }),
    stat: (key) => retried(`looking at ${key}`, undefined, () => inner.stat(key)),
    list,
    delete: (key, deleteOptions) => retried(`deleting ${key}`, undefined, () => inner.delete(key, deleteOptions)),
    lock: (key, lock) => retried(`locking ${key}`, undefined, () => inner.lock(key, lock)),
    ...(inner.move === undefined
      ? {}
      : { move: (key, tier) => retried(`moving ${key}`, undefined, async () => inner.move?.(key, tier)) }),
    ...passThaw(inner, (run, key) => retried(`thawing ${key}`, undefined, run)),
    ...(inner.hold === undefined
      ? {}
      : { hold: (key, on) => retried(`holding ${key}`, undefined, async () => inner.hold?.(key, on)) }),
    ...passGrant(inner, (run, key) => retried(`granting ${key}`, undefined, run)),
    close: () => inner.close(),
  };
}

type Attempt<T> = (signal: AbortSignal, attempt: number) => Promise<T>;

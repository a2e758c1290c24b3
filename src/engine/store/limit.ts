import { passGrant, passThaw } from "./pass-on.ts";
import type { Clock } from "../../base/index.ts";
import { storeError, throwIfAborted } from "./errors.ts";
import type { ObjectStore } from "./port.ts";
import { partList, sizeOf } from "./ranges.ts";

export interface LimitOptions {
  readonly clock: Clock;
  /** Operations at once. A listing takes no place, since whoever reads it uses the store meanwhile. */
  readonly concurrency_max: number;
  /** Operations that may wait for a place; one more is STORE_OVERLOADED. */
  readonly queue_max: number;
  /** Of object content, both directions together; one second's worth may pass at once. */
  readonly bytes_per_second?: number | (() => number | undefined);
}

interface Waiter {
  start(): void;
}

/** Bounds what one store has to bear at a time. */
export function withLimit(inner: ObjectStore, options: LimitOptions): ObjectStore {
  const { clock, concurrency_max, queue_max, bytes_per_second } = options;
  const queue: Waiter[] = [];
  let running = 0;
  let paid_until_ms = Number.NEGATIVE_INFINITY;

  async function limited<T>(doing: string, signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    throwIfAborted(signal, doing);
    if (running < concurrency_max) running++;
    else await place(doing, signal);
    try {
      return await run();
    } finally {
      const next = queue.shift();
      if (next === undefined) running--;
      else next.start(); // takes over this place
    }
  }

  function place(doing: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (queue.length >= queue_max) {
        reject(
          storeError("STORE_OVERLOADED", `${doing}: ${queue.length} operations already wait for ${inner.description}`, {
            running,
            waiting: queue.length,
          }),
        );
        return;
      }
      const onAbort = () => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(storeError("STORE_ABORTED", `cancelled while waiting to begin ${doing}`, {}, signal?.reason));
      };
      const waiter: Waiter = {
        start() {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      queue.push(waiter);
    });
  }

  /** Each transfer books its share of the line after those before it. */
  async function pay(bytes: number, doing: string, signal: AbortSignal | undefined): Promise<void> {
    const rate = typeof bytes_per_second === "function" ? bytes_per_second() : bytes_per_second;
    if (rate === undefined || bytes === 0) return;
    const now_ms = clock.monotonic_ms();
    paid_until_ms = Math.max(paid_until_ms, now_ms - 1000) + (bytes / rate) * 1000;
    if (paid_until_ms <= now_ms) return;
    try {
      await clock.sleep(paid_until_ms - now_ms, signal);
    } catch (reason) {
      throwIfAborted(signal, doing);
      throw reason;
    }
  }

  return {
    description: inner.description,
    put: (key, parts, putOptions) =>
      limited(`storing ${key}`, putOptions?.signal, async () => {
        await pay(sizeOf(partList(parts)), `storing ${key}`, putOptions?.signal);
        await inner.put(key, parts, putOptions);
      }),
    get: (key, getOptions) =>
      limited(`reading ${key}`, getOptions?.signal, async () => {
        const buffer = await inner.get(key, getOptions);
        await pay(buffer.byteLength, `reading ${key}`, getOptions?.signal);
        return buffer;
      }),
    stat: (key) => limited(`looking at ${key}`, undefined, () => inner.stat(key)),
    list: (prefix, listOptions) => inner.list(prefix, listOptions),
    delete: (key, deleteOptions) => limited(`deleting ${key}`, undefined, () => inner.delete(key, deleteOptions)),
    lock: (key, lock) => limited(`locking ${key}`, undefined, () => inner.lock(key, lock)),
    ...(inner.move === undefined
      ? {}
      : { move: (key, tier) => limited(`moving ${key}`, undefined, async () => inner.move?.(key, tier)) }),
    ...passThaw(inner, (run, key) => limited(`thawing ${key}`, undefined, run)),
    ...(inner.hold === undefined
      ? {}
      : { hold: (key, on) => limited(`holding ${key}`, undefined, async () => inner.hold?.(key, on)) }),
    ...passGrant(inner, (run, key) => limited(`granting ${key}`, undefined, run)),
    close: () => inner.close(),
  };
}

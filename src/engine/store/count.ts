import { passThaw } from "./pass-on.ts";
import type { Clock } from "../../base/index.ts";
import { partList, sizeOf } from "./ranges.ts";
import type { StoreOperation } from "./operation.ts";
import type { ListOptions, ObjectStore } from "./port.ts";

export interface OperationCount {
  calls: number;
  errors: number;
  /** Bytes sent (put) or received (get) by calls that succeeded. */
  bytes: number;
  duration_ms: number;
}

export type StoreCounts = Readonly<Record<StoreOperation, Readonly<OperationCount>>>;

/** Counts what passes through, for progress and metrics. `counts()` gives a copy; a listing counts when it ends. */
export function withCounts(inner: ObjectStore, clock: Clock): { store: ObjectStore; counts(): StoreCounts } {
  const empty = (): OperationCount => ({ calls: 0, errors: 0, bytes: 0, duration_ms: 0 });
  const counts = { put: empty(), get: empty(), stat: empty(), list: empty(), delete: empty(), lock: empty() };

  async function counted<T>(operation: StoreOperation, run: () => Promise<T>, bytesOf: (result: T) => number) {
    const count = counts[operation];
    const started_ms = clock.monotonic_ms();
    count.calls++;
    try {
      const result = await run();
      count.bytes += bytesOf(result);
      return result;
    } catch (error) {
      count.errors++;
      throw error;
    } finally {
      count.duration_ms += clock.monotonic_ms() - started_ms;
    }
  }

  async function* countedList(prefix: string, options?: ListOptions) {
    const count = counts.list;
    const started_ms = clock.monotonic_ms();
    count.calls++;
    try {
      yield* inner.list(prefix, options);
    } catch (error) {
      count.errors++;
      throw error;
    } finally {
      count.duration_ms += clock.monotonic_ms() - started_ms;
    }
  }

  const none = () => 0;
  const store: ObjectStore = {
    description: inner.description,
    put: (key, parts, options) => {
      return counted(
        "put",
        () => inner.put(key, parts, options),
        () => sizeOf(partList(parts)),
      );
    },
    get: (key, options) =>
      counted(
        "get",
        () => inner.get(key, options),
        (buffer) => buffer.byteLength,
      ),
    stat: (key) => counted("stat", () => inner.stat(key), none),
    list: countedList,
    delete: (key, options) => counted("delete", () => inner.delete(key, options), none),
    lock: (key, lock) => counted("lock", () => inner.lock(key, lock), none),
    ...(inner.move === undefined
      ? {}
      : { move: (key, tier) => counted("put", async () => inner.move?.(key, tier), none) }),
    ...passThaw(inner, (run) => counted("stat", run, none)),
    ...(inner.hold === undefined
      ? {}
      : { hold: (key, on) => counted("lock", async () => inner.hold?.(key, on), none) }),
    close: () => inner.close(),
  };
  return { store, counts: () => structuredClone(counts) };
}

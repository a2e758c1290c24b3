import { storeError } from "./errors.ts";
import type { ObjectStore } from "./port.ts";

/** The same objects, with every change refused as STORE_READ_ONLY: for restores and checks of a foreign region. */
export function readOnly(inner: ObjectStore): ObjectStore {
  const refuse = async (doing: string, key: string): Promise<never> => {
    throw storeError("STORE_READ_ONLY", `cannot ${doing} ${key}: ${inner.description} is open for reading only`, {
      key,
    });
  };
  return {
    description: inner.description,
    put: (key) => refuse("store", key),
    get: (key, options) => inner.get(key, options),
    stat: (key) => inner.stat(key),
    list: (prefix, options) => inner.list(prefix, options),
    delete: (key) => refuse("delete", key),
    lock: (key) => refuse("lock", key),
    move: (key) => refuse("move", key),
    ...(inner.thaw === undefined ? {} : { thaw: (key, keep_ms) => inner.thaw?.(key, keep_ms) ?? refuse("thaw", key) }),
    hold: (key) => refuse("hold", key),
    close: () => inner.close(),
  };
}

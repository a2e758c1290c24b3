import type { ObjectStore, Thaw } from "./port.ts";

/** For decorators: the inner store's `thaw`, run their way, where it has one. */
export function passThaw(
  inner: ObjectStore,
  around: (run: () => Promise<Thaw>, key: string) => Promise<Thaw>,
): Pick<ObjectStore, "thaw"> {
  const thaw = inner.thaw?.bind(inner);
  return thaw === undefined ? {} : { thaw: (key, keep_ms) => around(() => thaw(key, keep_ms), key) };
}

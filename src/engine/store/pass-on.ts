import type { GrantedContent, ObjectStore, PutGrant, Thaw } from "./port.ts";

/** For decorators: the inner store's `thaw`, run their way, where it has one. */
export function passThaw(
  inner: ObjectStore,
  around: (run: () => Promise<Thaw>, key: string) => Promise<Thaw>,
): Pick<ObjectStore, "thaw"> {
  const thaw = inner.thaw?.bind(inner);
  return thaw === undefined ? {} : { thaw: (key, keep_ms) => around(() => thaw(key, keep_ms), key) };
}

/** The same for `grantPut`. */
export function passGrant(
  inner: ObjectStore,
  around: (run: () => Promise<PutGrant | "present">, key: string) => Promise<PutGrant | "present">,
): Pick<ObjectStore, "grantPut"> {
  const grant = inner.grantPut?.bind(inner);
  if (grant === undefined) return {};
  return { grantPut: (key: string, content: GrantedContent) => around(() => grant(key, content), key) };
}

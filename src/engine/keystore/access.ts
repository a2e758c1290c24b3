import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Random } from "../../base/index.ts";
import { accessDenied, EVERY_KEY, keyError, type KeyPrincipalInfo, type KeyRight } from "../keys/index.ts";

export const KEY_RIGHTS = ["wrap", "unwrap", "describe", "admin"] as const satisfies readonly KeyRight[];
/** Names the key manager itself acts under; no token belongs to them. */
export const SYSTEM_PRINCIPAL = "keyd";
const RESERVED = [SYSTEM_PRINCIPAL, "unknown", "operator"];
const PRINCIPALS_MAX = 1000;

const principalName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/);
export const accessSchema = z.strictObject({
  format: z.literal(1),
  change_id: z.string(),
  principals: z.array(
    z.strictObject({
      principal: principalName,
      created_at: z.iso.datetime(),
      /** Tokens carry 256 random bits: a plain hash is enough, there is nothing to guess. */
      token_sha256: z.string().regex(/^[0-9a-f]{64}$/),
      /** Key id or "*" → rights; "!" and a key id → rights taken away on that key, whatever "*" says. */
      grants: z.record(z.string(), z.array(z.enum(KEY_RIGHTS))),
    }),
  ),
});

/** The file `access.json`. What is not granted is denied. */
export type AccessList = z.infer<typeof accessSchema>;
type Principal = AccessList["principals"][number];

export function createToken(random: Random): { token: string; token_sha256: string } {
  const token = `hkt_${random.bytes(32).toString("base64url")}`;
  return { token, token_sha256: sha256(token).toString("hex") };
}

/** The principal whose token this is, or null. */
export function authenticate(list: AccessList, token: string): string | null {
  const hash = sha256(token);
  let found: string | null = null;
  // All are compared, so that the time taken tells nothing about which came close.
  for (const candidate of list.principals) {
    if (timingSafeEqual(hash, Buffer.from(candidate.token_sha256, "hex"))) found = candidate.principal;
  }
  return found;
}

/** Under which name of `grants` stands what is denied on one key to somebody who has the right on every key. */
export function denialOf(key_id: string): string {
  return `!${key_id}`;
}

export function isGranted(list: AccessList, principal: string, right: KeyRight, key_id: string): boolean {
  const grants = list.principals.find((candidate) => candidate.principal === principal)?.grants;
  if (grants === undefined) return false;
  if (Object.hasOwn(grants, denialOf(key_id)) && grants[denialOf(key_id)]!.includes(right)) return false;
  return (
    (grants[EVERY_KEY] ?? []).includes(right) || (Object.hasOwn(grants, key_id) && grants[key_id]!.includes(right))
  );
}

/** @throws KEY_ACCESS_DENIED with the command that would grant the right */
export function requireGranted(list: AccessList, principal: string, right: KeyRight, key_id: string): void {
  if (isGranted(list, principal, right, key_id)) return;
  const what = key_id === EVERY_KEY ? "every key" : `key ${key_id}`;
  throw accessDenied(
    `principal ${principal} lacks "${right}" on ${what}`,
    `An administrator of the key manager can grant it: baas keyd grant --principal ${principal} --key '${key_id}' --right ${right}`,
    { principal, key_id, right },
  );
}

/** @throws KEY_PRINCIPAL_NOT_FOUND */
export function findPrincipal(list: AccessList, principal: string): Principal {
  const found = list.principals.find((candidate) => candidate.principal === principal);
  if (found !== undefined) return found;
  throw keyError("KEY_PRINCIPAL_NOT_FOUND", `no principal ${principal}`, { principal });
}

/** The list with one more principal, without grants. @throws KEY_REQUEST_INVALID */
export function withPrincipal(list: AccessList, principal: string, token_sha256: string, now: string): AccessList {
  if (!principalName.safeParse(principal).success || RESERVED.includes(principal)) {
    throw keyError("KEY_REQUEST_INVALID", `"${principal}" cannot be a principal's name: a-z 0-9 . _ - , up to 64`);
  }
  if (list.principals.some((candidate) => candidate.principal === principal)) {
    throw keyError("KEY_REQUEST_INVALID", `principal ${principal} exists`, { principal });
  }
  if (list.principals.length >= PRINCIPALS_MAX) {
    throw keyError("KEY_REQUEST_INVALID", `there are ${PRINCIPALS_MAX} principals, the limit`);
  }
  return { ...list, principals: [...list.principals, { principal, created_at: now, token_sha256, grants: {} }] };
}

/** The list with `change` applied to one principal; null removes it. @throws KEY_PRINCIPAL_NOT_FOUND, KEY_LAST_ADMIN */
export function withChanged(
  list: AccessList,
  principal: string,
  change: (found: Principal) => Principal | null,
): AccessList {
  const found = findPrincipal(list, principal);
  const changed = change(found);
  const principals = list.principals.flatMap((each) => (each === found ? (changed ?? []) : each));
  if (!principals.some((each) => each.grants[EVERY_KEY]?.includes("admin"))) {
    throw keyError("KEY_LAST_ADMIN", `${principal} is the last with "admin" on every key`, { principal });
  }
  return { ...list, principals };
}

export function toPrincipalInfo({ principal, created_at, grants }: Principal): KeyPrincipalInfo {
  const list = Object.entries(grants).map(([name, rights]) =>
    name.startsWith("!")
      ? { principal, key_id: name.slice(1), rights, denied: true as const }
      : { principal, key_id: name, rights },
  );
  return { principal, created_at, grants: list };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

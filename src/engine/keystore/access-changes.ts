import { EVERY_KEY, type KeyPrincipalInfo, type KeyRight } from "../keys/index.ts";
import {
  type AccessList,
  createToken,
  denialOf,
  findPrincipal,
  toPrincipalInfo,
  withChanged,
  withPrincipal,
} from "./access.ts";
import type { AuditEvent } from "./audit-log.ts";
import type { OpenFolder } from "./open-folder.ts";
import type { PrincipalToken } from "./set-up.ts";

type Grants = Record<string, KeyRight[]>;

function without(held: readonly KeyRight[] | undefined, rights: readonly KeyRight[]): KeyRight[] {
  return (held ?? []).filter((right) => !rights.includes(right));
}

/** Whoever holds folder and root secret, at the machine itself: may make new tokens without one. */
export const OPERATOR_PRINCIPAL = "operator";

/** Changes to the access list: principals, their tokens and grants. */
export class AccessChanges {
  readonly #folder: OpenFolder;

  constructor(folder: OpenFolder) {
    this.#folder = folder;
  }

  listPrincipals(actor: string): KeyPrincipalInfo[] {
    this.#folder.requireRight(actor, "describe", EVERY_KEY, "access.list");
    return this.#folder.files.access.principals.map(toPrincipalInfo);
  }

  addPrincipal(actor: string, principal: string): Promise<PrincipalToken> {
    const { token, token_sha256 } = createToken(this.#folder.random);
    return this.#changeAccess(actor, { action: "access.add_principal", detail: { principal } }, (list) => ({
      list: withPrincipal(list, principal, token_sha256, this.#folder.now()),
      result: () => ({ principal, token }),
    }));
  }

  rotateToken(actor: string, principal: string): Promise<PrincipalToken> {
    const { token, token_sha256 } = createToken(this.#folder.random);
    return this.#changeAccess(actor, { action: "access.rotate_token", detail: { principal } }, (list) => ({
      list: withChanged(list, principal, (found) => ({ ...found, token_sha256 })),
      result: () => ({ principal, token }),
    }));
  }

  removePrincipal(actor: string, principal: string): Promise<void> {
    return this.#changeAccess(actor, { action: "access.remove_principal", detail: { principal } }, (list) => ({
      list: withChanged(list, principal, () => null),
      result: () => undefined,
    }));
  }

  /** On one key it also takes back what was denied there. */
  grant(actor: string, principal: string, key_id: string, rights: readonly KeyRight[]): Promise<KeyPrincipalInfo> {
    return this.#changeGrants(actor, "access.grant", principal, key_id, rights, (grants) => ({
      [key_id]: [...new Set([...(grants[key_id] ?? []), ...rights])],
      [denialOf(key_id)]: without(grants[denialOf(key_id)], rights),
    }));
  }

  /** On one key it also denies what the principal may do with every key. */
  revoke(actor: string, principal: string, key_id: string, rights: readonly KeyRight[]): Promise<KeyPrincipalInfo> {
    return this.#changeGrants(actor, "access.revoke", principal, key_id, rights, (grants) => {
      const elsewhere = key_id === EVERY_KEY ? [] : (grants[EVERY_KEY] ?? []);
      const denied = grants[denialOf(key_id)] ?? [];
      return {
        [key_id]: without(grants[key_id], rights),
        [denialOf(key_id)]: [...new Set([...denied, ...elsewhere.filter((right) => rights.includes(right))])],
      };
    });
  }

  #changeAccess<T>(
    actor: string,
    what: Omit<AuditEvent, "principal" | "outcome">,
    edit: (list: AccessList) => { list: AccessList; result: (list: AccessList) => T },
  ): Promise<T> {
    const needs_admin_on = actor === OPERATOR_PRINCIPAL ? null : EVERY_KEY;
    return this.#folder.change(actor, what, needs_admin_on, async (change_id) => {
      const { list, result } = edit(this.#folder.files.access);
      await this.#folder.files.writeAccess({ ...list, change_id });
      return result(this.#folder.files.access);
    });
  }

  #changeGrants(
    actor: string,
    action: string,
    principal: string,
    key_id: string,
    rights: readonly KeyRight[],
    edit: (grants: Grants) => Grants,
  ): Promise<KeyPrincipalInfo> {
    const detail = { principal, rights: rights.join(",") };
    return this.#changeAccess(actor, { action, detail: { ...detail, key_id } }, (list) => {
      if (key_id !== EVERY_KEY) this.#folder.findKey(key_id);
      const changed = withChanged(list, principal, (found) => {
        const grants = Object.entries({ ...found.grants, ...edit(found.grants) });
        return { ...found, grants: Object.fromEntries(grants.filter(([, held]) => held.length > 0)) };
      });
      return { list: changed, result: (now) => toPrincipalInfo(findPrincipal(now, principal)) };
    });
  }
}

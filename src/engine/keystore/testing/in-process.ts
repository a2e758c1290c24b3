import type { KeyAdmin, KeyManager } from "../../keys/index.ts";
import { LOCAL_MANAGER, type LocalKeyStore } from "../key-store.ts";

/** A key store as its clients see it, without the process and the socket between. */
export function inProcess(store: LocalKeyStore): { readonly keys: KeyManager; readonly key_admin: KeyAdmin } {
  const who = "admin";
  const keys: KeyManager = {
    manager: LOCAL_MANAGER,
    wrap: async (key_id, plaintext, context) => store.wrap("server", key_id, plaintext, context),
    unwrap: async (wrapped, context) => store.unwrap("server", wrapped, context),
  };
  const key_admin: KeyAdmin = {
    createKey: (alias) => store.keys.createKey(who, alias),
    describeKey: async (key_id) => store.describeKey(who, key_id),
    listKeys: async () => store.listKeys(who),
    rotateKey: (key_id) => store.keys.rotateKey(who, key_id),
    disableKey: (key_id, version) => store.keys.disableKey(who, key_id, version),
    enableKey: (key_id, version) => store.keys.enableKey(who, key_id, version),
    scheduleDestruction: (key_id, options) => store.keys.scheduleDestruction(who, key_id, options),
    cancelDestruction: (key_id, version) => store.keys.cancelDestruction(who, key_id, version),
    listPrincipals: async () => store.access.listPrincipals(who),
    addPrincipal: (principal) => store.access.addPrincipal(who, principal),
    rotateToken: (principal) => store.access.rotateToken(who, principal),
    removePrincipal: (principal) => store.access.removePrincipal(who, principal),
    grant: (principal, key_id, rights) => store.access.grant(who, principal, key_id, rights),
    revoke: (principal, key_id, rights) => store.access.revoke(who, principal, key_id, rights),
    auditLog: (filter) => store.auditLog(who, filter),
    verifyAuditLog: (head) => store.verifyAuditLog(who, head),
  };
  return { keys, key_admin };
}

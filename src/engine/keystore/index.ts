/**
 * keystore: the key manager's own core, for the key manager's process only. Everyone else is a client.
 * Nouns: key folder, root secret, key record, access list, audit log.
 * Invariants: material leaves memory only sealed under the root secret, and leaves the process never; a change is on
 * stable storage, and in the audit log, before it is answered; a use that cannot be recorded does not happen.
 */
export * from "./access.ts";
export { OPERATOR_PRINCIPAL } from "./access-changes.ts";
export { AuditLog } from "./audit-log.ts";
export * from "./audit-verify.ts";
export { ensurePrivateFolder, replaceFile, requirePrivate } from "./files.ts";
export { DESTRUCTION_DAYS_DEFAULT, DESTRUCTION_DAYS_MIN } from "./key-changes.ts";
export * from "./key-store.ts";
export {
  AUDIT_FOLDER,
  isSetUp,
  type PrincipalToken,
  ROOT_SECRET_NAME,
  setUpKeyFolder,
} from "./set-up.ts";

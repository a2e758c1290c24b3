/**
 * keys: how customer master keys (CMKs) are used without being seen, and the passphrase that stands in for one.
 * Nouns: key manager (port), CMK and its versions, wrapped key, context, grant, envelope, passphrase slot.
 * Invariants: no key leaves its manager, it wraps and unwraps; what was wrapped with a context opens only with it;
 * nothing that lies beside the backups opens anything. Every command loads this room: it stays light.
 */
export { type CanonicalValue, canonicalJson } from "./canonical.ts";
export * from "./envelope.ts";
export { accessDenied, keyError } from "./errors.ts";
export * from "./passphrase.ts";
export * from "./port.ts";
export type { KeyVault } from "./vault.ts";

/**
 * keys: who keeps the customer master keys (CMKs), and how everyone else asks for them to be used.
 * Nouns: key manager (port), CMK and its versions, wrapped key, context, principal, grant, audit log, passphrase slot.
 * Invariants: no key leaves its manager, it wraps and unwraps; what was wrapped with a context opens only with it;
 * nothing that lies beside the backups opens anything.
 */
export { type CanonicalValue, canonicalJson } from "./canonical.ts";
export { connectKeyManager, type KeyManagerAddress, type KeyManagerClient } from "./client.ts";
export { keyError } from "./errors.ts";
export * from "./passphrase.ts";
export * from "./port.ts";
export * as local from "./local/index.ts";
export * as wire from "./wire.ts";

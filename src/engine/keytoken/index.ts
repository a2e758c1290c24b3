/**
 * keytoken: master keys in a hardware security module (PKCS#11), or in a service with the API of AWS KMS.
 * Nouns: module (the vendor's library), token, session, key version (one object of the token, or key of the service).
 * Invariants: keys are made where they stay, not extractable; what one wrapped with a context opens only with it; the
 * same contract suite as for every key manager holds.
 */
export { kmsKeyManager } from "./kms.ts";
export { pkcs11KeyManager } from "./manager.ts";

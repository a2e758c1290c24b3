/**
 * keytoken: the material of master keys in a hardware security module (PKCS#11), or in a service with the API of AWS
 * KMS.
 * Nouns: vault, module (the vendor's library), token, session, key version (one object of the token, or key of the
 * service).
 * Invariants: keys are made where they stay, not extractable; what one wrapped with a context opens only with it; a key
 * manager with a vault keeps the same contract suite as one without.
 */
export { openVault } from "./open.ts";

/**
 * evidence: what happened, so that an auditor who trusts nobody here can check it. Nouns: fact, leaf, head, bundle,
 * fingerprint.
 * Invariants: a fact waits for its leaf from the transaction that makes it; leaves are never changed; each UTC day that
 * ended has one signed head, quiet days too, and it names the head before; a bundle proves itself offline.
 */
export * from "./append.ts";
export * from "./bundle.ts";
export * from "./heads.ts";
export * from "./keyaudit.ts";
export * from "./publish.ts";
export * from "./signer.ts";
export * from "./verify.ts";
export * from "./verify-signed.ts";

/**
 * access: who may call. Nouns: token, scope.
 * Invariants: a token is shown once, when it is made, and kept only as its SHA-256; it carries 256 random bits, so a
 * plain hash is enough; an unknown, expired or revoked token is refused with the same answer.
 */
export * from "./errors.ts";
export * from "./tokens.ts";

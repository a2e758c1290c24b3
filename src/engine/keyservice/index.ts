/**
 * keyservice: asking a key manager in another process.
 * Nouns: operation, request, response, client.
 * Invariants: both sides read the same schemas; a call ends within its time; what the manager refused reaches the
 * caller as the same named error.
 */
export { connectKeyManager, type KeyManagerAddress, type KeyManagerClient } from "./client.ts";
export * from "./wire.ts";

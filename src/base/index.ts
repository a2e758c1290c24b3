/**
 * base: what everything may use. No I/O beyond the clock and randomness ports.
 * It also sets TLS 1.3 as the least that any connection of the process may speak.
 * Nouns: error and its catalogue, clock, random, id, duration.
 */
export * from "./canonical-json.ts";
export * from "./clock.ts";
export * from "./duration.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./random.ts";
export * from "./tls.ts";
export * from "./words.ts";

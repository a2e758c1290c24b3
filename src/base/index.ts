/**
 * base: what everything may use. No I/O beyond the clock and randomness ports.
 * Nouns: error and its catalogue, clock, random, id, duration.
 */
export * from "./canonical-json.ts";
export * from "./clock.ts";
export * from "./duration.ts";
export * from "./errors.ts";
export * from "./ids.ts";
export * from "./random.ts";

/**
 * replication: the second region. Nouns: copy job, lag and its cause, link (limit and window), replication status.
 * Invariants: what crosses is the stored ciphertext, so no key is needed to carry it; a copy is available only after
 * its manifest is durable in the other region; the lag counts from the backup's completion and grows while a copy is
 * missing, so a job that hangs or fails cannot hide; a copy that failed is asked for again until it is there or the
 * backup expires.
 */
export * from "./errors.ts";
export * from "./handler.ts";
export { regionLinks, setRegionLink } from "./links.ts";
export * from "./status.ts";
export * from "./sweep.ts";

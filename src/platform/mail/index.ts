/**
 * mail: one message to one mail server, now. Nouns: mail server, message.
 * Invariants: every wait has a bound; a message carries the id it is given, so that a repeated one is recognised; no
 * retry here, whoever sends keeps count.
 */
export * from "./send.ts";

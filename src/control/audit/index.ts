/**
 * audit: who did what, when, from where, why, and what it was before and after. Nouns: entry, chain, head, approval (a
 * second person's consent to what four eyes must see), approval rule.
 * Invariants: an entry is written in the transaction of what it tells of, so neither is there without the other; each
 * entry's hash covers the one before it; nothing is ever changed, the database refuses it; secrets are never written;
 * nobody approves what they asked for themselves.
 */
export * from "./approvals.ts";
export * from "./chain.ts";
export * from "./errors.ts";

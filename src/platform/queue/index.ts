/**
 * queue: how one process tells others that there is work, through the database that holds the work.
 * Nouns: channel, wake-up.
 * Invariants: a wake-up is sent with the transaction of the change it tells of (none for a change that rolls back, none
 * before it is visible); a wake-up carries no state, so losing one costs time and never work: every listener also
 * polls.
 */
export * from "./bell.ts";
export * from "./wakeups.ts";

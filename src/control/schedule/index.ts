/**
 * schedule: when what is run. Nouns: run, slot (workload × policy × rule × time), outcome, cursor, start window,
 * jitter, catch-up, overlap, tick.
 * Invariants: a slot exists once and ends in exactly one recorded outcome; a slot and its job are written in the same
 * transaction; a workload has its cursor moved only by whoever holds its row, so two servers never plan it twice; a new
 * binding or an edited rule starts at now and never causes a surprise run.
 */
export * from "./jitter.ts";
export { createTickMemory } from "./memory.ts";
export * from "./plan.ts";
export * from "./reattach.ts";
export * from "./runs.ts";
export * from "./settle.ts";
export * from "./tick.ts";

/**
 * alerting: what is wrong now, told once for each cause. Nouns: rule, fact, source, cause, alert, clock, calendar.
 * Invariants: an alert is open exactly while a source finds its fact, so what is right again closes by itself; facts
 * of one cause are one alert; a source that could not look leaves its alerts as they are; each clock that runs out is
 * noted once; every rule has its page in docs/runbooks.
 */
export * from "./calendar.ts";
export * from "./clock-watch.ts";
export * from "./clocks.ts";
export * from "./evaluate.ts";
export type * from "./fact.ts";
export { factSources } from "./sources.ts";
export * from "./handle.ts";
export * from "./rules.ts";

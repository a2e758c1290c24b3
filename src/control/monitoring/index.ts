/**
 * monitoring: what the records say, as figures for Prometheus. Nouns: family, collector, project label.
 * Invariants: each figure is read with the eyes of whoever asks, so that a tenant's scrape holds its own projects and
 * no other; at most {@link PROJECTS_MAX} projects have a label of their own, the others are one; scrapes that come
 * faster than the figures change are answered from the last look.
 */
export * from "./collector.ts";
export * from "./fold.ts";
export { siemFamily } from "./running.ts";

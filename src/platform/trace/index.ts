/**
 * trace: what took how long inside of what, for a collector that speaks OpenTelemetry (OTLP over HTTP). Nouns: tracer,
 * span (a piece of work with a beginning, an end, and spans within it).
 * Invariants: nothing is loaded and nothing kept when no collector is configured; spans wait in a queue of bounded
 * length and are dropped when it is full, so work never waits for a collector; no span holds data of a backup, a
 * secret, or a path.
 */
export * from "./tracer.ts";
export * from "./otlp.ts";

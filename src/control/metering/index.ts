/**
 * metering: what projects stored and moved. Nouns: sample (one measured fact, with its source), usage record (an hour's
 * sum, or a correction of one), meter, month.
 * Invariants: only what was measured counts: an hour in which a store was not measured has no storage; a source counts
 * once, however often it is met; samples and records are only ever added; the records of an hour add up to its samples.
 */
export * from "./errors.ts";
export { closeHours, measureUsageHour } from "./measure.ts";
export { type MonthRange, monthRange, usageOf, type UsageLine, type UsageReport } from "./report.ts";

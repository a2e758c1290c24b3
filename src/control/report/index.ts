/**
 * report: what the records say, as pages, tables and signed JSON. Nouns: report, kind, window, period, figure, file.
 * Invariants: every figure is counted from records, and names them; a report's files are kept in one transaction, and
 * its signed JSON names the hash of each; a report that is due by itself is made once.
 */
export * from "./due.ts";
export * from "./errors.ts";
export { REPORT_TYPE } from "./make.ts";
export * from "./reports.ts";
export * from "./verify.ts";
export { deliverReports, type NewSubscription, subscribe, unsubscribe } from "./subscriptions.ts";

/**
 * application: workloads that are made of others, restored together to one point.
 * Nouns: application, part, profile (what parts of known names need by themselves), health check, suppression (an
 * address that must never be mailed again), suppression log, collector.
 * Invariants: all parts of a restore have one target time; parts of a lower order are restored and healthy before the
 * next ones are; an application is ready only when every entry of its suppression log is in force in it, whatever the
 * point it was restored to; applying the log twice changes nothing; the log is only ever added to.
 */
export { chooseGroup, restorableGroup } from "./base.ts";
export { applicationError } from "./errors.ts";
export { withApplications } from "./handler.ts";
export { previewAnyRestore, requestAnyRestore } from "./request.ts";
export * from "./status.ts";
export { suppressionKind } from "./suppression/collect.ts";
export { findSuppressions, recordSuppressions } from "./suppression/record.ts";

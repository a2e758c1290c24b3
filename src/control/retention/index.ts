/**
 * retention: how long which backup stays, and why. Nouns: retention rule, GFS class and mark, expiry, lock date,
 * preview.
 * Invariants: the first good backup of each period carries the period's class from the moment it is written; what was
 * promised then is never shortened, whatever becomes of the policy; periods without a backup are not counted; the last
 * good backup of a workload is never pruned; a lock ends no later than the backup's own expiry;
 * whatever is under a legal hold stays; what is deleted can be brought back for 14 days, and is then swept, region by
 * region.
 */
export * from "./apply.ts";
export * from "./classify.ts";
export * from "./catalog.ts";
export { deleteHandler, requestDelete, requestUndelete, undeleteHandler } from "./delete.ts";
export { auditHandler, planAudit, type RetentionAudit } from "./audit.ts";
export * from "./errors.ts";
export { createHold, getHold, heldBackups, type HoldRow, planHolds, releaseHold } from "./holds.ts";
export { holdHandler } from "./hold-handler.ts";
export * from "./plan.ts";
export * from "./preview.ts";
export { planSweeps, requestSweep, sweepHandler } from "./sweep.ts";

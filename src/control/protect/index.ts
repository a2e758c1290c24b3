/**
 * protect: makes backups of workloads.
 * Nouns: backup request (by a slot of a schedule or by a person), backup job, what a backup promises (classes,
 * retention, lock).
 * Invariants: a backup's id is chosen once, in the job's first step, so that no attempt makes a second one; what it
 * promises is decided before it is written and travels in its signed manifest; it is in the catalog as available only
 * after its manifest is durable, and its copies are enqueued in that same transaction; a slot gets the outcome of its
 * job, once.
 */
export * from "./copies.ts";
export * from "./errors.ts";
export { pointOf } from "./group.ts";
export * from "./handler.ts";
export * from "./request.ts";
export { adoptOffline, standingOrders } from "./standing-orders.ts";
export { tidySources } from "./tidy.ts";

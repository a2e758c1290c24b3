/**
 * model: the nouns of the product as zod schemas and the types inferred from them. No behaviour, no I/O.
 * Nouns: region, project, workload, tag, policy, attachment, backup, copy, job, step, slot, restore, verification,
 * event.
 * Invariants: field names are those of the API; times cross this boundary as ISO 8601 strings with an offset in UTC,
 * sizes as `_bytes`, durations inside a policy as the text the user wrote (`6h`, `30m`).
 */
export * from "./attachment.ts";
export * from "./backup.ts";
export * from "./common.ts";
export * from "./drill.ts";
export * from "./event.ts";
export * from "./database-source.ts";
export * from "./inventory.ts";
export * from "./job.ts";
export * from "./policy.ts";
export * from "./slot.ts";
export * from "./validation.ts";
export * from "./zoned.ts";

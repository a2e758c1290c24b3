/**
 * policy: what is promised for which workloads. Nouns: policy and its versions, template, schedule rule, selector,
 * attachment, binding, effective policy, RPO.
 * Invariants: a stored policy has passed every check of `parsePolicy`; an edit makes a new version and old ones stay,
 * since backups name theirs; selection is computed from the inventory as it is now and never stored; an opt-out wins
 * over every attachment; an empty selector is an error, never "everything".
 */
export * from "./attachment-preview.ts";
export * from "./attachments.ts";
export * from "./effective.ts";
export * from "./errors.ts";
export * from "./parse.ts";
export * from "./policies.ts";
export * from "./rpo.ts";
export * from "./schedule-rule.ts";
export * from "./selection.ts";
export * from "./selector.ts";
export * from "./selector-sql.ts";
export * from "./templates.ts";

/**
 * protocol: what crosses a wire, as zod schemas on top of the model. No I/O.
 * Nouns: request, answer, problem, page, view (a noun of the model with the names of what it belongs to).
 * Invariants: requests refuse fields they do not know; answers may gain fields within a version, so clients ignore
 * unknown ones; every error is a problem with a stable `code`.
 */
export * from "./access.ts";
export * from "./agents.ts";
export * from "./alerts.ts";
export * from "./audit.ts";
export * from "./applications.ts";
export * from "./siem.ts";
export * from "./archiving.ts";
export * from "./backups.ts";
export * from "./billing.ts";
export * from "./common.ts";
export * from "./coverage.ts";
export * from "./drills.ts";
export * from "./evidence.ts";
export * from "./incidents.ts";
export * from "./integrity.ts";
export * from "./files.ts";
export * from "./inventory.ts";
export * from "./jobs.ts";
export * from "./keys.ts";
export * from "./local.ts";
export * from "./oncall.ts";
export * from "./planning.ts";
export * from "./policies.ts";
export * from "./problem.ts";
export * from "./recovery.ts";
export * from "./reports.ts";
export * from "./rotations.ts";
export * from "./tiers.ts";
export * from "./usage.ts";

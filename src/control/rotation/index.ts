/**
 * rotation: the keys of projects, and how they change.
 * Nouns: project key (the CMK of a project; its alias in the key manager is the project's id), grant, denial.
 * Invariants: the key manager decides and records every use and change by itself; what is written here only tells of
 * it.
 */
export * from "./errors.ts";
export * from "./keys.ts";

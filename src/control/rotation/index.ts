/**
 * rotation: the keys of projects, and how they change.
 * Nouns: project key (the CMK of a project; its alias in the key manager is the project's id), grant, denial, rotation
 * (new version, keys wrapped anew, new epoch), phase, schedule, retirement (of an old version), shredding.
 * Invariants: the key manager decides and records every use and change by itself; a rotation may die at any step and
 * goes on; an epoch is the same key in every replica; an old version goes only when no region has anything that depends
 * on it, after a sample was read whole under the newer one, and 30 days later.
 */
export { enqueueReseals, nextOf, planReseals } from "./due.ts";
export * from "./errors.ts";
export * from "./keys.ts";
export type { RotationPorts } from "./ports.ts";
export { planRotation, requestRotation } from "./request.ts";
export { resealHandler } from "./reseal.ts";
export * from "./retire.ts";
export { rotateHandler } from "./rotate.ts";
export * from "./schedule.ts";
export { shredProject } from "./shred.ts";
export { rotationStatus } from "./status.ts";

/**
 * sweep: gives back the storage that no live backup needs, beside everything else that runs (docs/adr/0009).
 * Nouns: mark, live, dead and half-dead pack, condemned, resurrected, locked, plan, pending.
 * Invariants:
 * - A pack is deleted only after a durable state condemned it, after every writer that began before that state has
 *   ended or was fenced off, and after a last look at every manifest that is there then.
 * - Of sweeps that start from the same state one decides; no clock and no lock decides about what is safe.
 * - Whatever cannot be read counts as needed: a manifest stops the sweep, a page or chunk keeps all that backups name.
 * - Killed at any step, it leaves every live backup whole, and the next sweep ends what it began.
 */
export { planSweep } from "./plan.ts";
export { openedSegments } from "./segments.ts";
export { hotter, isOver, readLive } from "./backups.ts";
export { runSweep } from "./run.ts";
export type { LockedObject, ResealChoice, SweepOptions, SweepPlan, SweepReport, Thawing, WaitingFor } from "./types.ts";

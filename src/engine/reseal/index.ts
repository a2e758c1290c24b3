/**
 * reseal: brings data under the epoch in force (docs/security/rotation.md), and tells what still lies under older ones.
 * Nouns: epoch, phase (hot, warm, cold: the tier that a pack's backups need), budget, locked remainder, thaw.
 * Invariants:
 * - A pack is sealed anew by the sweep's own machinery (docs/adr/0009): new packs and their index first, then one state
 *   that condemns the old ones, then they go when nobody relies on them. There is no second way.
 * - Chunk ids do not change, so deduplication does not end; a locked pack keeps its epoch until its lock ends.
 * - Killed at any step, it leaves every backup whole, and the next run goes on.
 */
export { type BackupPhases, PHASES, type Phase } from "./phases.ts";
export { runReseal, type ResealOptions } from "./run.ts";
export { type EpochNeed, type PhaseFigures, surveyEpochs, type EpochSurvey } from "./survey.ts";

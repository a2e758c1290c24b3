/**
 * tier: in which tier each pack of a repository stands. Nouns: tier rule (durations and prices), move, plan, deferral.
 * Invariants: a pack stands in the hottest tier that any backup of the repository needs; packs of trees stay hot, since
 * sweeps and plans walk them; nothing is moved before its minimum storage duration, nor into a class it would leave
 * before that of its own accord; a move is complete or did not happen, so a run killed anywhere is run again.
 */
export { coldPacks, type ColdPacks, thawPacks, type ThawState } from "./cold.ts";
export { planTiers } from "./plan.ts";
export { runTiers } from "./run.ts";
export * from "./types.ts";

/**
 * incidents: somebody asks for help with a restore. Nouns: incident, scope, success criterion, timeline, debrief,
 * allowance.
 * Invariants: each incident has a response clock by its severity and the project's calendar, and its breach is noted
 * once; success criteria are written first and looked at before it closes; the timeline is what was recorded; each
 * incident counts once against its year's allowance, and none is refused because of it.
 */
export { incidentDocument } from "./document.ts";
export { incidentFacts } from "./facts.ts";
export * from "./incidents.ts";
export * from "./timeline.ts";

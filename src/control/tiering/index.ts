/**
 * tiering: in which tier a backup's packs stand, and how a cold one becomes readable. Nouns: tier settings (of a
 * region), tier plan and run, thaw, estimate.
 * Invariants: a backup's tier follows from its age and its policy, a pack's from all backups that need it; a region
 * whose tiers are off is left as it is; whoever needs a cold backup (restore, verification, copy) asks for its thaw,
 * waits without holding a worker, and goes on by itself; an estimate is told before anything is asked for.
 */
export { desiredTiers, tierOfAge } from "./desired.ts";
export * from "./errors.ts";
export { planTierRuns, previewTiers, requestTierRun, tierHandler, tierStatus } from "./runs.ts";
export {
  DEFAULT_SETTINGS,
  readTierSettings,
  type TierSettings,
  tierSettingsSchema,
  writeTierSettings,
} from "./settings.ts";
export {
  awaitThaw,
  coldBackup,
  estimateThaw,
  isFrozen,
  listThaws,
  nextLook,
  requestThaw,
  type ThawEstimate,
  thawHandler,
} from "./thaws.ts";

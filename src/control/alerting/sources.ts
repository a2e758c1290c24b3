import type { FactSource } from "./fact.ts";
import { agents } from "./facts/agents.ts";
import { anomalies } from "./facts/anomalies.ts";
import { backupRuns, missedRuns } from "./facts/backups.ts";
import { replication, retention, storageGrowth, verifications } from "./facts/data.ts";
import { drillResults } from "./facts/drill-results.ts";
import { drills } from "./facts/drills.ts";
import { archives } from "./facts/archives.ts";
import { buckets } from "./facts/buckets.ts";
import { ledgers } from "./facts/ledgers.ts";
import { clockJumps, coverage, evidence } from "./facts/system.ts";

/** What this room finds out by itself. Rooms behind it bring their own, and the server puts them together. */
export const factSources: readonly FactSource[] = [
  backupRuns,
  missedRuns,
  verifications,
  ledgers,
  replication,
  storageGrowth,
  retention,
  coverage,
  clockJumps,
  evidence,
  anomalies,
  drills,
  drillResults,
  archives,
  buckets,
  agents,
];

import type { Clock, Random } from "../../base/index.ts";
import type { KeyAdmin } from "../../engine/keys/index.ts";
import { type BackupPhases, type EpochSurvey, type Phase, PHASES } from "../../engine/reseal/index.ts";
import type { ObjectStore } from "../../engine/store/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Engine, Repositories, RepositoryRow } from "../repositories/index.ts";
import { desiredTiers } from "../tiering/index.ts";

export const DAY_MS = 86_400_000;

/** How long each phase may take; its packs go in equal parts over that time. */
export const PHASE_MS = { hot: 0, warm: 14 * DAY_MS, cold: 30 * DAY_MS } as const;

export interface RotationPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly engine: Engine;
  readonly repositories: Repositories;
  readonly key_admin: KeyAdmin;
}

/** The tier that each backup needs now, by the ages of its policy. */
export async function phasesOf(project_id: string, { db, clock }: RotationPorts): Promise<BackupPhases> {
  const tiers = await desiredTiers(db, project_id, clock.now_ms());
  return new Map([...tiers].map(([backup_id, { tier }]) => [backup_id, tier]));
}

/**
 * Phases in which nothing is left. Packs grow older, and those of a hotter phase come into a colder one: so a phase is
 * through when it and all before it are empty.
 */
export function throughPhases(phases: EpochSurvey["phases"]): Phase[] {
  return PHASES.filter((_, at) => PHASES.slice(0, at + 1).every((phase) => phases[phase].packs === 0));
}

/** The project's replicas, the first region first: always in the same order. */
export function replicasOf(db: Db, project_id: string): Promise<RepositoryRow[]> {
  return db
    .selectFrom("repositories")
    .selectAll()
    .where("project_id", "=", project_id)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

/** Runs `work` with the stores of all replicas open. */
export function withStores<T>(
  repositories: Repositories,
  rows: readonly RepositoryRow[],
  work: (stores: readonly ObjectStore[]) => Promise<T>,
  opened: readonly ObjectStore[] = [],
): Promise<T> {
  const [next, ...rest] = rows;
  if (next === undefined) return work(opened);
  return repositories.useStore(next, (store) => withStores(repositories, rest, work, [...opened, store]));
}

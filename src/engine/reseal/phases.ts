import type { StorageTier } from "../store/index.ts";

/** In the order in which they are sealed anew. */
export const PHASES = ["hot", "warm", "cold"] as const satisfies readonly StorageTier[];
export type Phase = StorageTier;

/** In which phase each backup (id) is; one that is not named is hot. A pack is in the hottest of its backups. */
export type BackupPhases = ReadonlyMap<string, Phase>;

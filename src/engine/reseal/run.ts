import type { ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";
import { runSweep, type SweepReport } from "../sweep/index.ts";
import type { BackupPhases, Phase } from "./phases.ts";

export interface ResealOptions {
  readonly repository: Repository;
  readonly phase: Phase;
  readonly backups: BackupPhases;
  /** How many bytes of packs this run takes at most. */
  readonly bytes_max: number;
  readonly bytes_per_second?: number;
  /** How long to wait for writers and readers that began before; what is left is finished by the next run or sweep. */
  readonly wait_ms?: number;
  /** Deleted backups (ids) that must stay all the same. */
  readonly held?: ReadonlySet<string>;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

/**
 * Seals packs of one phase anew under the epoch in force, up to a budget. It is a sweep that rewrites them besides what
 * is dead anyway; half-dead packs of this epoch are left to other sweeps.
 * @throws as runSweep
 */
export function runReseal(o: ResealOptions): Promise<SweepReport> {
  const { repository, phase, backups, bytes_max, bytes_per_second, held, signal, onProgress } = o;
  return runSweep({
    repository,
    unused_share_max: 1,
    reseal: {
      below_epoch: repository.current_epoch.epoch,
      phase,
      backups,
      bytes_max,
      ...(bytes_per_second === undefined ? {} : { bytes_per_second }),
    },
    ...(o.wait_ms === undefined ? {} : { wait_ms: o.wait_ms }),
    ...(held === undefined ? {} : { held }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

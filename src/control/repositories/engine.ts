import type { Clock, Random } from "../../base/index.ts";
import type { BackupOptions, BackupPlan, BackupReport, StreamBackupOptions } from "../../engine/backup/index.ts";
import type { CheckOptions, CheckReport, PacksReport, VerificationReport } from "../../engine/check/index.ts";
import type { CopyPlan, CopyReport, CopyRequest, CopyRunOptions } from "../../engine/copy/index.ts";
import type { KeyManager } from "../../engine/keys/index.ts";
import type { Repository } from "../../engine/repository/index.ts";
import type { ResealOptions, surveyEpochs } from "../../engine/reseal/index.ts";
import type { RestorePlan, RestoreReport, RestoreRequest, RestoreRunOptions } from "../../engine/restore/index.ts";
import type { SweepOptions, SweepReport } from "../../engine/sweep/index.ts";
import type { TierOptions, TierPlan, TierReport } from "../../engine/tier/index.ts";
import type { ObjectStore, StoreConfig } from "../../engine/store/index.ts";

/**
 * What the control plane asks of the data plane. The server passes the engine's own functions in; a test that needs a
 * failure at one exact point wraps one of them.
 */
export interface Engine {
  openStore(config: StoreConfig): Promise<ObjectStore>;
  createRepository(options: {
    store: ObjectStore;
    keys: KeyManager;
    cmk_key_id: string;
    clock: Clock;
    random: Random;
  }): Promise<{ repository_id: string }>;
  openRepository(options: {
    store: ObjectStore;
    store_config: StoreConfig;
    keys: KeyManager;
    clock: Clock;
    random: Random;
  }): Promise<Repository>;
  planBackup(options: BackupOptions): Promise<BackupPlan>;
  runBackup(options: BackupOptions): Promise<BackupReport>;
  runStreamBackup(options: StreamBackupOptions): Promise<BackupReport>;
  planRestore(request: RestoreRequest): Promise<RestorePlan>;
  runRestore(plan: RestorePlan, options?: RestoreRunOptions): Promise<RestoreReport>;
  verifyBackup(options: CheckOptions & { backup_id: string }): Promise<VerificationReport>;
  checkRepository(options: CheckOptions): Promise<CheckReport>;
  verifyPacks(options: CheckOptions & { pack_ids: readonly string[] }): Promise<PacksReport>;
  planCopy(request: CopyRequest): Promise<CopyPlan>;
  runCopy(plan: CopyPlan, options?: CopyRunOptions): Promise<CopyReport>;
  runSweep(options: SweepOptions): Promise<SweepReport>;
  runReseal(options: ResealOptions): Promise<SweepReport>;
  surveyEpochs: typeof surveyEpochs;
  planTiers(options: TierOptions): Promise<TierPlan>;
  runTiers(options: TierOptions): Promise<TierReport>;
}

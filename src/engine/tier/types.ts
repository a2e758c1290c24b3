import type { ProgressListener } from "../pipeline/index.ts";
import type { Repository } from "../repository/index.ts";
import type { StorageTier } from "../store/index.ts";

export type PerTier<T> = Readonly<Record<StorageTier, T>>;

/** What a region's tiers cost and ask for. */
export interface TierRules {
  /** For a GiB a month, in the region's currency; null: not said. */
  readonly price_gib_month: PerTier<number | null>;
  /** Whoever leaves the class earlier pays for the rest. */
  readonly min_days: PerTier<number>;
}

/** What one backup needs. */
export interface BackupTier {
  readonly tier: StorageTier;
  /** Null: nothing ends it. */
  readonly expires_at_ms: number | null;
}

export interface TierOptions {
  readonly repository: Repository;
  readonly rules: TierRules;
  /** By backup id; a backup of the repository that is not named here needs the hot tier. */
  readonly backups: ReadonlyMap<string, BackupTier>;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
}

export interface TierMove {
  readonly pack: string;
  readonly size_bytes: number;
  readonly from: StorageTier;
  readonly to: StorageTier;
}

/**
 * Why a pack stays where another tier would do: `minimum`: it has not been in its class for as long as that must be
 * paid; `expires`: it would leave the colder class before that one's minimum; `locked`: the storage cannot move it.
 */
export type Deferral = "minimum" | "expires" | "locked";

export interface Sum {
  readonly packs: number;
  readonly bytes: number;
}

export interface TierPlan {
  readonly moves: readonly TierMove[];
  readonly moves_by: readonly (Sum & { readonly from: StorageTier; readonly to: StorageTier })[];
  readonly deferred: Readonly<Record<Deferral, Sum>>;
  readonly now: PerTier<Sum>;
  readonly after: PerTier<Sum>;
  /** A month, at the region's prices; null where one of them is not said. */
  readonly saves_month: number | null;
  readonly backups: PerTier<number>;
}

export interface TierReport {
  readonly plan: TierPlan;
  readonly packs_moved: number;
  readonly bytes_moved: number;
  /** Cold packs that a hotter tier needs and that are being thawed; a later run moves them. */
  readonly packs_thawing: number;
  /** Could not be moved after all: locked since, or gone. */
  readonly packs_left: number;
}

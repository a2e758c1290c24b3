import { duration_ms, gfsClasses } from "../../model/index.ts";
import type { GfsClass, Policy, PolicySpec } from "../../model/index.ts";
import { rpo_ms } from "./rpo.ts";
import { zoneOf } from "./schedule-rule.ts";

/** What all policies on a workload together promise: the strictest of each. */
export interface EffectivePolicy {
  /** The one that decides where a choice is needed: strictest RPO, then longest retention, then name. */
  readonly primary: Policy;
  readonly policies: readonly Policy[];
  readonly rpo_ms: number;
  readonly retention: Readonly<Partial<Record<GfsClass, number>>>;
  /** So many of the newest good backups stay, however old; 0: none for that alone. */
  readonly keep_last: number;
  /** Every good backup stays at least so long; 0: none for that alone. */
  readonly keep_within_ms: number;
  /** Zone of the retention's days, weeks and months. */
  readonly zone: string;
  readonly cross_regions: readonly string[];
  readonly lock: EffectiveLock | null;
  readonly storage_class: string;
  /** Why each of these is what it is; one sentence each. */
  readonly reasons: readonly string[];
}

export interface EffectiveLock {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  /** Null: as long as the backup is kept. */
  readonly days_max: number | null;
}

const DAYS: Readonly<Record<GfsClass, number>> = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 30.4, yearly: 365 };

/** Puts the policies of one workload together. `policies` must not be empty. */
export function effectivePolicy(policies: readonly Policy[]): EffectivePolicy {
  const ordered = [...policies].sort(byPrecedence);
  const [primary] = ordered;
  if (primary === undefined) throw new TypeError("a workload without a policy has no effective policy");
  const retention: Partial<Record<GfsClass, number>> = {};
  const reasons: string[] = [];
  const strictest = Math.min(...ordered.map((policy) => rpo_ms(policy.spec)));
  reasons.push(`RPO from ${primary.name}${ordered.length > 1 ? ", the strictest" : ""}`);
  for (const gfs_class of gfsClasses) {
    const longest = [...ordered].sort(
      (a, b) => (b.spec.retention[gfs_class] ?? 0) - (a.spec.retention[gfs_class] ?? 0),
    )[0];
    const count = longest?.spec.retention[gfs_class] ?? 0;
    if (longest === undefined || count === 0) continue;
    retention[gfs_class] = count;
    reasons.push(`${gfs_class}: ${count} from ${longest.name}${ordered.length > 1 ? ", the longest" : ""}`);
  }
  const keep_last = Math.max(...ordered.map(({ spec }) => spec.retention.keep_last ?? 0));
  if (keep_last > 0) reasons.push(`the newest ${keep_last} stay${ordered.length > 1 ? ", the largest count" : ""}`);
  const keep_within_ms = Math.max(...ordered.map(({ spec }) => duration_ms(spec.retention.keep_within ?? "0s")));
  if (keep_within_ms > 0) reasons.push(`every one stays for ${keep_within_ms / 86_400_000} days`);
  const cross_regions = [...new Set(ordered.flatMap((policy) => policy.spec.copy?.cross_region ?? []))];
  const lock = ordered.map((policy) => lockOf(policy.spec)).reduce(stricterLock, null);
  if (lock !== null)
    reasons.push(
      `object lock ${lock.mode}${lock.days_max === null ? " until expiry" : `, at most ${lock.days_max} days`}`,
    );
  const storage_class = primary.spec.target?.storage_class ?? "STANDARD";
  const zone = zoneOf(primary.spec);
  return {
    primary,
    policies: ordered,
    rpo_ms: strictest,
    retention,
    keep_last,
    keep_within_ms,
    zone,
    cross_regions,
    lock,
    storage_class,
    reasons,
  };
}

/** How a policy locks its backups; null when it does not. */
export function lockOf(spec: PolicySpec): EffectiveLock | null {
  if (spec.immutable) return { mode: "COMPLIANCE", days_max: null };
  const lock = spec.target?.object_lock;
  return lock === undefined ? null : { mode: lock.mode, days_max: lock.days };
}

/** COMPLIANCE over GOVERNANCE, and the longer bound of two. */
function stricterLock(a: EffectiveLock | null, b: EffectiveLock | null): EffectiveLock | null {
  if (a === null || b === null) return a ?? b;
  const mode = a.mode === "COMPLIANCE" || b.mode === "COMPLIANCE" ? "COMPLIANCE" : "GOVERNANCE";
  const days_max = a.days_max === null || b.days_max === null ? null : Math.max(a.days_max, b.days_max);
  return { mode, days_max };
}

function byPrecedence(a: Policy, b: Policy): number {
  return rpo_ms(a.spec) - rpo_ms(b.spec) || retentionDays(b.spec) - retentionDays(a.spec) || (a.name < b.name ? -1 : 1);
}

/** About how long the policy keeps its longest-kept backup. */
function retentionDays(spec: PolicySpec): number {
  const within = duration_ms(spec.retention.keep_within ?? "0s") / 86_400_000;
  return Math.max(within, ...gfsClasses.map((gfs_class) => (spec.retention[gfs_class] ?? 0) * DAYS[gfs_class]));
}

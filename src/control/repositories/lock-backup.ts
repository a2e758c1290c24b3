import type { Clock } from "../../base/index.ts";
import type { Manifest } from "../../engine/repository/index.ts";
import type { ObjectLock, ObjectStore } from "../../engine/store/index.ts";

const AT_ONCE = 8;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How far the dates of shared packs are rounded up, by how long a backup is locked: each backup of an epoch that asks
 * for a date in the same epoch finds the lock it needs, so a pack is touched at most once an epoch. The price is that a
 * pack nobody needs any more may stay locked for up to one epoch. No epoch is longer than the 14 days for which a
 * deleted backup stays recoverable: as long its packs are needed all the same.
 */
const EPOCHS: readonly { readonly from_ms: number; readonly epoch_ms: number }[] = [
  { from_ms: 180 * DAY_MS, epoch_ms: 14 * DAY_MS },
  { from_ms: 28 * DAY_MS, epoch_ms: 7 * DAY_MS },
  { from_ms: 7 * DAY_MS, epoch_ms: 2 * DAY_MS },
  { from_ms: DAY_MS, epoch_ms: DAY_MS / 2 },
  { from_ms: 2 * HOUR_MS, epoch_ms: HOUR_MS },
];

/** The date to which the packs of a backup are locked; its own manifest is locked to `until_ms`. */
export function packLockUntil(made_ms: number, until_ms: number): number {
  const epoch = EPOCHS.find(({ from_ms }) => until_ms - made_ms >= from_ms)?.epoch_ms ?? 1;
  return Math.ceil(until_ms / epoch) * epoch;
}

/** What locking one backup took: requests to the store, and packs known to be locked long enough without asking. */
export interface LockCounts {
  readonly lock_calls: number;
  readonly lock_looks: number;
  readonly lock_covered: number;
}

export interface BackupLock extends ObjectLock {
  /** Where packs, config and keys are locked to; no earlier than the lock itself. */
  readonly packs_until_ms: number;
}

/**
 * Locks everything a restore of this backup needs in one region: its packs, config and keys, and its manifest last.
 * (The index needs no lock: it can be made again from the packs.) Objects shared with other backups keep a lock that
 * holds longer: a lock is only ever extended or made stricter, and so the call may be repeated.
 * Resolves when all locks are durable. @param covered packs (ids) that are known to be locked as long. @throws STORE_*
 */
export async function lockBackup(
  store: ObjectStore,
  manifest: Pick<Manifest, "backup_id" | "packs">,
  lock: BackupLock,
  clock: Clock,
  covered: ReadonlySet<string> = new Set(),
): Promise<LockCounts> {
  const counts = { lock_calls: 0, lock_looks: 0, lock_covered: 0 };
  const shared: ObjectLock = { mode: lock.mode, retain_until_ms: lock.packs_until_ms };
  const keys = ["config"];
  for await (const { key } of store.list("keys/")) keys.push(key);
  for (const pack of manifest.packs) {
    if (covered.has(pack)) counts.lock_covered++;
    else keys.push(`packs/${pack.slice(0, 2)}/${pack}`);
  }
  const rest = keys.values();
  const extendOne = async (key: string, wanted: ObjectLock) => {
    counts.lock_looks++;
    if (await extend(store, key, wanted, clock.now_ms())) counts.lock_calls++;
  };
  const worker = async (): Promise<void> => {
    for (const key of rest) await extendOne(key, shared);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { mode, retain_until_ms } = lock;
  await extendOne(`manifests/${manifest.backup_id}`, { mode, retain_until_ms });
  return counts;
}

/** @returns whether the store had to be told */
async function extend(store: ObjectStore, key: string, wanted: ObjectLock, now_ms: number): Promise<boolean> {
  const found = (await store.stat(key))?.lock;
  const running = found !== undefined && found.retain_until_ms > now_ms ? found : undefined;
  // The stricter mode, the later date: one object has one lock, and neither of its backups may get less than promised.
  const mode = running?.mode === "COMPLIANCE" ? "COMPLIANCE" : wanted.mode;
  const retain_until_ms = Math.max(wanted.retain_until_ms, running?.retain_until_ms ?? 0);
  if (retain_until_ms <= now_ms) return false; // it has ended before it could begin
  if (running?.mode === mode && running.retain_until_ms === retain_until_ms) return false;
  await store.lock(key, { mode, retain_until_ms });
  return true;
}

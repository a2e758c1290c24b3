import { storeError } from "./errors.ts";
import type { DeleteOptions, ObjectLock } from "./port.ts";

/** The rules of object locks, apart from where a lock is kept. Adapters of every kind obey them. */

const LOCK_AT_MAX_MS = 8.64e15; // the last date a Date can hold

export function isRunning(lock: ObjectLock | undefined, now_ms: number): lock is ObjectLock {
  return lock !== undefined && now_ms < lock.retain_until_ms;
}

/** ISO date for messages. */
export function lockDate(lock: ObjectLock): string {
  return new Date(lock.retain_until_ms).toISOString();
}

/** Is `value` (read from disk, or given by a caller) a lock? */
export function isObjectLock(value: unknown): value is ObjectLock {
  if (typeof value !== "object" || value === null) return false;
  const { mode, retain_until_ms } = value as Partial<ObjectLock>;
  return (
    (mode === "GOVERNANCE" || mode === "COMPLIANCE") &&
    Number.isSafeInteger(retain_until_ms) &&
    Math.abs(retain_until_ms as number) <= LOCK_AT_MAX_MS
  );
}

/** The lock that a delete has to obey. */
export function lockAgainst(lock: ObjectLock | undefined, options: DeleteOptions | undefined): ObjectLock | undefined {
  return options?.bypass_governance === true && lock?.mode === "GOVERNANCE" ? undefined : lock;
}

/** @throws STORE_LOCKED when a running lock forbids what is about to happen. */
export function assertUnlocked(key: string, lock: ObjectLock | undefined, now_ms: number, doing: string): void {
  if (isRunning(lock, now_ms)) throw locked(key, lock, `cannot ${doing} ${key}`);
}

/**
 * A lock must protect from the moment it is set.
 * @param latest_ms the highest time known: the clock's, or what the store has seen before if that is later.
 * @throws STORE_BAD_REQUEST for a date already past, STORE_CLOCK_BEHIND when only a clock set back hides that.
 */
export function assertNewLock(key: string, lock: ObjectLock, now_ms: number, latest_ms: number): void {
  if (!isObjectLock(lock)) throw storeError("STORE_BAD_REQUEST", `the lock asked for ${key} is malformed`, { key });
  if (lock.retain_until_ms <= now_ms) {
    throw storeError("STORE_BAD_REQUEST", `the lock asked for ${key} ends in the past, at ${lockDate(lock)}`, { key });
  }
  if (lock.retain_until_ms <= latest_ms) {
    const seen = new Date(latest_ms).toISOString();
    throw storeError(
      "STORE_CLOCK_BEHIND",
      `the lock asked for ${key} ends at ${lockDate(lock)}, but this store has already seen ${seen}; ` +
        `the clock now says ${new Date(now_ms).toISOString()}`,
      { key, seen_at: seen },
    );
  }
}

/**
 * May `next` take the place of `current`? A running lock is only ever extended, and COMPLIANCE stays COMPLIANCE.
 * @throws STORE_LOCKED
 */
export function assertLockChange(key: string, current: ObjectLock | undefined, next: ObjectLock, now_ms: number): void {
  if (!isRunning(current, now_ms)) return;
  if (next.retain_until_ms < current.retain_until_ms) {
    throw locked(key, current, `cannot shorten the lock of ${key} to ${lockDate(next)}`);
  }
  if (current.mode === "COMPLIANCE" && next.mode === "GOVERNANCE") {
    throw locked(key, current, `cannot weaken the lock of ${key} to GOVERNANCE`);
  }
}

function locked(key: string, lock: ObjectLock, refusal: string) {
  return storeError("STORE_LOCKED", `${refusal}: it is locked (${lock.mode}) until ${lockDate(lock)}`, {
    key,
    mode: lock.mode,
    retain_until: lockDate(lock),
  });
}

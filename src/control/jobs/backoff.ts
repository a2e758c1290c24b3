import type { Random, Retry } from "../../base/index.ts";

/** Longest pause between two attempts. */
const BACKOFF_MAX_MS = 3_600_000;
/** Where somebody has to act first, trying as often as with a passing fault would only fill the log. */
const LATER_FACTOR = 5;

/**
 * Pause before the next attempt in milliseconds: `base_ms` doubled with every failure so far, at most an hour, and
 * between half and all of that by chance, so that jobs that failed together do not come back together.
 */
export function retryDelay_ms(
  retry: Exclude<Retry, "never">,
  failures: number,
  base_ms: number,
  random: Random,
): number {
  const first_ms = retry === "later" ? base_ms * LATER_FACTOR : base_ms;
  const full_ms = Math.min(first_ms * 2 ** Math.max(0, failures - 1), BACKOFF_MAX_MS);
  const share = random.bytes(4).readUInt32LE() / 2 ** 32;
  return Math.round(full_ms * (0.5 + share / 2));
}

import { createHash } from "node:crypto";

const TWO_POW_32 = 2 ** 32;

/**
 * This workload's share of a policy's jitter, from 0 to below `jitter_ms`: always the same, so that the distance
 * between its runs stays what the schedule says, and spread evenly over workloads.
 */
export function jitterShare_ms(workload_id: string, policy_id: string, jitter_ms: number): number {
  const hash = createHash("sha256").update(`${workload_id}\0${policy_id}`).digest().readUInt32BE(0);
  return Math.floor((hash / TWO_POW_32) * jitter_ms);
}

export const PHASES = ["hot", "warm", "cold"] as const;
export type Phase = (typeof PHASES)[number];

/** Up to which age a backup is hot, and up to which one warm. */
export interface PhaseAges {
  readonly hot_ms: number;
  readonly warm_ms: number;
}

/** In which phase a pack comes whose youngest backup was made then. */
export function phaseOf(youngest_ms: number, now_ms: number, ages: PhaseAges): Phase {
  const age_ms = now_ms - youngest_ms;
  if (age_ms <= ages.hot_ms) return "hot";
  return age_ms <= ages.warm_ms ? "warm" : "cold";
}

/** From when (inclusive) to when (exclusive) the youngest backup of a pack of this phase was made. */
export function spanOf(phase: Phase, now_ms: number, ages: PhaseAges): { from_ms: number; before_ms: number } {
  const hot_from_ms = now_ms - ages.hot_ms;
  const warm_from_ms = now_ms - ages.warm_ms;
  if (phase === "hot") return { from_ms: hot_from_ms, before_ms: Number.POSITIVE_INFINITY };
  if (phase === "warm") return { from_ms: warm_from_ms, before_ms: hot_from_ms };
  return { from_ms: Number.NEGATIVE_INFINITY, before_ms: warm_from_ms };
}

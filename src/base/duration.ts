const DURATION_UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};

/**
 * `90s`, `30m`, `6h`, `7d`, `4w`, `1y` or a sum such as `1h30m`. Days are 24 h and years 365 d: a span, not a calendar
 * walk.
 */
export const DURATION = /^(\d{1,9}[smhdwy])+$/;

/** Milliseconds of a text that {@link DURATION} matches. */
export function duration_ms(text: string): number {
  let total_ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdwy])/g)) {
    total_ms += Number(count) * (DURATION_UNIT_MS[unit ?? ""] ?? 0);
  }
  return total_ms;
}

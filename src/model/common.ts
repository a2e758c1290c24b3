import * as z from "zod";

/** Names of regions, projects, policies and workloads: what fits a URL, a tag value and a file name alike. */
export const nameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/,
    "1 to 127 letters, digits, '.', '_' or '-', starting with a letter or digit",
  );

/** An instant, ISO 8601 in UTC, e.g. `2026-05-11T02:00:00.000Z`. */
export const instantSchema = z.iso.datetime({ offset: true });

/** An IANA time zone this machine knows, e.g. `Asia/Dhaka`. */
export const timeZoneSchema = z.string().refine(isTimeZone, "an IANA time zone such as Asia/Dhaka or UTC");

/** Does this runtime's time zone data know the zone? */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    // Offsets such as "+06:00" are accepted by Intl but carry no daylight saving rules: a policy must name a place.
    return !/^[+-]/.test(zone);
  } catch {
    return false;
  }
}

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
export const durationSchema = z.string().regex(/^(\d{1,9}[smhdwy])+$/, "a duration such as 30m, 6h, 7d or 1h30m");

/** Milliseconds of a duration that {@link durationSchema} accepts. */
export function duration_ms(text: string): number {
  let total_ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdwy])/g)) {
    total_ms += Number(count) * (DURATION_UNIT_MS[unit ?? ""] ?? 0);
  }
  return total_ms;
}

/** Plain JSON, as it is kept in a jsonb column. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

import * as z from "zod";
import { DURATION } from "../base/index.ts";

export { duration_ms } from "../base/index.ts";

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

/** Zones that were found good: there are some 600, and asking the runtime takes a tenth of a millisecond. */
const known_zones = new Set<string>();

/** Does this runtime's time zone data know the zone? */
export function isTimeZone(zone: string): boolean {
  if (known_zones.has(zone)) return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    return false;
  }
  // Offsets such as "+06:00" are accepted by Intl but carry no daylight saving rules: a policy must name a place.
  if (/^[+-]/.test(zone)) return false;
  if (known_zones.size < ZONES_MAX) known_zones.add(zone);
  return true;
}

/** Any mixture of upper and lower case is accepted. */
const ZONES_MAX = 2000;

/** A span of time as text, see {@link DURATION}. */
export const durationSchema = z.string().regex(DURATION, "a duration such as 30m, 6h, 7d or 1h30m");

/** Plain JSON, as it is kept in a jsonb column. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

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

/** A span of time as text, see {@link DURATION}. */
export const durationSchema = z.string().regex(DURATION, "a duration such as 30m, 6h, 7d or 1h30m");

/** Plain JSON, as it is kept in a jsonb column. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

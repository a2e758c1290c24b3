import { obeysConditions } from "./conditional.ts";
import type { Wire } from "./requests.ts";

/**
 * What was found out about buckets, for all stores that this thread opens one after the other: each job opens its own,
 * and a far bucket answers slowly. Nothing here is worth more than the requests it saves.
 */

/** Buckets, or folders of them, that one thread remembers. */
const BUCKETS_MAX = 256;
const FOLDERS_MAX = 16_384;
/** Somebody may switch versioning on, or upgrade the service. */
const CONDITIONS_MS = 10 * 60_000;

interface Conditions {
  readonly obeys: Promise<boolean>;
  readonly until_ms: number;
}

const conditions = new Map<string, Conditions>();

/** Does the service obey `If-None-Match: *` in this bucket? Tried again after ten minutes, and after a failure. */
export async function rememberedConditions(wire: Wire): Promise<boolean> {
  const now_ms = wire.clock.monotonic_ms();
  const known = conditions.get(wire.place);
  if (known !== undefined && known.until_ms > now_ms) return known.obeys;
  const asked: Conditions = { obeys: obeysConditions(wire), until_ms: now_ms + CONDITIONS_MS };
  remember(conditions, wire.place, asked, BUCKETS_MAX);
  try {
    return await asked.obeys;
  } catch (error) {
    if (conditions.get(wire.place) === asked) conditions.delete(wire.place);
    throw error;
  }
}

const folders = new Map<string, true>();
const placeOf = (wire: Wire, folder: string) => `${wire.place}\0${wire.prefix}${folder}`;

/** Folders known to be no objects; the fan-out of a repository's packs is 256. */
export const foldersKnown = {
  has: (wire: Wire, folder: string): boolean => folders.has(placeOf(wire, folder)),
  add: (wire: Wire, folder: string): void => remember(folders, placeOf(wire, folder), true, FOLDERS_MAX),
  /** An object is about to stand there. */
  forget: (wire: Wire, key: string): void => void folders.delete(placeOf(wire, key)),
};

/** The oldest goes first. */
function remember<T>(map: Map<string, T>, key: string, value: T, size_max: number): void {
  map.delete(key);
  map.set(key, value);
  for (const [oldest] of map) {
    if (map.size <= size_max) return;
    map.delete(oldest);
  }
}

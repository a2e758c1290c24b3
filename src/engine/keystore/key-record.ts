import { z } from "zod";
import { keyError, type KeyInfo, type KeyState } from "../keys/index.ts";

/** No base64 begins like this. */
export const VAULT_PREFIX = "vault:";

const state = z.enum(["ENABLED", "DISABLED", "PENDING_DESTRUCTION", "DESTROYED"]);
const time = z.iso.datetime();

const versionSchema = z.strictObject({
  version: z.int().min(1),
  state,
  created_at: time,
  destroy_at: time.nullable(),
  destroyed_at: time.nullable(),
  /** Sealed under the root secret, base64; `vault:KIND` when it lies in that vault; null once destroyed. */
  material: z.string().nullable(),
});

/** One file `keys/cmk_….json`. Versions are numbered 1, 2, 3 … and never removed, only destroyed. */
export const keyRecordSchema = z.strictObject({
  format: z.literal(1),
  key_id: z.string(),
  alias: z.string(),
  state,
  created_at: time,
  destroy_at: time.nullable(),
  /** The audit log's id of the change that wrote this file: tells after a crash whether that change was made. */
  change_id: z.string(),
  versions: z.array(versionSchema).min(1),
});

export type KeyRecord = z.infer<typeof keyRecordSchema>;
export type KeyVersionRecord = KeyRecord["versions"][number];
type Stated = { state: KeyState; destroy_at: string | null };

export function toKeyInfo(record: KeyRecord): KeyInfo {
  const { key_id, alias, state, created_at, destroy_at } = record;
  return {
    key_id,
    alias,
    state,
    created_at,
    destroy_at,
    versions: record.versions.map(({ material: _, ...info }) => info),
  };
}

/** @throws KEY_NOT_FOUND */
export function findVersion(record: KeyRecord, version: number): KeyVersionRecord {
  const found = record.versions[version - 1];
  if (found !== undefined) return found;
  throw keyError("KEY_NOT_FOUND", `key ${record.key_id} has no version ${version}`, { key_id: record.key_id, version });
}

/** The version that wraps: the newest one ENABLED. @throws KEY_DISABLED, KEY_DESTROYED */
export function versionForWrap(record: KeyRecord): KeyVersionRecord {
  requireUsable(record, `key ${record.key_id}`);
  const found = record.versions.findLast((version) => version.state === "ENABLED");
  if (found !== undefined) return found;
  throw keyError("KEY_DISABLED", `key ${record.key_id} has no enabled version`, { key_id: record.key_id });
}

/** @throws KEY_NOT_FOUND, KEY_DISABLED, KEY_DESTROYED */
export function versionForUnwrap(record: KeyRecord, version: number): KeyVersionRecord {
  const found = findVersion(record, version);
  requireUsable(found, `key ${record.key_id} version ${version}`);
  requireUsable(record, `key ${record.key_id}`);
  return found;
}

function requireUsable(stated: Stated, what: string): void {
  if (stated.state === "ENABLED") return;
  if (stated.state === "DESTROYED") throw keyError("KEY_DESTROYED", `${what} is destroyed`);
  const until = stated.destroy_at === null ? "" : `; it will be destroyed at ${stated.destroy_at}`;
  throw keyError("KEY_DISABLED", `${what} is ${stated.state}${until}`);
}

/** @throws KEY_DESTROYED, KEY_STATE_CONFLICT when `stated` is in none of the states the change starts from. */
export function requireState(stated: Stated, what: string, allowed: readonly KeyState[], change: string): void {
  if (allowed.includes(stated.state)) return;
  if (stated.state === "DESTROYED") throw keyError("KEY_DESTROYED", `${what} is destroyed: cannot ${change} it`);
  throw keyError("KEY_STATE_CONFLICT", `${what} is ${stated.state}: cannot ${change} it`);
}

import { hasCode } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { isRunning } from "../store/index.ts";
import { forgottenKey, manifestKey } from "./commit.ts";
import { repositoryError } from "./errors.ts";
import { decodeMacObject, encodeMacObject } from "./mac-object.ts";

/** A deleted backup: still there, whole and restorable, until a sweep after its date takes it away. */
export interface ForgottenBackup {
  readonly backup_id: string;
  readonly forgotten_at_ms: number;
  /** From then on the next sweep may remove it for good. */
  readonly recoverable_until_ms: number;
  /** The backup itself is gone; only its name is kept from being used again. */
  readonly removed: boolean;
}

const PREFIX = "forgotten/";

/**
 * Deletes a backup, recoverably: its manifest stays, a note beside it says until when.
 * @throws BACKUP_NOT_FOUND, BACKUP_IMMUTABLE while the manifest is locked (and the lock is not bypassed), STORE_*
 */
export async function forget(
  store: ObjectStore,
  backup_id: string,
  dates: { readonly now_ms: number; readonly recoverable_until_ms: number; readonly bypass_governance?: boolean },
  mac_key: Uint8Array,
): Promise<ForgottenBackup> {
  const found = await store.stat(manifestKey(backup_id));
  if (found === undefined) {
    throw repositoryError("BACKUP_NOT_FOUND", `there is no backup ${backup_id} in ${store.description}`, { backup_id });
  }
  const bypassed = dates.bypass_governance === true && found.lock?.mode === "GOVERNANCE";
  if (!bypassed && isRunning(found.lock, dates.now_ms)) {
    const until = new Date(found.lock.retain_until_ms).toISOString();
    throw repositoryError(
      "BACKUP_IMMUTABLE",
      `${backup_id} is immutable (${found.lock.mode}) and cannot be deleted before ${until}`,
      { backup_id, mode: found.lock.mode, retain_until: until },
    );
  }
  const { now_ms: forgotten_at_ms, recoverable_until_ms } = dates;
  const note = { backup_id, forgotten_at_ms, recoverable_until_ms };
  await store.put(forgottenKey(backup_id), encodeMacObject(note, mac_key));
  return { ...note, removed: false };
}

/** Keeps the name of a backup that is gone. */
export async function putRemoved(store: ObjectStore, backup: ForgottenBackup, mac_key: Uint8Array): Promise<void> {
  await store.put(forgottenKey(backup.backup_id), encodeMacObject({ ...backup, removed: true }, mac_key));
}

/** All deleted backups that can still be brought back, and names that are kept, by backup id. */
export async function readForgotten(store: ObjectStore, mac_key: Uint8Array): Promise<Map<string, ForgottenBackup>> {
  const found = new Map<string, ForgottenBackup>();
  for await (const { key } of store.list(PREFIX)) {
    const note = await readNote(store, key, mac_key);
    if (note !== undefined) found.set(note.backup_id, note);
  }
  return found;
}

/** `undefined` when the backup is not deleted. */
export function readForgottenOne(
  store: ObjectStore,
  backup_id: string,
  mac_key: Uint8Array,
): Promise<ForgottenBackup | undefined> {
  return readNote(store, forgottenKey(backup_id), mac_key);
}

async function readNote(store: ObjectStore, key: string, mac_key: Uint8Array): Promise<ForgottenBackup | undefined> {
  let bytes: Buffer;
  try {
    bytes = await store.get(key);
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    throw error;
  }
  const note = decodeMacObject(key, bytes, mac_key);
  const { backup_id, forgotten_at_ms, recoverable_until_ms, removed } = note;
  const sane =
    backup_id === key.slice(PREFIX.length) &&
    Number.isSafeInteger(forgotten_at_ms) &&
    Number.isSafeInteger(recoverable_until_ms);
  if (!sane) throw repositoryError("REPOSITORY_DAMAGED", `${key}: a field is not what it should be`, { object: key });
  return {
    backup_id,
    forgotten_at_ms: forgotten_at_ms as number,
    recoverable_until_ms: recoverable_until_ms as number,
    removed: removed === true,
  };
}

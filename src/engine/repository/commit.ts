import { hasCode } from "../../base/index.ts";
import type { ObjectStore } from "../store/index.ts";
import { repositoryError } from "./errors.ts";
import { decodeJsonObject, encodeJsonObject } from "./json-object.ts";
import { isCertainlyDead } from "./process.ts";

/**
 * The one object that decides about a writer (docs/format.md §10): the writer puts it to commit, whoever gives the
 * writer up puts it to fence it off, and the store lets one of them win. It holds everything the commit is to bring
 * about, so that others can finish what a writer that died had committed to.
 */
export type CommitRecord =
  | { readonly state: "fenced" }
  | { readonly state: "manifest"; readonly backup_id: string; readonly manifest: Buffer }
  | { readonly state: "undelete"; readonly backup_id: string };

export type Settlement = "fenced" | "committed";

export const commitKey = (writer_id: string) => `commits/${writer_id}`;
export const forgottenKey = (backup_id: string) => `forgotten/${backup_id}`;
export const manifestKey = (backup_id: string) => `manifests/${backup_id}`;

/** A JSON object and, behind it, the manifest as it is to be stored. */
function encode(record: CommitRecord): Buffer {
  const manifest = record.state === "manifest" ? record.manifest : Buffer.alloc(0);
  return Buffer.concat([encodeJsonObject({ ...record, manifest: undefined }), manifest]);
}

function decode(key: string, bytes: Buffer): CommitRecord {
  const json_end = bytes.indexOf(10) + 66; // the text, its newline, 64 digits, a newline
  const object = decodeJsonObject(key, bytes.subarray(0, json_end));
  const { state, backup_id } = object;
  if (state === "fenced") return { state };
  if (typeof backup_id === "string" && state === "undelete") return { state, backup_id };
  if (typeof backup_id === "string" && state === "manifest")
    return { state, backup_id, manifest: bytes.subarray(json_end) };
  throw repositoryError("REPOSITORY_DAMAGED", `${key}: it is no commit`, { object: key });
}

/** @returns false when there is one already */
async function putRecord(store: ObjectStore, writer_id: string, record: CommitRecord): Promise<boolean> {
  try {
    await store.put(commitKey(writer_id), encode(record), { if_absent: true });
    return true;
  } catch (error) {
    if (hasCode(error, "STORE_ALREADY_EXISTS")) return false;
    throw error;
  }
}

export async function readCommit(store: ObjectStore, writer_id: string): Promise<CommitRecord | undefined> {
  const key = commitKey(writer_id);
  try {
    return decode(key, await store.get(key));
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** Backups to which a writer committed whose record is still there. */
export async function committedBackups(store: ObjectStore): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const { key } of store.list("commits/")) {
    const record = await readCommit(store, key.slice("commits/".length));
    if (record?.state === "manifest") found.add(record.backup_id);
  }
  return found;
}

/** Commits, and brings about what was committed to. @throws WRITER_FENCED when others gave this writer up */
export async function commit(store: ObjectStore, writer_id: string, record: CommitRecord): Promise<void> {
  if (!(await putRecord(store, writer_id, record))) {
    const found = await readCommit(store, writer_id);
    if (found?.state !== record.state) {
      throw repositoryError(
        "WRITER_FENCED",
        `${writer_id} was silent for so long that a sweep of ${store.description} went on without it`,
        { writer_id },
      );
    }
  }
  await bringAbout(store, record);
}

/** Idempotent, and right however late it comes. */
async function bringAbout(store: ObjectStore, record: CommitRecord): Promise<void> {
  if (record.state === "undelete") await store.delete(forgottenKey(record.backup_id));
  if (record.state !== "manifest") return;
  try {
    await store.put(manifestKey(record.backup_id), record.manifest, { if_absent: true });
  } catch (error) {
    // An earlier attempt for the same backup, or somebody who finished this one.
    if (!hasCode(error, "STORE_ALREADY_EXISTS")) throw error;
  }
}

/**
 * Decides about a writer that will not do it itself any more: either it has committed, and what it committed to is
 * brought about, or it never will.
 */
export async function settle(store: ObjectStore, writer_id: string): Promise<Settlement> {
  if (await putRecord(store, writer_id, { state: "fenced" })) return "fenced";
  const record = await readCommit(store, writer_id);
  if (record === undefined || record.state === "fenced") return "fenced";
  // What was committed, brought about and deleted again since must not come back.
  const bury = record.state === "manifest" && (await isRemoved(store, record.backup_id));
  if (!bury) await bringAbout(store, record);
  return "committed";
}

/** Was the backup swept away, and its name kept because a writer may still put its manifest? */
async function isRemoved(store: ObjectStore, backup_id: string): Promise<boolean> {
  try {
    return decodeJsonObject(forgottenKey(backup_id), await store.get(forgottenKey(backup_id)))["removed"] === true;
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return false;
    throw error;
  }
}

/** Removes what a settled writer left. Its decision stays, unless nobody is there any more who could want another. */
export async function buryWriter(store: ObjectStore, writer_id: string, process_identity: unknown): Promise<void> {
  if (isCertainlyDead(process_identity)) await store.delete(commitKey(writer_id));
  await store.delete(`leases/${writer_id}`);
}

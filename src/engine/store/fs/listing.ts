import { type Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { errnoOf } from "../errors.ts";
import { isKeySegment } from "../keys.ts";
import type { ObjectStat } from "../port.ts";
import { notAnObject } from "./handle-cache.ts";
import type { Layout } from "./layout.ts";
import type { LockFiles } from "./lock-files.ts";

const STATS_AT_ONCE = 64;

interface Named {
  readonly name: string;
  readonly isFolder: boolean;
}

/**
 * All objects whose key begins with `prefix`, bytewise by whole key, holding one folder's names per level in memory.
 * A folder sorts as `name/`, because that is how the keys below it go on: `a-b` < `a.b` < `a/b` < `a0`.
 */
export async function* listObjects(
  layout: Layout,
  locks: LockFiles,
  prefix: string,
  /** Where else an object may be that was listed and then is not there. */
  elsewhere?: (key: string) => Promise<ObjectStat | undefined>,
): AsyncGenerator<ObjectStat> {
  const slash = prefix.lastIndexOf("/");
  const folder = slash < 0 ? "" : prefix.slice(0, slash);
  yield* listFolder(layout, locks, folder, prefix, elsewhere);
}

async function* listFolder(
  layout: Layout,
  locks: LockFiles,
  folder: string,
  prefix: string,
  elsewhere?: (key: string) => Promise<ObjectStat | undefined>,
): AsyncGenerator<ObjectStat> {
  const names = await namesIn(layout, folder, prefix);
  if (names.length === 0) return;
  const lockedNames = await locks.namesIn(folder);
  for (let at = 0; at < names.length; ) {
    const first = names[at] as Named;
    const key = join(folder, first.name);
    if (first.isFolder) {
      yield* listFolder(layout, locks, key, prefix, elsewhere);
      at++;
      continue;
    }
    let end = at + 1;
    while (end < names.length && end - at < STATS_AT_ONCE && !(names[end] as Named).isFolder) end++;
    const stats = names.slice(at, end).map(async ({ name }) => {
      const found = await statObject(layout, locks, join(folder, name), lockedNames.has(name));
      return found ?? elsewhere?.(join(folder, name));
    });
    for (const stat of await Promise.all(stats)) {
      if (stat !== undefined) yield stat; // undefined: deleted while we listed
    }
    at = end;
  }
}

async function namesIn(layout: Layout, folder: string, prefix: string): Promise<Named[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(layout.object(folder), { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw error;
  }
  const names: (Named & { readonly order: string })[] = [];
  for (const entry of entries) {
    // Names that cannot be keys are not ours (`lost+found`); the root's dot folders are the store's own.
    if (!isKeySegment(entry.name) || (folder === "" && entry.name.startsWith("."))) continue;
    const isFolder = entry.isDirectory();
    const key = join(folder, entry.name);
    const order = isFolder ? `${entry.name}/` : entry.name;
    const within = isFolder ? `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`) : key.startsWith(prefix);
    if (!within) continue;
    if (!isFolder && !entry.isFile()) throw notAnObject(layout.object(key));
    names.push({ name: entry.name, isFolder, order });
  }
  return names.sort((a, b) => (a.order < b.order ? -1 : 1)); // keys are ASCII, so this is the order of the bytes
}

/** One object, or `undefined` when there is none of that key. */
export async function statObject(
  layout: Layout,
  locks: LockFiles,
  key: string,
  mayBeLocked = true,
): Promise<ObjectStat | undefined> {
  const path = layout.object(key);
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return undefined;
    if (!found.isFile()) throw notAnObject(path);
    const lock = mayBeLocked ? await locks.read(key) : undefined;
    const stat = { key, size_bytes: found.size, modified_ms: Math.trunc(found.mtimeMs) };
    return lock === undefined ? stat : { ...stat, lock };
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

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

/** Where objects are listed: one folder tree, or one for each tier of which an object stands in one. */
export interface ListedPlaces {
  /** The hottest first; asked for each folder, after the hottest was read: the others may come into being meanwhile. */
  layouts(): Promise<readonly [Layout, ...Layout[]]>;
  /** The object wherever it stands. */
  find(key: string, mayBeLocked: boolean): Promise<ObjectStat | undefined>;
}

/**
 * All objects whose key begins with `prefix`, bytewise by whole key, holding one folder's names per level in memory.
 * A folder sorts as `name/`, because that is how the keys below it go on: `a-b` < `a.b` < `a/b` < `a0`.
 */
export async function* listObjects(
  layout: Layout,
  locks: LockFiles,
  prefix: string,
  places: ListedPlaces,
): AsyncGenerator<ObjectStat> {
  const slash = prefix.lastIndexOf("/");
  const folder = slash < 0 ? "" : prefix.slice(0, slash);
  yield* listFolder(layout, locks, folder, prefix, places);
}

async function* listFolder(
  layout: Layout,
  locks: LockFiles,
  folder: string,
  prefix: string,
  places: ListedPlaces,
): AsyncGenerator<ObjectStat> {
  const names = await allNames(layout, folder, prefix, places);
  if (names.length === 0) return;
  const lockedNames = await locks.namesIn(folder);
  for (let at = 0; at < names.length; ) {
    const first = names[at] as Named;
    const key = join(folder, first.name);
    if (first.isFolder) {
      yield* listFolder(layout, locks, key, prefix, places);
      at++;
      continue;
    }
    let end = at + 1;
    while (end < names.length && end - at < STATS_AT_ONCE && !(names[end] as Named).isFolder) end++;
    const stats = names.slice(at, end).map(({ name }) => places.find(join(folder, name), lockedNames.has(name)));
    for (const stat of await Promise.all(stats)) {
      if (stat !== undefined) yield stat; // undefined: deleted while we listed
    }
    at = end;
  }
}

/**
 * Names in all tiers, the hotter ones read once more at last: an object that is moved, down or up, while we read is
 * then seen where it was or where it is.
 */
async function allNames(
  layout: Layout,
  folder: string,
  prefix: string,
  places: ListedPlaces,
): Promise<readonly Named[]> {
  const hot = await namesIn(layout, folder, prefix);
  const [, ...colder] = await places.layouts();
  if (colder.length === 0) return hot;
  const found = new Map(hot.map((each) => [each.name, each]));
  for (const each of [...colder, layout, ...colder.slice(0, -1)])
    for (const named of await namesIn(each, folder, prefix)) found.set(named.name, named);
  return inOrder([...found.values()]);
}

async function namesIn(layout: Layout, folder: string, prefix: string): Promise<Named[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(layout.object(folder), { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw error;
  }
  const names: Named[] = [];
  for (const entry of entries) {
    // Names that cannot be keys are not ours (`lost+found`); the root's dot folders are the store's own.
    if (!isKeySegment(entry.name) || (folder === "" && entry.name.startsWith("."))) continue;
    const isFolder = entry.isDirectory();
    const key = join(folder, entry.name);
    const within = isFolder ? `${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`) : key.startsWith(prefix);
    if (!within) continue;
    if (!isFolder && !entry.isFile()) throw notAnObject(layout.object(key));
    names.push({ name: entry.name, isFolder });
  }
  return inOrder(names);
}

function inOrder(names: readonly Named[]): Named[] {
  const orderOf = ({ name, isFolder }: Named) => (isFolder ? `${name}/` : name);
  return names
    .map((named) => ({ named, order: orderOf(named) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1)) // keys are ASCII, so this is the order of the bytes
    .map(({ named }) => named);
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

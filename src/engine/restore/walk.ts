import { checkName, EntryView, type Group, TreeReader, TYPE_DIRECTORY, type ReadPage } from "../manifest/index.ts";
import { displayPath } from "../posix/index.ts";
import type { Manifest } from "../repository/index.ts";
import type { Selection } from "./select.ts";
import { isFatal } from "./task.ts";

export const DOT = Buffer.from(".");

/** One selected entry, on the way through a backup's tree. The view moves on: copy what has to stay. */
export interface Visited {
  readonly root: number;
  /** Path of its folder, relative to the root. */
  readonly folder: Buffer;
  readonly entry: EntryView;
  /** Is it wanted itself, or only a folder on the way to what is wanted? */
  readonly wanted: boolean;
}

/** Path of an entry below its root. */
export function pathOf(folder: Buffer, name: Buffer): Buffer {
  if (name.equals(DOT)) return folder;
  return folder.length === 0 ? name : Buffer.concat([folder, Buffer.from("/"), name]);
}

/** What a person calls it: with the root in front. */
export function fullPath(manifest: Manifest, root: number, path: Buffer): string {
  const base = manifest.roots[root] as Buffer;
  if (path.length === 0) return displayPath(base);
  return displayPath(base.length === 1 ? Buffer.concat([base, path]) : Buffer.concat([base, Buffer.from("/"), path]));
}

/** A tree page that cannot be read takes its entries with it; they are told once, by where they begin. */
export type LostPage = (error: unknown, at: string) => void;

/**
 * Visits the selected entries in tree order. @param onGroup told of each folder's end, for comparing with the target
 */
export async function* walkSelected(
  manifest: Manifest,
  readPage: ReadPage,
  selection: Selection,
  onLost: LostPage,
): AsyncGenerator<Visited> {
  for await (const visited of walkFolders(manifest, readPage, selection, onLost)) yield* visited;
}

/** The same, folder by folder: entries come without a turn of the event loop for each. */
export async function* walkFolders(
  manifest: Manifest,
  readPage: ReadPage,
  selection: Selection,
  onLost: LostPage,
): AsyncGenerator<Iterable<Visited>> {
  const entry = new EntryView();
  const reader = new TreeReader(manifest.tree as Buffer, readPage);
  const lost = (error: unknown, where: { path: Buffer | undefined }) => onLost(error, displayPath(where.path ?? DOT));
  for await (const groups of reader.walk(undefined, lost)) {
    for (const group of groups) yield visitGroup(group, entry, selection);
  }
}

function* visitGroup(group: Group, entry: EntryView, selection: Selection): Generator<Visited> {
  const { root, path: folder, entries } = group;
  if (!selection.all && selection.matches(root, folder) === undefined) return;
  for (let at = 0; at < entries.length; at = entry.end) {
    entry.move(entries, at);
    const { name } = entry;
    checkName(name);
    if (name.equals(DOT) && folder.length > 0) continue;
    const match = selection.all ? "inside" : selection.matches(root, pathOf(folder, name));
    if (match === undefined) continue;
    if (match === "above" && entry.type !== TYPE_DIRECTORY) continue;
    yield { root, folder, entry, wanted: match === "inside" };
  }
}

/** Which roots are single files: their first group holds one entry `.` that is no folder. */
export async function rootsThatAreFiles(manifest: Manifest, readPage: ReadPage): Promise<boolean[]> {
  const reader = new TreeReader(manifest.tree as Buffer, readPage);
  const entry = new EntryView();
  const found: boolean[] = [];
  for (let root = 0; root < manifest.roots.length; root++) {
    const [part] = await reader.directory(root, Buffer.alloc(0)).catch((error: unknown) => {
      if (isFatal(error)) throw error;
      return []; // what it holds is lost, which the walk tells
    });
    if (part === undefined || part.length === 0) {
      found.push(false);
      continue;
    }
    entry.move(part, 0);
    found.push(entry.name.equals(DOT) && entry.type !== TYPE_DIRECTORY);
  }
  return found;
}

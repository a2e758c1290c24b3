import type { Clock } from "../../base/index.ts";
import { type BackupNode, type BackupTree, type Found, type FoundNode, pathText } from "../../engine/browse/index.ts";
import type { Db } from "../../platform/db/index.ts";
import type { Browser, Place } from "./sessions.ts";

/** An answer comes within this time, complete or not. */
const SEARCH_MS_MAX = 25_000;
const BACKUPS_MAX = 500;

export interface SearchHit {
  readonly backup_id: string;
  readonly created_at: Date;
  /** As text, see `pathText`. */
  readonly path: string;
  readonly node: BackupNode;
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  readonly searched_backups: number;
  /** False: there is more than was looked at, or shown. */
  readonly complete: boolean;
}

/** `*` and `?` stand for what they do in a shell; letters' case does not count. */
function matcher(pattern: string): (name: Buffer) => boolean {
  const source = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (char) =>
    char === "*" ? ".*" : char === "?" ? "." : `\\${char}`,
  );
  const regex = new RegExp(`^${source}$`, "isu");
  return (name) => regex.test(pathText(name));
}

/** Names below a folder of one backup. @throws BROWSE_PATH_NOT_FOUND, TREE_DAMAGED, CHUNK_*, STORE_* */
export async function searchBackup(
  tree: BackupTree,
  request: { readonly path: Buffer; readonly name: string; readonly limit: number },
  clock: Clock,
): Promise<SearchResult> {
  const wanted = matcher(request.name);
  const until_ms = clock.monotonic_ms() + SEARCH_MS_MAX;
  const { backup_id, created_at_ms } = tree.reader.manifest;
  const hits: SearchHit[] = [];
  const own = tree.insideOf(request.path) === undefined ? tree.walk(request.path) : [];
  for await (const { path, node } of own) {
    if (clock.monotonic_ms() > until_ms) return { hits, searched_backups: 1, complete: false };
    if (path.length === request.path.length || !wanted(node.name)) continue;
    if (hits.length >= request.limit) return { hits, searched_backups: 1, complete: false };
    hits.push({ backup_id, created_at: new Date(created_at_ms), path: `/${pathText(path)}`, node });
  }
  const left = request.limit - hits.length;
  const inner = await searchInside(tree, request.path, wanted, left, () => clock.monotonic_ms() > until_ms);
  for (const { path, node } of inner.found)
    hits.push({ backup_id, created_at: new Date(created_at_ms), path: `/${pathText(path)}`, node });
  return { hits, searched_backups: 1, complete: inner.whole };
}

/** Names in the file systems of the backup's images. What cannot be read leaves the search incomplete. */
async function searchInside(
  tree: BackupTree,
  below: Buffer,
  wanted: (name: Buffer) => boolean,
  limit: number,
  isOver: () => boolean,
): Promise<{ readonly found: readonly Found[]; readonly whole: boolean }> {
  const found: Found[] = [];
  const { inner } = tree;
  if (inner === undefined) return { found, whole: true };
  const path = tree.insideOf(below);
  const top = below.toString("latin1");
  if (path === undefined && top !== "" && inner.in_folder !== top && !inner.in_folder.startsWith(`${top}/`))
    return { found, whole: true };
  try {
    for await (const { path: where, node } of inner.search(path ?? Buffer.alloc(0), wanted)) {
      if (isOver() || found.length >= limit) return { found, whole: false };
      found.push({ path: tree.fromInside(where), node });
    }
  } catch (error) {
    // Asked for by its path, what is in the way is said; beside the backup's own files it takes nothing from them.
    if (path !== undefined) throw error;
    return { found, whole: false };
  }
  return { found, whole: true };
}

/**
 * A name in all backups of a workload, newest backup first; without `*` or `?` any name that holds it. A page of a tree
 * that several backups share is read once.
 */
export async function searchWorkload(
  db: Db,
  browser: Browser,
  request: { readonly workload_id: string; readonly name: string; readonly limit: number },
  clock: Clock,
): Promise<SearchResult> {
  const backups = await db
    .selectFrom("backups")
    .select(["id", "project_id", "region_id", "created_at"])
    .where("workload_id", "=", request.workload_id)
    .where("state", "=", "AVAILABLE")
    .orderBy("id", "desc")
    .limit(BACKUPS_MAX + 1)
    .execute();
  const wanted = matcher(/[*?]/.test(request.name) ? request.name : `*${request.name}*`);
  const until_ms = clock.monotonic_ms() + SEARCH_MS_MAX;
  const known = new Map<string, readonly FoundNode[]>();
  const hits: SearchHit[] = [];
  let searched = 0;
  let complete = backups.length <= BACKUPS_MAX;
  for (const { id, project_id, region_id, created_at } of backups.slice(0, BACKUPS_MAX)) {
    const place: Place = { backup_id: id, project_id, region_id };
    const found = await browser.use(place, async (tree) => {
      const here: { readonly path: string; readonly node: BackupNode }[] = [];
      const take = (nodes: readonly FoundNode[]) => {
        for (const { root, folder, node } of nodes)
          if (!node.name.equals(DOT)) here.push({ path: `/${pathText(tree.pathOf(root, folder, node.name))}`, node });
      };
      const skip = (page: Buffer) => {
        const seen = known.get(page.toString("latin1"));
        if (seen !== undefined) take(seen);
        return seen !== undefined;
      };
      for await (const page of tree.reader.search(wanted, skip)) {
        known.set(page.page.toString("latin1"), page.found);
        take(page.found);
        if (here.length > request.limit || clock.monotonic_ms() > until_ms) return { here, whole: false };
      }
      const left = request.limit + 1 - here.length;
      const inner = await searchInside(tree, TOP, wanted, left, () => clock.monotonic_ms() > until_ms);
      for (const { path, node } of inner.found) here.push({ path: `/${pathText(path)}`, node });
      return { here, whole: inner.whole };
    });
    for (const { path, node } of found.here) {
      if (hits.length >= request.limit) return { hits, searched_backups: searched, complete: false };
      hits.push({ backup_id: id, created_at, path, node });
    }
    if (clock.monotonic_ms() > until_ms) return { hits, searched_backups: searched, complete: false };
    if (found.whole) searched++;
    else complete = false; // images that cannot be read hide nothing of the other backups
  }
  return { hits, searched_backups: searched, complete };
}

const DOT = Buffer.from(".");
const TOP = Buffer.alloc(0);

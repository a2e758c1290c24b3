import { restoreError } from "./errors.ts";

/** Which entries of a backup are wanted. */
export interface Selection {
  readonly all: boolean;
  /** Is the entry wanted, or a folder on the way to one? */
  matches(root: number, path: Buffer): "inside" | "above" | undefined;
}

const EVERYTHING: Selection = { all: true, matches: () => "inside" };

/**
 * @param paths relative to the root, or absolute as on the source; empty selects everything
 * @throws RESTORE_PATH_NOT_FOUND for a path that leaves the backup
 */
export function selectPaths(roots: readonly Buffer[], paths: readonly string[] | undefined): Selection {
  if (paths === undefined || paths.length === 0) return EVERYTHING;
  const wanted: { root: number | undefined; path: Buffer }[] = [];
  for (const path of paths) {
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..")) throw restoreError("RESTORE_PATH_NOT_FOUND", `${path} goes up with ..`, { path });
    const clean = Buffer.from(parts.join("/"));
    if (!path.startsWith("/")) {
      wanted.push({ root: undefined, path: clean });
      continue;
    }
    const absolute = Buffer.concat([Buffer.from("/"), clean]);
    roots.forEach((root, number) => {
      if (absolute.equals(root)) wanted.push({ root: number, path: Buffer.alloc(0) });
      else if (isBelow(absolute, root))
        wanted.push({ root: number, path: absolute.subarray(root.length === 1 ? 1 : root.length + 1) });
      else if (isBelow(root, absolute)) wanted.push({ root: number, path: Buffer.alloc(0) });
    });
  }
  if (wanted.some(({ path, root }) => path.length === 0 && root === undefined)) return EVERYTHING;
  return {
    all: false,
    matches(root, path) {
      let above = false;
      for (const want of wanted) {
        if (want.root !== undefined && want.root !== root) continue;
        if (want.path.length === 0 || path.equals(want.path) || isBelow(path, want.path)) return "inside";
        above ||= path.length === 0 || isBelow(want.path, path);
      }
      return above ? "above" : undefined;
    },
  };
}

function isBelow(path: Buffer, folder: Buffer): boolean {
  if (folder.length === 1 && folder[0] === 47) return path.length > 1;
  return path.length > folder.length && path[folder.length] === 47 && path.subarray(0, folder.length).equals(folder);
}

import { constants, copyFile, open, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { volumeError } from "./errors.ts";
import { openPlain, type Stretch } from "./plain.ts";
import { parentBase, type SnapshotProvider, snapshotName, SNAPSHOT_PREFIX, tool } from "./provider.ts";

interface Extent {
  readonly logical: number;
  readonly physical: number;
  readonly length: number;
  /** Its place says nothing of its content: compressed, inline, not yet allocated. */
  readonly vague: boolean;
}

/**
 * Image files on btrfs and XFS: a clone shares every block with the file until one of them is written, and then has the
 * old one. While the parent's clone is kept, none of its blocks is used for anything else, so a stretch that lies in
 * the same place in both is the same.
 */
export const reflink: SnapshotProvider = {
  async take(options) {
    const { path } = options;
    const folder = dirname(path);
    const own = (id: string) => `.${basename(path)}.${id}`;
    const base = parentBase(options);
    try {
      await stat(path);
    } catch (cause) {
      throw volumeError("VOLUME_UNREACHABLE", `${path}: ${(cause as Error).message}`, { path }, cause);
    }
    const keep = base === undefined ? undefined : own(base);
    for (const name of await readdir(folder))
      if (name.startsWith(own(SNAPSHOT_PREFIX)) && name !== keep) await rm(join(folder, name), { force: true });
    const id = snapshotName(options.backup_id);
    const clone = join(folder, own(id));
    try {
      // What is in the page cache only has no place yet.
      const file = await open(path, "r+").catch(() => open(path, "r"));
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await copyFile(path, clone, constants.COPYFILE_FICLONE_FORCE);
    } catch (cause) {
      await rm(clone, { force: true });
      const why = `${path} cannot be cloned (is it on btrfs, or on XFS with reflink?): ${(cause as Error).message}`;
      throw volumeError("VOLUME_SNAPSHOT_FAILED", why, { path }, cause);
    }
    try {
      const before = keep === undefined ? undefined : await extentsOf(join(folder, keep)).catch(() => undefined);
      const changed = before === undefined ? undefined : differences(before, await extentsOf(clone));
      return await openPlain(clone, id, changed, async () => undefined);
    } catch (error) {
      await rm(clone, { force: true });
      throw error;
    }
  },
};

/** As filefrag tells them, in bytes. */
async function extentsOf(path: string): Promise<Extent[]> {
  const text = await tool("filefrag", ["-v", "-s", "-b1", path]);
  const extents: Extent[] = [];
  for (const line of text.split("\n")) {
    const found = /^\s*\d+:\s*(\d+)\.\.\s*(\d+):\s*(\d+)\.\.\s*\d+:\s*(\d+):\s*(.*)$/.exec(line);
    if (found === null) continue;
    const flags = found[5] as string;
    extents.push({
      logical: Number(found[1]),
      physical: Number(found[3]),
      length: Number(found[4]),
      vague: /encoded|inline|delalloc|unknown|not_aligned|unwritten/.test(flags),
    });
  }
  return extents;
}

/** Where the second list does not lie where the first did. */
export function differences(before: readonly Extent[], after: readonly Extent[]): Stretch[] {
  const changed: Stretch[] = [];
  const marks = [...new Set([...before, ...after].flatMap(({ logical, length }) => [logical, logical + length]))];
  marks.sort((a, b) => a - b);
  const cursor = (list: readonly Extent[]) => {
    let i = 0;
    return (at: number): number | undefined | "vague" => {
      while (i < list.length && (list[i] as Extent).logical + (list[i] as Extent).length <= at) i++;
      const extent = list[i];
      if (extent === undefined || extent.logical > at) return undefined;
      return extent.vague ? "vague" : extent.physical + at - extent.logical;
    };
  };
  const [left, right] = [cursor(before), cursor(after)];
  for (let i = 0; i + 1 < marks.length; i++) {
    const [offset, end] = [marks[i] as number, marks[i + 1] as number];
    const [a, b] = [left(offset), right(offset)];
    if (a === b && a !== "vague") continue;
    changed.push({ offset, length: end - offset });
  }
  return changed;
}

import { demand } from "./bytes.ts";
import { listNames, openKeys } from "./keys.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { chunkReader, indexFromPacks, indexFromSegments } from "./packs.ts";
import { packsNow } from "./sweeps.ts";
import { type Entry, readContent, readTree } from "./tree.ts";

export type Listed = Entry & { path: Buffer };

/** One backup of a repository, open for reading. */
export type Backup = {
  manifest: Manifest;
  entries(): Generator<Listed>;
  read(entry: Entry): Generator<Buffer>;
};

/**
 * Opens a repository on a filesystem store.
 *
 * @param options.index from index segments (the default), or from the packs' own footers
 */
export function openRepository(folder: string, passphrase: string, options: { index?: "segments" | "packs" } = {}) {
  const keys = openKeys(folder, passphrase);
  const index = (options.index === "packs" ? indexFromPacks : indexFromSegments)(folder, keys);
  return {
    keys,
    index,
    backup_ids: listNames(folder, "manifests"),
    open(backup_id: string): Backup {
      const manifest = readManifest(folder, keys, backup_id);
      const packs = packsNow(folder, keys, backup_id, manifest.packs);
      const readChunk = chunkReader(folder, keys, index, packs);
      const { kind, tree, roots } = manifest.private as { kind: string; tree: string; roots: string[] };
      demand(tree, `${backup_id}: has no tree (${kind})`);
      const root_paths = roots.map((root) => Buffer.from(root, "base64"));
      return {
        manifest,
        *entries() {
          for (const entry of readTree(readChunk, tree)) {
            const root = root_paths[entry.root];
            demand(root, `${backup_id}: has no root ${entry.root}`);
            yield { ...entry, path: pathOf(root, entry) };
          }
        },
        *read(entry) {
          demand(entry.content, `${entry.name}: is a ${entry.type}`);
          yield* readContent(readChunk, entry.content, entry.size);
        },
      };
    },
  };
}

/** The absolute path at the source; "." is the root itself. */
function pathOf(root: Buffer, { directory, name }: Entry): Buffer {
  const is_root = directory.length === 0 && name.toString() === ".";
  const parts = [root.toString("latin1"), directory.toString("latin1"), is_root ? "" : name.toString("latin1")];
  return Buffer.from(
    parts
      .filter((part) => part !== "")
      .join("/")
      .replace(/^\/\//, "/"),
    "latin1",
  );
}

import type { BackupNode, BackupTree } from "../browse/index.ts";
import type { ShownTree } from "./types.ts";

/** A backup of an open repository. */
export function showBackup(tree: BackupTree): ShownTree {
  return {
    find: (path) => tree.find(path),
    list: (path) => tree.list(path),
    open: (_path, node) => tree.open(node as BackupNode),
    close: async () => {
      await tree.inner?.close();
      await tree.reader.close();
    },
  };
}

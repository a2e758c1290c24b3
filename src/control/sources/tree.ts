import type { Clock } from "../../base/index.ts";
import type { FilesSource } from "../../engine/backup/index.ts";
import { checkShare } from "../../engine/source/share/index.ts";
import type { Source } from "../../model/index.ts";
import type { TreeSource } from "./driver.ts";

export function isTree(source: Source): source is TreeSource {
  return source.kind === "files" || source.kind === "share";
}

/** What the engine is to read; a share must be mounted, and its server answer. @throws SHARE_* */
export async function treeOf(source: TreeSource, clock: Clock): Promise<FilesSource> {
  if (source.kind === "share") {
    const { root } = await checkShare(source, clock);
    return { kind: "files", paths: [root], exclude: source.exclude, one_file_system: true };
  }
  const { one_file_system, ...rest } = source;
  return { ...rest, ...(one_file_system === undefined ? {} : { one_file_system }) };
}

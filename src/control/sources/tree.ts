import type { Clock } from "../../base/index.ts";
import type { FilesSource } from "../../engine/backup/index.ts";
import { withFiles } from "../../engine/source/files/index.ts";
import { checkShare } from "../../engine/source/share/index.ts";
import type { Source } from "../../model/index.ts";
import type { TreeSource } from "./driver.ts";

export function isTree(source: Source): source is TreeSource {
  return source.kind === "files" || source.kind === "share";
}

/** Who reads, and when to stop. */
export interface TreeReading {
  readonly workload_id: string;
  readonly backup_id: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/** Reads a tree: from a snapshot that stands so long, where one is asked for. @throws SOURCE_*, SHARE_* */
export async function readTree<T>(
  source: TreeSource,
  { workload_id, backup_id, clock, signal }: TreeReading,
  work: (files: FilesSource) => Promise<T>,
): Promise<T> {
  const files = await treeOf(source, clock);
  const { paths, one_file_system = false } = files;
  const options = {
    paths,
    owner: workload_id,
    backup_id,
    one_file_system,
    ...(signal === undefined ? {} : { signal }),
  };
  const kind = source.kind === "files" ? (source.snapshot ?? "none") : "none";
  return withFiles(kind, options, (seen_at) => work({ ...files, seen_at }));
}

/** What the engine is to read; a share must be mounted, and its server answer. @throws SHARE_* */
export async function treeOf(source: TreeSource, clock: Clock): Promise<FilesSource> {
  if (source.kind === "share") {
    const { root } = await checkShare(source, clock);
    return { kind: "files", paths: [root], exclude: source.exclude, one_file_system: true };
  }
  const { one_file_system, snapshot: _, ...rest } = source;
  return { ...rest, ...(one_file_system === undefined ? {} : { one_file_system }) };
}

import type { BackupNode } from "../browse/index.ts";

/** An entry as it is shown; names are in the paths. */
export type ShownNode = Pick<
  BackupNode,
  "name" | "type" | "mode" | "uid" | "gid" | "nlink" | "size" | "mtime_ns" | "link_target" | "xattrs"
>;

/** Any stretch of a file; fewer bytes than asked for at its end. */
export interface ShownFile {
  read(offset: number, length: number): Promise<Buffer>;
}

/** What is mounted, or served. Paths are bytes without slashes at their ends; the empty one is the top. */
export interface ShownTree {
  /** `undefined` when there is nothing. */
  find(path: Buffer): Promise<ShownNode | undefined>;
  list(path: Buffer): Promise<readonly ShownNode[]>;
  open(path: Buffer, node: ShownNode): Promise<ShownFile>;
  close?(): Promise<void>;
}

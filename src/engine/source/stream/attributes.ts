import { FileStat, S_IFDIR, S_IFLNK, S_IFREG } from "../../posix/index.ts";

export interface Attributes {
  /** Permission bits. By default 0644, for folders 0755. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds since 1970, with fractions as far as a number holds them (a quarter of a microsecond). */
  readonly mtime_ms?: number;
}

const FORMATS = { file: S_IFREG, directory: S_IFDIR, symlink: S_IFLNK } as const;
const MODES = { file: 0o644, directory: 0o755, symlink: 0o777 } as const;

/** A `struct statx` for something that no file system has. @param size bytes of its content */
export function fileStat(type: keyof typeof FORMATS, attributes: Attributes, size: number): FileStat {
  const stat = new FileStat();
  const { bytes } = stat;
  const mtime_ms = attributes.mtime_ms ?? 0;
  const seconds = Math.floor(mtime_ms / 1000);
  bytes.writeUInt32LE(1, 16); // nlink
  bytes.writeUInt32LE(attributes.uid ?? 0, 20);
  bytes.writeUInt32LE(attributes.gid ?? 0, 24);
  bytes.writeUInt16LE(FORMATS[type] | ((attributes.mode ?? MODES[type]) & 0o7777), 28);
  bytes.writeBigUInt64LE(BigInt(size), 40);
  bytes.writeBigInt64LE(BigInt(seconds), 112); // mtime
  bytes.writeUInt32LE(Math.min(999_999_999, Math.round((mtime_ms - seconds * 1000) * 1e6)), 120);
  return stat;
}

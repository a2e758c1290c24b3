import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, call, fail } from "./libc.ts";

const STATX_BASIC_STATS = 0x7ff;
const STATX_BYTES = 256;

export const S_IFMT = 0o170000;
export const S_IFREG = 0o100000;
export const S_IFDIR = 0o040000;
export const S_IFLNK = 0o120000;
export const S_IFBLK = 0o060000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
export const S_IFSOCK = 0o140000;

const EMPTY = Buffer.from([0]);

/**
 * One reusable `struct statx`. Fields are read where they lie, so a stat costs a system call and no allocation.
 * Times are split into whole seconds (signed 64 bit) and nanoseconds.
 */
export class FileStat {
  readonly bytes = Buffer.alloc(STATX_BYTES);
  readonly #view = new DataView(this.bytes.buffer, this.bytes.byteOffset, STATX_BYTES);

  /**
   * `lstat` of `name` (NUL-terminated) in the open folder `dir`. False when it is gone or cannot be seen; see
   * `lastErrno()`.
   */
  read(dir: number, name: Uint8Array): boolean {
    return call.statx(dir, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, this.bytes) === 0;
  }

  /** Stat of an open file. */
  readFd(fd: number): void {
    if (call.statx(fd, EMPTY, AT_EMPTY_PATH, STATX_BASIC_STATS, this.bytes) !== 0) fail("statx", `fd ${fd}`);
  }

  get nlink(): number {
    return this.#view.getUint32(16, true);
  }
  get uid(): number {
    return this.#view.getUint32(20, true);
  }
  get gid(): number {
    return this.#view.getUint32(24, true);
  }
  get mode(): number {
    return this.#view.getUint16(28, true);
  }
  get format(): number {
    return this.#view.getUint16(28, true) & S_IFMT;
  }
  get inode(): bigint {
    return this.#view.getBigUint64(32, true);
  }
  /** Exact up to 2^53 bytes, that is 8 PiB. */
  get size(): number {
    return this.#view.getUint32(40, true) + this.#view.getUint32(44, true) * 0x1_0000_0000;
  }
  /** Units of 512 bytes really allocated; fewer than the size needs means that the file has holes. */
  get blocks(): number {
    return this.#view.getUint32(48, true) + this.#view.getUint32(52, true) * 0x1_0000_0000;
  }
  get ctime_s(): bigint {
    return this.#view.getBigInt64(96, true);
  }
  get ctime_ns(): number {
    return this.#view.getUint32(104, true);
  }
  get mtime_s(): bigint {
    return this.#view.getBigInt64(112, true);
  }
  get mtime_ns(): number {
    return this.#view.getUint32(120, true);
  }
  get rdev_major(): number {
    return this.#view.getUint32(128, true);
  }
  get rdev_minor(): number {
    return this.#view.getUint32(132, true);
  }
  get dev_major(): number {
    return this.#view.getUint32(136, true);
  }
  get dev_minor(): number {
    return this.#view.getUint32(140, true);
  }
}

/** The `dev_t` of a device node from its parts (glibc's `makedev`). */
export function makeDevice(major: number, minor: number): bigint {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
}

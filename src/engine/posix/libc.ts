import koffi from "koffi";
import { posixError } from "./errors.ts";

/**
 * Direct calls into the C library, for what node:fs cannot do (nanosecond times, xattrs, devices, holes, `*at` calls)
 * or does at several times the cost (directory listing). Linux, little-endian, 64 bit; checked at load.
 */
const libc = koffi.load("libc.so.6");

export const AT_FDCWD = -100;
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_EMPTY_PATH = 0x1000;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_TRUNC = 0o1000;
export const O_NONBLOCK = 0o4000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_NOATIME = 0o1000000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;

export const SEEK_DATA = 3;
export const SEEK_HOLE = 4;

export const call = {
  openat: libc.func("int openat(int dir, const void *path, int flags, uint mode)"),
  close: libc.func("int close(int fd)"),
  read: libc.func("long read(int fd, void *buffer, size_t count)"),
  pread: libc.func("long pread64(int fd, void *buffer, size_t count, int64 offset)"),
  pwrite: libc.func("long pwrite64(int fd, const void *buffer, size_t count, int64 offset)"),
  lseek: libc.func("int64 lseek64(int fd, int64 offset, int whence)"),
  ftruncate: libc.func("int ftruncate64(int fd, int64 length)"),
  statx: libc.func("int statx(int dir, const void *path, int flags, uint mask, void *buffer)"),
  getdents: libc.func("long getdents64(int fd, void *buffer, size_t count)"),
  readlinkat: libc.func("long readlinkat(int dir, const void *path, void *buffer, size_t size)"),
  mkdirat: libc.func("int mkdirat(int dir, const void *path, uint mode)"),
  symlinkat: libc.func("int symlinkat(const void *target, int dir, const void *path)"),
  linkat: libc.func("int linkat(int from_dir, const void *from, int to_dir, const void *to, int flags)"),
  unlinkat: libc.func("int unlinkat(int dir, const void *path, int flags)"),
  mknodat: libc.func("int mknodat(int dir, const void *path, uint mode, uint64 device)"),
  fchmod: libc.func("int fchmod(int fd, uint mode)"),
  fchmodat: libc.func("int fchmodat(int dir, const void *path, uint mode, int flags)"),
  fchownat: libc.func("int fchownat(int dir, const void *path, uint uid, uint gid, int flags)"),
  fchown: libc.func("int fchown(int fd, uint uid, uint gid)"),
  utimensat: libc.func("int utimensat(int dir, const void *path, const void *times, int flags)"),
  futimens: libc.func("int futimens(int fd, const void *times)"),
  llistxattr: libc.func("long llistxattr(const void *path, void *list, size_t size)"),
  lgetxattr: libc.func("long lgetxattr(const void *path, const void *name, void *value, size_t size)"),
  lsetxattr: libc.func("int lsetxattr(const void *path, const void *name, const void *value, size_t size, int flags)"),
  lremovexattr: libc.func("int lremovexattr(const void *path, const void *name)"),
  flistxattr: libc.func("long flistxattr(int fd, void *list, size_t size)"),
  fgetxattr: libc.func("long fgetxattr(int fd, const void *name, void *value, size_t size)"),
  fsetxattr: libc.func("int fsetxattr(int fd, const void *name, const void *value, size_t size, int flags)"),
  syncfs: libc.func("int syncfs(int fd)"),
  fsync: libc.func("int fsync(int fd)"),
  geteuid: libc.func("uint geteuid()"),
  getegid: libc.func("uint getegid()"),
  openat2: libc.func("long syscall(long number, long dir, const void *path, const void *how, size_t size)"),
} as const;

/** Linux x86-64 and arm64 agree on this number. */
export const SYS_OPENAT2 = 437;

const ERRNO_NAMES = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number as number, name]));

/** The name (`ENOENT`) of the error the last call left behind; read it before anything else runs. */
export function lastErrno(): string {
  const number = koffi.errno();
  return ERRNO_NAMES.get(number) ?? `errno ${number}`;
}

/** A path or name as the C library wants it. */
export function cString(path: Uint8Array): Buffer {
  const text = Buffer.allocUnsafe(path.length + 1);
  text.set(path, 0);
  text[path.length] = 0;
  return text;
}

/** Throws a POSIX error for the last call, naming what was done to what. */
export function fail(operation: string, path: Uint8Array | string): never {
  const errno = lastErrno();
  throw posixError(operation, errno, path);
}

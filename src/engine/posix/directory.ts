import {
  call,
  cString,
  fail,
  lastErrno,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOATIME,
  O_NOFOLLOW,
  O_RDONLY,
  SYS_OPENAT2,
} from "./libc.ts";
import { posixError } from "./errors.ts";

const DENTS_BYTES = 64 * 1024;
const dents = Buffer.alloc(DENTS_BYTES);

/**
 * The names in an open folder without `.` and `..`, in byte order. Each is NUL-terminated in memory after its last
 * byte.
 */
export function listDirectory(fd: number, path: Uint8Array): Buffer[] {
  const names: Buffer[] = [];
  for (;;) {
    const count = call.getdents(fd, dents, DENTS_BYTES);
    if (count < 0) fail("getdents64", path);
    if (count === 0) break;
    // One copy for the batch; the names are views of it, and the NUL behind each stays usable as a C string.
    const batch = Buffer.from(dents.subarray(0, count));
    for (let at = 0; at < count; ) {
      const length = batch.readUInt16LE(at + 16);
      const start = at + 19;
      const end = batch.indexOf(0, start);
      const first = batch[start];
      const dots = first === 46 && (end === start + 1 || (end === start + 2 && batch[start + 1] === 46));
      if (!dots) names.push(batch.subarray(start, end));
      at += length;
    }
  }
  return names.sort(Buffer.compare);
}

/** A view of `name` that includes the NUL behind it; only for names from {@link listDirectory}. */
export function withNul(name: Buffer): Buffer {
  return Buffer.from(name.buffer, name.byteOffset, name.length + 1);
}

const c_name = Buffer.alloc(256);

/** `name` with a NUL behind it, in memory that the next call uses again: for one system call, made at once. */
export function nameForCall(name: Uint8Array): Uint8Array {
  if (name.length >= c_name.length) return cString(name);
  c_name.set(name);
  c_name[name.length] = 0;
  return c_name;
}

const RESOLVE_NO_SYMLINKS = 0x04n;
const RESOLVE_BENEATH = 0x08n;
const PATH_PIECE_MAX = 3500; // well under PATH_MAX (4096), so that a deep path is opened in a few hops

const how = Buffer.alloc(24);

/**
 * Opens `path` below the open folder `dir` without following any symlink and without ever leaving it (openat2 with
 * RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS), whatever someone else does to the tree meanwhile. Paths may be longer than
 * PATH_MAX.
 * @param path relative, `/`-separated bytes; empty means `dir` itself
 * @returns the descriptor; the caller closes it. Throws a POSIX error.
 */
export function openBeneath(dir: number, path: Uint8Array, flags: number, mode = 0): number {
  if (path.length <= PATH_PIECE_MAX) return openPiece(dir, path, flags, mode);
  let current = dir;
  let start = 0;
  try {
    while (path.length - start > PATH_PIECE_MAX) {
      const cut = path.subarray(0, start + PATH_PIECE_MAX).lastIndexOf(47);
      if (cut <= start) throw posixError("openat2", "ENAMETOOLONG", path);
      const next = openPiece(current, path.subarray(start, cut), O_RDONLY | O_DIRECTORY, 0);
      if (current !== dir) call.close(current);
      current = next;
      start = cut + 1;
    }
    return openPiece(current, path.subarray(start), flags, mode);
  } finally {
    if (current !== dir) call.close(current);
  }
}

function openPiece(dir: number, path: Uint8Array, flags: number, mode: number): number {
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC | O_NOFOLLOW), 0);
  how.writeBigUInt64LE(BigInt(mode), 8);
  how.writeBigUInt64LE(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, 16);
  const text = path.length === 0 ? DOT : cString(path);
  const fd = Number(call.openat2(SYS_OPENAT2, dir, text, how, how.length));
  if (fd >= 0) return fd;
  const errno = lastErrno();
  // O_NOATIME is refused for files of others when we are not privileged; the access time then changes, which harms
  // nothing.
  if (errno === "EPERM" && (flags & O_NOATIME) !== 0) return openPiece(dir, path, flags & ~O_NOATIME, mode);
  throw posixError("openat2", errno, path);
}

const DOT = Buffer.from(".\0");

/** Opens a folder by its absolute path, following symlinks: for roots that the user named. */
export function openRoot(path: Uint8Array): number {
  const fd = call.openat(-100, cString(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) fail("open", path);
  return fd;
}

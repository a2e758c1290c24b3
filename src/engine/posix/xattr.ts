import { call, cString, lastErrno } from "./libc.ts";
import { posixError } from "./errors.ts";

export interface ExtendedAttribute {
  readonly name: Buffer;
  readonly value: Buffer;
}

const LIST_BYTES = 64 * 1024; // XATTR_LIST_MAX
const VALUE_BYTES = 64 * 1024; // XATTR_SIZE_MAX
/** The kernel sets as much memory aside as it is offered, so nearly every file is asked with little. */
const SHORT_LIST_BYTES = 512;
const list = Buffer.alloc(LIST_BYTES);
const value = Buffer.alloc(VALUE_BYTES);
const NONE: readonly ExtendedAttribute[] = [];

/** Kinds of errno that say "this file system has no such thing", which is no error. */
const UNSUPPORTED = new Set(["ENOTSUP", "EOPNOTSUPP", "ENODATA"]);

function read(
  listCall: (bytes: number) => number,
  getCall: (name: Buffer) => number,
  path: Uint8Array | string,
): readonly ExtendedAttribute[] {
  let length = listCall(SHORT_LIST_BYTES);
  if (length < 0 && lastErrno() === "ERANGE") length = listCall(LIST_BYTES);
  if (length === 0) return NONE;
  if (length < 0) {
    const errno = lastErrno();
    if (UNSUPPORTED.has(errno)) return NONE;
    throw posixError("listxattr", errno, path);
  }
  const names = Buffer.from(list.subarray(0, length));
  const found: ExtendedAttribute[] = [];
  for (let at = 0; at < length; ) {
    const end = names.indexOf(0, at);
    const size = getCall(names.subarray(at, end + 1));
    if (size >= 0) {
      found.push({ name: names.subarray(at, end), value: Buffer.from(value.subarray(0, size)) });
    } else {
      const errno = lastErrno(); // gone between list and get: as if it had never been there
      if (!UNSUPPORTED.has(errno)) throw posixError("getxattr", errno, path);
    }
    at = end + 1;
  }
  return found.sort((a, b) => Buffer.compare(a.name, b.name));
}

/** Extended attributes (with POSIX ACLs, as `system.posix_acl_*`) of an open file, sorted by name. */
export function readXattrsFd(fd: number, path: Uint8Array): readonly ExtendedAttribute[] {
  return read(
    (bytes) => call.flistxattr(fd, list, bytes),
    (name) => call.fgetxattr(fd, name, value, VALUE_BYTES),
    path,
  );
}

/**
 * The same for what cannot be opened (symlinks, devices, FIFOs): by the name in an open folder, never following a link.
 */
export function readXattrsAt(dir: number, name: Uint8Array): readonly ExtendedAttribute[] {
  const path = procPath(dir, name);
  return read(
    (bytes) => call.llistxattr(path, list, bytes),
    (attribute) => call.lgetxattr(path, attribute, value, VALUE_BYTES),
    name,
  );
}

/** Sets one attribute. Returns the errno that refused it, or `undefined`. */
export function setXattrFd(fd: number, attribute: ExtendedAttribute): string | undefined {
  const done = call.fsetxattr(fd, cString(attribute.name), attribute.value, attribute.value.length, 0) === 0;
  return done ? undefined : lastErrno();
}

export function setXattrAt(dir: number, name: Uint8Array, attribute: ExtendedAttribute): string | undefined {
  const path = procPath(dir, name);
  const done = call.lsetxattr(path, cString(attribute.name), attribute.value, attribute.value.length, 0) === 0;
  return done ? undefined : lastErrno();
}

export function removeXattrAt(dir: number, name: Uint8Array, attribute: Uint8Array): string | undefined {
  return call.lremovexattr(procPath(dir, name), cString(attribute)) === 0 ? undefined : lastErrno();
}

/** There is no `lgetxattrat` before Linux 6.13; the open folder's own link in /proc serves as its path. */
function procPath(dir: number, name: Uint8Array): Buffer {
  return cString(Buffer.concat([Buffer.from(`/proc/self/fd/${dir}/`), name]));
}

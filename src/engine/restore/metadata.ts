import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  call,
  cString,
  displayPath,
  FileStat,
  lastErrno,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_PATH,
  removeXattrAt,
  readXattrsAt,
  setXattrAt,
  S_IFMT,
  setXattrFd,
  withNul,
} from "../posix/index.ts";
import { type EntryView, TYPE_SYMLINK } from "../manifest/index.ts";

const stat = new FileStat();
const times = Buffer.alloc(32);
const UTIME_OMIT = 0x3ffffffen;
const MODE_BITS = 0o7777;
/** Attributes only some file systems or privileged users may set; a refusal is worth a warning, not a failure. */
const euid = call.geteuid();
/** Who owns what this process creates. (In a folder with the set-group-ID bit the group is another.) */
export const owner = { uid: euid, gid: call.getegid() } as const;

function setTimes(entry: EntryView): Buffer {
  times.writeBigInt64LE(0n, 0);
  times.writeBigInt64LE(UTIME_OMIT, 8); // access times are left alone
  times.writeBigInt64LE(entry.mtime_s, 16);
  times.writeBigInt64LE(BigInt(entry.mtime_ns), 24);
  return times;
}

/**
 * Gives an open file its owner, mode, xattrs and times; times last, because the others change them.
 * @param now what the file has at the moment: what is right already is not set again
 * @returns what was refused, as text, or `undefined`
 */
export function applyToFile(fd: number, entry: EntryView, now: FileStat): string | undefined {
  let refused: string | undefined;
  const owned = now.uid === entry.uid && now.gid === entry.gid;
  if (!owned && call.fchown(fd, entry.uid, entry.gid) !== 0 && euid === 0) refused = `owner: ${lastErrno()}`;
  // A change of owner takes set-user-ID bits away, whatever they were before.
  const moded = owned && (now.mode & MODE_BITS) === (entry.mode & MODE_BITS);
  if (!moded && call.fchmod(fd, entry.mode & MODE_BITS) !== 0) refused ??= `mode: ${lastErrno()}`;
  for (const attribute of entry.xattrs) {
    const errno = setXattrFd(fd, attribute);
    if (errno !== undefined) refused ??= `attribute ${displayPath(attribute.name)}: ${errno}`;
  }
  if (call.futimens(fd, setTimes(entry)) !== 0) refused ??= `times: ${lastErrno()}`;
  if (euid !== 0) refused ??= ownerDiffers(entry);
  return refused;
}

function ownerDiffers(entry: EntryView): string | undefined {
  return entry.uid === euid ? undefined : `owner ${entry.uid}:${entry.gid}: EPERM`;
}

/** What a restore may take away: the user's own attributes, ACLs and capabilities, never a security module's labels. */
const REMOVABLE = /^(user\.|trusted\.|system\.posix_acl_|security\.capability$)/;

/**
 * Removes the attributes and ACLs that the entry does not have: left from before, or inherited from a folder's default
 * ACL.
 */
export function removeStaleXattrs(dir: number, name: Buffer, entry: EntryView): void {
  const wanted = entry.xattrs;
  for (const { name: attribute } of readXattrsAt(dir, name)) {
    if (!REMOVABLE.test(attribute.toString("latin1")) || wanted.some((w) => w.name.equals(attribute))) continue;
    removeXattrAt(dir, name, attribute);
  }
}

/** fchmodat(2) follows symlinks; a handle on the name itself does not, and shows what it is that stands there now. */
function setModeAt(dir: number, path: Buffer, entry: EntryView): string | undefined {
  const fd = call.openat(dir, path, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
  if (fd < 0) return `mode: ${lastErrno()}`;
  try {
    stat.readFd(fd);
    if (stat.format !== (entry.mode & S_IFMT)) return "mode: something else took its place";
    const done = call.fchmodat(AT_FDCWD, cString(Buffer.from(`/proc/self/fd/${fd}`)), entry.mode & MODE_BITS, 0) === 0;
    return done ? undefined : `mode: ${lastErrno()}`;
  } finally {
    call.close(fd);
  }
}

/**
 * The same for anything by its name in an open folder; never follows a link. @param stale remove xattrs the entry does
 * not have
 */
export function applyAt(dir: number, name: Buffer, entry: EntryView, stale: boolean): string | undefined {
  const path = withNul(name);
  let refused: string | undefined;
  if (stale) removeStaleXattrs(dir, name, entry);
  if (call.fchownat(dir, path, entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) !== 0 && euid === 0)
    refused = `owner: ${lastErrno()}`;
  if (entry.type !== TYPE_SYMLINK) refused ??= setModeAt(dir, path, entry);
  for (const attribute of entry.xattrs) {
    const errno = setXattrAt(dir, name, attribute);
    if (errno !== undefined) refused ??= `attribute ${displayPath(attribute.name)}: ${errno}`;
  }
  if (call.utimensat(dir, path, setTimes(entry), AT_SYMLINK_NOFOLLOW) !== 0) refused ??= `times: ${lastErrno()}`;
  if (euid !== 0) refused ??= ownerDiffers(entry);
  return refused;
}

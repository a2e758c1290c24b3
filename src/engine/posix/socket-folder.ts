import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** What the kernel takes as the address of a unix socket, without the byte that ends it (unix(7)). */
const ADDRESS_BYTES_MAX = 107;
/** The longest name of a socket in such a folder, with its slash: `/.s.PGSQL.65535`. */
const NAME_BYTES = 15;
const LINKS = `/tmp/holdfast-sockets-${process.geteuid?.() ?? 0}`;

/**
 * A name for the folder under which its sockets can be bound and reached, however long the folder's own name is: that
 * itself, or a link to it. The same folder always has the same name; the sockets lie in the folder, and go with it.
 * @throws when the folder of the links is somebody else's, or may be changed by others
 */
export function socketFolder(dir: string): string {
  if (Buffer.byteLength(dir) + NAME_BYTES <= ADDRESS_BYTES_MAX) return dir;
  // A server under an account of its own passes it, whatever the umask is.
  if (mkdirSync(LINKS, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(LINKS, 0o711);
  const { uid, mode } = lstatSync(LINKS);
  // With 0o7777 of a folder alone: a link somebody has put there has every right and would lead to their place.
  if (uid !== process.geteuid?.() || (mode & 0o170022) !== 0o040000)
    throw new Error(`${LINKS} is not a folder that only this account may change: take it away`);
  const link = join(LINKS, createHash("sha256").update(dir).digest("hex").slice(0, 16));
  forgetGone(link);
  try {
    symlinkSync(dir, link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST" || readlinkSync(link) !== dir) throw error;
  }
  return link;
}

/** A folder may be named before it is made; with what it stood in, it is gone. */
function forgetGone(kept: string): void {
  for (const name of readdirSync(LINKS)) {
    const path = join(LINKS, name);
    try {
      if (path === kept || existsSync(dirname(readlinkSync(path)))) continue;
      unlinkSync(path);
    } catch (error) {
      // Another process was quicker.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Clock } from "../../../base/index.ts";
import { shareError } from "./errors.ts";
import { mountOf, parseMounts } from "./mounts.ts";

export interface Share {
  /** Where it is mounted on this host, or a folder in it. */
  readonly path: string;
  /** Folder below the path that is read instead, e.g. `.snapshot/nightly`. */
  readonly snapshot?: string | undefined;
}

export interface ShareState {
  /** What to read. */
  readonly root: string;
  readonly type: string;
  readonly server: string;
}

/** File systems of other machines, and those that programs of this one put before them. */
const NETWORK = /^(nfs|nfs4|cifs|smb3|smbfs|ceph|glusterfs|9p|afs|lustre|beegfs|fuse|fuse\..+)$/;
/** A mount whose server is gone blocks whoever looks, beyond all signals. */
const ANSWER_MS_MAX = 20_000;

/**
 * Is the share there, and does its server answer?
 * @throws SHARE_NOT_MOUNTED, SHARE_UNREACHABLE, SHARE_SNAPSHOT_MISSING
 */
export async function checkShare(share: Share, clock: Clock): Promise<ShareState> {
  const path = resolve(share.path);
  const mount = mountOf(path, parseMounts(await readFile("/proc/self/mountinfo", "utf8")));
  if (mount === undefined || !NETWORK.test(mount.type)) {
    const found = mount === undefined ? "nothing" : `${mount.type} of ${mount.point}`;
    throw shareError("SHARE_NOT_MOUNTED", `${path} is no share: there is ${found}`, { path });
  }
  // Asked by another process first: one thread of ours that never comes back would be one too many.
  await answers(path, mount.server, clock);
  const root = share.snapshot === undefined ? path : join(path, share.snapshot);
  try {
    if (!(await stat(root)).isDirectory()) throw new Error("it is no folder");
  } catch (cause) {
    const message = `${root}: ${(cause as Error).message}`;
    if (share.snapshot === undefined) throw shareError("SHARE_UNREACHABLE", message, { path }, cause);
    throw shareError("SHARE_SNAPSHOT_MISSING", message, { path, snapshot: share.snapshot }, cause);
  }
  return { root, type: mount.type, server: mount.server };
}

async function answers(path: string, server: string, clock: Clock): Promise<void> {
  const child = spawn("stat", ["--file-system", "--format", "%T", "--", path], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (piece: Buffer) => (said += piece));
  const ended = new Promise<number | null>((done, failed) => {
    child.on("exit", done);
    child.on("error", failed);
  });
  const timer = new AbortController();
  const late = clock.sleep(ANSWER_MS_MAX, timer.signal).then(
    () => "late" as const,
    () => "late" as const,
  );
  const code = await Promise.race([ended, late]);
  timer.abort();
  if (code === 0) return;
  child.kill("SIGKILL"); // in vain as long as the kernel waits for the server
  child.unref();
  child.stderr.destroy();
  const why = code === "late" ? `no answer for ${ANSWER_MS_MAX / 1000} s` : said.trim();
  throw shareError("SHARE_UNREACHABLE", `${path} (${server}): ${why}`, { path, server });
}

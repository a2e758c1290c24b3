import { mkdirSync, readFileSync } from "node:fs";
import type { Manifest } from "../repository/index.ts";
import {
  call,
  cString,
  displayPath,
  fail,
  lastErrno,
  O_DIRECTORY,
  O_RDONLY,
  openBeneath,
  openRoot,
} from "../posix/index.ts";
import { restoreError } from "./errors.ts";
import type { RestoreRequest } from "./types.ts";

/** Where each root of a backup lands. */
export interface RootTarget {
  /** Absolute path of the folder that becomes the root; for a root that is a file, of the folder that gets it. */
  readonly folder: Buffer;
  /** The part of `folder` that the user named, where symlinks are followed, and the rest, where they are not. */
  readonly base: Buffer;
  readonly below: Buffer;
  /** Name of the file, for a root that is a file. */
  readonly file: Buffer | undefined;
}

const NOTHING = Buffer.alloc(0);

/** @param is_file for each root: is it a single file? */
export function rootTargets(request: RestoreRequest, manifest: Manifest, is_file: readonly boolean[]): RootTarget[] {
  const { target } = request;
  return manifest.roots.map((root, number) => {
    const slash = root.lastIndexOf(47);
    const parent = slash <= 0 ? Buffer.from("/") : root.subarray(0, slash);
    const name = root.subarray(slash + 1);
    const file = is_file[number] === true ? name : undefined;
    const source_folder = file === undefined ? root : parent;
    if (target.kind === "in_place") return { folder: source_folder, base: source_folder, below: NOTHING, file };
    const base = Buffer.from(cleanTarget(target.path));
    if (manifest.roots.length === 1) return { folder: base, base, below: NOTHING, file };
    return { folder: Buffer.concat([base, source_folder]), base, below: source_folder.subarray(1), file };
  });
}

function cleanTarget(path: string): string {
  if (!path.startsWith("/"))
    throw restoreError("RESTORE_TARGET_UNUSABLE", `the target ${path} is no absolute path`, { path });
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/**
 * Opens the folder `below` the folder `base`, making what is missing. Below the base no symlink is followed: one that
 * stands in the target must not lead a restore out of it.
 */
export function openTarget(base: Buffer, below: Buffer): number {
  try {
    mkdirSync(base, { recursive: true, mode: 0o700 });
    let fd = openRoot(base);
    for (const name of below
      .toString("latin1")
      .split("/")
      .filter((part) => part !== "")) {
      const outer = fd;
      try {
        fd = openOrMake(outer, Buffer.from(name, "latin1"));
      } finally {
        call.close(outer);
      }
    }
    return fd;
  } catch (cause) {
    const path = displayPath(below.length === 0 ? base : Buffer.concat([base, Buffer.from("/"), below]));
    throw restoreError(
      "RESTORE_TARGET_UNUSABLE",
      `the target ${path} cannot be used: ${(cause as Error).message}`,
      { path },
      cause,
    );
  }
}

function openOrMake(folder: number, name: Buffer): number {
  if (call.mkdirat(folder, cString(name), 0o700) !== 0 && lastErrno() !== "EEXIST") fail("mkdir", name);
  return openBeneath(folder, name, O_RDONLY | O_DIRECTORY);
}

/** Where the journal of a restore lies: in the target, or beside it when that is a system root. */
export function journalPath(targets: readonly RootTarget[], backup_id: string): string {
  return `${targets[0]?.folder.toString() ?? ""}/.holdfast-restore-${backup_id}.journal`;
}

/** Changes with every boot: what was written before it and not synced may be gone. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

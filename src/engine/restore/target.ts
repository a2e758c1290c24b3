import { mkdirSync, readFileSync, statSync } from "node:fs";
import type { Manifest } from "../repository/index.ts";
import { openRoot } from "../posix/index.ts";
import { restoreError } from "./errors.ts";
import type { RestoreRequest } from "./types.ts";

/** Where each root of a backup lands. */
export interface RootTarget {
  /** Absolute path of the folder that becomes the root; for a root that is a file, of the folder that gets it. */
  readonly folder: Buffer;
  /** Name of the file, for a root that is a file. */
  readonly file: Buffer | undefined;
}

/** @param is_file for each root: is it a single file? */
export function rootTargets(request: RestoreRequest, manifest: Manifest, is_file: readonly boolean[]): RootTarget[] {
  const { target } = request;
  return manifest.roots.map((root, number) => {
    const slash = root.lastIndexOf(47);
    const parent = slash <= 0 ? Buffer.from("/") : root.subarray(0, slash);
    const name = root.subarray(slash + 1);
    const file = is_file[number] === true ? name : undefined;
    if (target.kind === "in_place") return { folder: file === undefined ? root : parent, file };
    const base = Buffer.from(cleanTarget(target.path));
    if (manifest.roots.length === 1) return { folder: base, file };
    return { folder: Buffer.concat([base, file === undefined ? root : parent]), file };
  });
}

function cleanTarget(path: string): string {
  if (!path.startsWith("/")) throw restoreError("RESTORE_TARGET_UNUSABLE", `the target ${path} is no absolute path`, { path });
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/** Opens the folder, making it and its parents when they are missing. */
export function openTarget(folder: Buffer): number {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openRoot(folder);
  } catch (cause) {
    throw restoreError("RESTORE_TARGET_UNUSABLE", `the target ${folder} cannot be used: ${(cause as Error).message}`, { path: folder.toString() }, cause);
  }
}

/** Where the journal of a restore lies: in the target, or beside it when that is a system root. */
export function journalPath(targets: readonly RootTarget[], backup_id: string): string {
  return `${targets[0]?.folder.toString() ?? ""}/.holdfast-restore-${backup_id}.journal`;
}

/** Changes with every boot: what was written before it and not synced may be gone. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Does the path exist (as anything but a missing name)? */
export function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}


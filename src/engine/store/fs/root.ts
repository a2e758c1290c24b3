import { lstat, mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock, Random } from "../../../base/index.ts";
import { errnoOf, storeError } from "../errors.ts";
import type { FileIo } from "./file-io.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { writeTempFile } from "./temp-files.ts";

export interface FsStoreOptions {
  readonly path: string;
  readonly quota_bytes?: number;
  /** By default `path`. */
  readonly quota_path?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly warm_path?: string;
  readonly cold_path?: string;
  readonly thaw_seconds?: number;
  /** Only crash tests give another one. */
  readonly io?: FileIo;
}

/** Makes the store's own folders and its marker, durably. */
export async function prepareRoot(layout: Layout, io: FileIo, random: Random): Promise<void> {
  const folders = [layout.temp, layout.locks, layout.state, layout.mutex];
  for (const folder of folders) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await lstat(folder)).isSymbolicLink()) {
      throw storeError("STORE_DAMAGED", `${folder} is a symbolic link; a store never follows one`, { path: folder });
    }
  }
  if (!(await exists(layout.marker))) {
    const marker = Buffer.from('{"holdfast_store":1}\n');
    const temp = await writeTempFile(io, layout.temp, random, [marker]);
    await io.rename(temp, layout.marker); // several openers at once write the same bytes
  }
  for (const folder of [layout.state, layout.root]) await io.syncFolder(folder);
}

/** Where the use that a quota bounds is counted. */
export async function quotaLayout(path: string | undefined, own: Layout): Promise<Layout> {
  if (path === undefined) return own;
  const shared = layoutOf(await realpath(path));
  await mkdir(shared.mutex, { recursive: true, mode: 0o700 });
  return shared;
}

/** Makes the names of newly made folders durable, from the one above `root` up to `top`. */
export async function syncAbove(root: string, top: string, io: FileIo): Promise<void> {
  for (let folder = dirname(root); folder.startsWith(top); folder = dirname(folder)) {
    await io.syncFolder(folder);
    if (folder === top) return;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

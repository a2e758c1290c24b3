import { execFile } from "node:child_process";
import { readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type MountPoint, mountPoints } from "./mounts.ts";
import { sourceError } from "./errors.ts";

export const fileSnapshotKinds = ["none", "btrfs"] as const;
export type FileSnapshotKind = (typeof fileSnapshotKinds)[number];

export interface FileSnapshotOptions {
  /** Absolute. */
  readonly paths: readonly string[];
  /** Names the snapshot; what an earlier backup of the same owner left is taken away. */
  readonly owner: string;
  readonly backup_id: string;
  /** What is mounted below the paths is left out on purpose. */
  readonly one_file_system: boolean;
  readonly signal?: AbortSignal;
}

/** The root of every btrfs subvolume has this inode number. */
const SUBVOLUME_INODE = 256;
const PREFIX = ".holdfast-";
const COMMAND_MS = 120_000;
const run = promisify(execFile);

/** Runs `work` as {@link withFileSnapshot} does, or with what is there when no snapshot is asked for. */
export function withFiles<T>(
  kind: FileSnapshotKind,
  options: FileSnapshotOptions,
  work: (seen_at: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  return kind === "none" ? work(new Map()) : withFileSnapshot(options, work);
}

/**
 * Runs `work` while read-only snapshots of the btrfs subvolumes stand in which the paths lie, all files of each as of
 * one instant. They are removed afterwards, whatever came of it.
 * @param work is told where each path's snapshot lies
 * @throws SOURCE_SNAPSHOT_FAILED when a path is on no btrfs, or has below it what a snapshot does not have
 */
async function withFileSnapshot<T>(
  options: FileSnapshotOptions,
  work: (seen_at: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  const { paths, owner, backup_id, signal } = options;
  const mounts = mountPoints(readFileSync("/proc/self/mountinfo", "utf8"));
  const seen_at = new Map<string, string>();
  const taken = new Map<string, string>();
  try {
    for (const path of paths) {
      const real = resolve(path);
      const subvolume = subvolumeOf(real, mounts);
      if (!options.one_file_system) await refuseNested(path, real, subvolume, mounts, signal);
      let snapshot = taken.get(subvolume);
      if (snapshot === undefined) {
        await removeOld(subvolume, owner);
        snapshot = join(subvolume, `${PREFIX}${owner}-${backup_id}`);
        await btrfs(["subvolume", "snapshot", "-r", subvolume, snapshot], signal);
        taken.set(subvolume, snapshot);
      }
      seen_at.set(path, join(snapshot, real.slice(subvolume === "/" ? 0 : subvolume.length)));
    }
    return await work(seen_at);
  } finally {
    for (const snapshot of taken.values()) await btrfs(["subvolume", "delete", snapshot]);
  }
}

/** @throws SOURCE_UNREACHABLE */
function resolve(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    const message = `${path} cannot be read: ${(cause as Error).message}`;
    throw sourceError("SOURCE_UNREACHABLE", message, { path }, cause);
  }
}

function subvolumeOf(path: string, mounts: readonly MountPoint[]): string {
  const holds = (place: string) => path === place || path.startsWith(place === "/" ? "/" : `${place}/`);
  const mount = mounts.filter(({ place }) => holds(place)).toSorted((a, b) => b.place.length - a.place.length)[0];
  if (mount?.kind !== "btrfs") {
    const message = `${path} lies on ${mount?.kind ?? "nothing that is mounted"}, not on btrfs`;
    throw sourceError("SOURCE_SNAPSHOT_FAILED", message, { path });
  }
  for (let at = path; ; at = dirname(at)) {
    if (statSync(at).ino === SUBVOLUME_INODE) return at;
    if (at !== mount.place) continue;
    const message = `${path}: only a part of a subvolume is mounted at ${at}, of which no snapshot can be taken`;
    throw sourceError("SOURCE_SNAPSHOT_FAILED", message, { path });
  }
}

/** A snapshot has an empty folder where something else begins: it would be missing without a word. */
async function refuseNested(
  path: string,
  real: string,
  subvolume: string,
  mounts: readonly MountPoint[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const below = (place: string) => place !== real && place.startsWith(real === "/" ? "/" : `${real}/`);
  const listed = await btrfs(["subvolume", "list", "-o", subvolume], signal);
  const top = mounts.find(({ place }) => place === subvolume);
  const nested = listed
    .split("\n")
    .map((line) => / path (.+)$/.exec(line)?.[1])
    .filter((each) => each !== undefined)
    // From the top of the file system; what is mounted may begin below it.
    .map((each) => join(subvolume, relative(each, top)))
    .filter((place) => !place.split("/").some((name) => name.startsWith(PREFIX)));
  const other = [...mounts.map(({ place }) => place), ...nested].find(below);
  if (other === undefined) return;
  const message = `${other}, below ${path}, is a file system or subvolume of its own and would be missing in the snapshot`;
  throw sourceError("SOURCE_SNAPSHOT_FAILED", message, { path, other });
}

/** A path that btrfs tells from the top of the file system, seen from where a part of it is mounted. */
function relative(path: string, mount: MountPoint | undefined): string {
  const root = (mount?.root ?? "/").replace(/^\/|\/$/g, "");
  const clean = path.replace(/^<FS_TREE>\//, "");
  return root !== "" && clean.startsWith(`${root}/`) ? clean.slice(root.length + 1) : clean;
}

async function removeOld(subvolume: string, owner: string): Promise<void> {
  for (const name of readdirSync(subvolume)) {
    if (name.startsWith(`${PREFIX}${owner}-`)) await btrfs(["subvolume", "delete", join(subvolume, name)]);
  }
}

/** @throws SOURCE_SNAPSHOT_FAILED with its words */
async function btrfs(args: readonly string[], signal?: AbortSignal): Promise<string> {
  try {
    return (await run("btrfs", args, { timeout: COMMAND_MS, ...(signal === undefined ? {} : { signal }) })).stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    const said = stderr?.trim() || message;
    throw sourceError("SOURCE_SNAPSHOT_FAILED", `btrfs ${args.slice(0, 2).join(" ")} failed: ${said}`, {}, cause);
  }
}

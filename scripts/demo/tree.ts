/** Chooses real files to protect. They are only ever read. */
import { accessSync, constants, lstatSync, readdirSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

export interface Tree {
  readonly roots: readonly string[];
  readonly file_count: number;
  readonly size_bytes: number;
}

export const FILE_COUNT_MIN = 20_000;
/** Manual pages alone would reach the count. */
const SIZE_BYTES_MIN = 150 * 1024 * 1024;
/**
 * More than this makes the demo longer (3 minutes on a busy machine of two cores is the aim), and proves nothing more.
 */
const SIZE_BYTES_MAX = 400 * 1024 * 1024;
const CANDIDATES = ["/usr/share", "/usr/lib", "/usr"];

/** The folder given cannot be used. */
export class TreeError extends Error {}

/**
 * The user's own folder as it is, or real folders of this machine that together have at least 20,000 files.
 * @param given folder named on the command line
 * @param fallback taken when the machine has too few files that we may read
 */
export function chooseTree(given: string | undefined, fallback: string): Tree {
  if (given !== undefined) {
    const root = realFolder(given);
    const counted = count(root);
    if (counted.file_count === 0) throw new TreeError(`${given} has no files`);
    return { roots: [root], file_count: counted.file_count, size_bytes: counted.size_bytes };
  }
  const chosen: Counted[] = [];
  const total = (key: "file_count" | "size_bytes") => chosen.reduce((sum, each) => sum + each[key], 0);
  for (const root of [...CANDIDATES, fallback]) {
    const left = fitting(root, SIZE_BYTES_MAX - total("size_bytes"));
    // First many files, then some large ones: each is hard in its own way.
    for (const [key, least] of [
      ["file_count", FILE_COUNT_MIN],
      ["size_bytes", SIZE_BYTES_MIN],
    ] as const) {
      for (const part of left.sort((a, b) => b[key] - a[key])) {
        if (total(key) >= least) break;
        if (chosen.some((each) => overlap(each.root, part.root))) continue;
        if (total("size_bytes") + part.size_bytes <= SIZE_BYTES_MAX) chosen.push(part);
      }
    }
    if (total("file_count") >= FILE_COUNT_MIN) break;
  }
  return { roots: chosen.map(({ root }) => root), file_count: total("file_count"), size_bytes: total("size_bytes") };
}

interface Counted {
  readonly root: string;
  readonly file_count: number;
  readonly size_bytes: number;
  /** May we read all of it? */
  readonly readable: boolean;
}

/** The folder itself when it is neither too large nor closed to us, else those of its folders that are so. */
function fitting(root: string, size_bytes_max: number): Counted[] {
  const whole = count(root);
  if (whole.readable && whole.size_bytes <= size_bytes_max) return [whole];
  return folders(root)
    .map((name) => count(join(root, name)))
    .filter((part) => part.readable && part.size_bytes <= size_bytes_max);
}

function folders(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return []; // not there, or not for us: another candidate will do
  }
}

/** Counts files and bytes of a tree, without leaving its file system. */
function count(root: string): Counted {
  const counted = { root, file_count: 0, size_bytes: 0, readable: true };
  const waiting = [root];
  let device: number | undefined;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    try {
      device ??= lstatSync(folder).dev;
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
          if (lstatSync(path).dev === device) waiting.push(path);
          else counted.readable = false;
        } else if (entry.isFile()) {
          counted.file_count++;
          counted.size_bytes += lstatSync(path).size;
          accessSync(path, constants.R_OK);
        }
      }
    } catch {
      counted.readable = false; // what exactly does not matter: the backup would tell
    }
  }
  return counted;
}

function realFolder(path: string): string {
  try {
    const real = realpathSync(path);
    if (lstatSync(real).isDirectory()) return real;
  } catch (error) {
    throw new TreeError(`${path} cannot be used: ${(error as Error).message}`, { cause: error });
  }
  throw new TreeError(`${path} is no folder`);
}

/** Is one of the two paths the other, or above it? */
export function overlap(a: string, b: string): boolean {
  const within = (path: string, folder: string) =>
    path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  return within(a, b) || within(b, a);
}

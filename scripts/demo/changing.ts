/**
 * A small folder of the demo's own, beside the real tree: copies of real files that the demo may change, and everything
 * a file system has that backups like to lose.
 */
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { installed, run, runWell } from "./process.ts";

const COPIED_FILES = 200;
const COPIED_FILE_BYTES_MAX = 256 * 1024;
/** Small: it counts as bytes protected, and is none that took time. */
const SPARSE_BYTES = 1024 * 1024;

export interface Changing {
  readonly copied_files: number;
  /** What stands in it that is special, in words. */
  readonly specials: readonly string[];
}

/** Fills the folder. */
export async function makeChanging(folder: string, roots: readonly string[]): Promise<Changing> {
  const files = join(folder, "files");
  mkdirSync(files, { recursive: true });
  const sources = firstFiles(roots);
  sources.forEach((source, number) => copyFileSync(source, join(files, `${String(number).padStart(3, "0")}`)));

  const at = (name: string) => join(folder, name);
  writeFileSync(at("private"), "for my eyes only\n", { mode: 0o600 });
  linkSync(at("private"), at("second name of private"));
  symlinkSync("private", at("link"));
  symlinkSync("nowhere/at all", at("dangling link"));
  writeFileSync(
    Buffer.concat([Buffer.from(`${folder}/latin-1 caf`), Buffer.from([0xe9])]),
    "a name that is not UTF-8\n",
  );
  writeFileSync(at("line\nbreak"), "a name of two lines\n");
  writeFileSync(at("set-uid"), "#!/bin/sh\n");
  chmodSync(at("set-uid"), 0o4755);
  await runWell("mkfifo", [at("fifo")]);
  await runWell("truncate", [`--size=${SPARSE_BYTES}`, at("sparse")]);
  appendFileSync(at("sparse"), "after much nothing\n");
  writeFileSync(at("old"), "older than most of us\n");
  await runWell("touch", ["-d", "1969-07-20 20:17:40.123456789 UTC", at("old")]);
  const specials = ["hard link", "symlinks", "odd names", "set-uid", "FIFO", "sparse file", "nanosecond time"];

  if (process.getuid?.() === 0) {
    writeFileSync(at("somebody-elses"), "owned by 12345:54321\n");
    chownSync(at("somebody-elses"), 12_345, 54_321);
    specials.push("foreign owner");
  }
  if (await marked("setfattr", ["-n", "user.holdfast.note", "-v", "extended", at("private")])) specials.push("xattr");
  if (await marked("setfacl", ["-m", "u:12345:r--", at("private")])) specials.push("ACL");
  return { copied_files: sources.length, specials };
}

const NOTES_FILES = 48;
const NOTES_FILE_BYTES = 64 * 1024;

/** Fills a folder with what nobody else has, so that its backup shares nothing with others. */
export function makeNotes(folder: string): void {
  for (let number = 0; number < NOTES_FILES; number++) {
    writeFileSync(join(folder, `note-${String(number).padStart(2, "0")}`), randomBytes(NOTES_FILE_BYTES));
  }
}

/** Not every machine has the tool, nor every file system the feature. */
async function marked(tool: string, args: readonly string[]): Promise<boolean> {
  return (await installed(tool)) && (await run(tool, args)).code === 0;
}

/** What `diff` does not see: names of one inode, and holes. Returns what was lost. */
export function lostIn(folder: string): string[] {
  const lost: string[] = [];
  const ino = (name: string) => lstatSync(join(folder, name)).ino;
  if (ino("private") !== ino("second name of private")) lost.push("the hard link is two files");
  if (lstatSync(join(folder, "sparse")).blocks * 512 >= SPARSE_BYTES) lost.push("the sparse file has no holes");
  return lost;
}

export interface Change {
  readonly text: string;
  readonly changed_files: number;
}

/** Changes what people change: appends, rewrites, adds, removes, renames. */
export function changeSome(folder: string): Change {
  const files = join(folder, "files");
  const names = readdirSync(files).sort();
  const edited = names.filter((_, number) => number % 10 === 0);
  for (const name of edited) appendFileSync(join(files, name), "\nedited after the first backup\n");
  const removed = names.filter((_, number) => number % 50 === 1);
  for (const name of removed) rmSync(join(files, name));
  writeFileSync(join(files, "new"), "made after the first backup\n".repeat(1000));
  chmodSync(join(folder, "old"), 0o640);
  return {
    text: `${edited.length} files edited, ${removed.length} removed, 1 added, 1 with another mode`,
    changed_files: edited.length + 2,
  };
}

/** Some small regular files of the trees, in the order of their names. */
function firstFiles(roots: readonly string[]): string[] {
  const found: string[] = [];
  const waiting = [...roots].reverse();
  for (let folder = waiting.pop(); folder !== undefined && found.length < COPIED_FILES; folder = waiting.pop()) {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch {
      continue; // not for us to read
    }
    for (const entry of entries.reverse()) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile() && found.length < COPIED_FILES && readable(path)) found.push(path);
    }
  }
  return found;
}

function readable(path: string): boolean {
  const { size, mode, uid } = lstatSync(path);
  const others = (mode & 0o004) !== 0 || process.getuid?.() === 0 || uid === process.getuid?.();
  return others && size > 0 && size <= COPIED_FILE_BYTES_MAX;
}

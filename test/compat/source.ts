import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { setXattrFd } from "../../src/engine/posix/index.ts";
import type { Backup } from "./reader/reader.ts";

/** Stands in file contents, names, link targets and labels of the source; must stand in no stored object. */
export const MARKER = "plaintext-marker-Zq7";

/** One entry, as the source has it or as a reader found it. Names and targets are bytes, spelled as latin1. */
export type Described = {
  path: string;
  type: string;
  mode: number;
  uid: number;
  gid: number;
  nlink: number;
  size: number;
  mtime_ns: string;
  target?: string;
  sha256?: string;
  xattrs?: { [name: string]: string };
};

/** Deterministic bytes that do not compress. */
export function noise(bytes: number, seed: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, i) =>
    createHash("sha256").update(`${seed} ${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** Files of every shape, small: a repository of them is fit to be committed. */
export function makeSource(folder: string): void {
  const file = (name: string | Buffer, bytes: string | Uint8Array) => {
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
    fs.writeFileSync(path, bytes);
    return path;
  };
  for (const name of ["shapes/deep/deeper", "shapes/empty folder", "a", "a-b", "many"]) {
    fs.mkdirSync(join(folder, name), { recursive: true });
  }
  file("empty", "");
  file("tiny", "x");
  file("!before the dot", "sorts before the root's own entry");
  file("shapes/text", `${MARKER} and some text that repeats itself\n`.repeat(5000));
  file("shapes/noise", noise(40_000, "noise"));
  file("shapes/same noise", noise(40_000, "noise"));
  file("shapes/zeros", Buffer.alloc(300_000));
  file("shapes/deep/deeper/file", "down here");
  file("a/x", "sorts by component: a/x comes before a-b/x");
  file("a-b/x", "and a-b/x behind it");
  file(`${MARKER}.txt`, "named like the marker");
  file(Buffer.from([0x6e, 0x6f, 0x74, 0xff, 0xfe, 0x0a, 0x38]), "a name that is not UTF-8, with a newline");
  file("näme – 名前", "a name that is");
  fs.linkSync(join(folder, "tiny"), join(folder, "shapes/hard link to tiny"));
  fs.symlinkSync(`../${MARKER}.txt`, join(folder, "shapes/link"));
  fs.symlinkSync(Buffer.from([0x2f, 0xc3, 0x28]), Buffer.from(`${folder}/dangling`));
  execFileSync("mkfifo", [join(folder, "shapes/fifo")]);
  for (let i = 0; i < 2500; i++) file(`many/empty file number ${String(i).padStart(5, "0")}`, "");
  // 160 extents: more than an entry holds, so that a map page is needed; longer than 32 MiB, so that it is cut in
  // segments.
  const sparse = fs.openSync(join(folder, "shapes/sparse"), "w");
  for (let i = 0; i < 80; i++) {
    fs.writeSync(sparse, Buffer.alloc(4096, `page ${i % 7}`), 0, 4096, i * 512 * 1024 + 65_536);
  }
  fs.ftruncateSync(sparse, 42_000_001);
  fs.closeSync(sparse);
  fs.chmodSync(join(folder, "tiny"), 0o4711);
  fs.chmodSync(join(folder, "shapes/empty folder"), 0o1770);
  fs.utimesSync(join(folder, "empty"), -5.25, -5.25);
  fs.utimesSync(join(folder, "shapes/empty folder"), 1e9, 1e9 + 0.5);
}

/** What {@link addXattrs} gives a file; values are bytes, spelled as latin1. */
export const XATTRS = { "user.holdfast.empty": "", "user.holdfast.value": "\x00\xff value" };

/** Gives `shapes/text` extended attributes; false on a file system without them. */
export function addXattrs(folder: string): boolean {
  const fd = fs.openSync(join(folder, "shapes/text"), "r");
  try {
    return Object.entries(XATTRS).every(([name, value]) => {
      const errno = setXattrFd(fd, { name: Buffer.from(name), value: Buffer.from(value, "latin1") });
      if (errno !== undefined && errno !== "ENOTSUP" && errno !== "EOPNOTSUPP") throw new Error(`${name}: ${errno}`);
      return errno === undefined;
    });
  } finally {
    fs.closeSync(fd);
  }
}

const TYPES: readonly [keyof fs.BigIntStats, string][] = [
  ["isFile", "file"],
  ["isDirectory", "directory"],
  ["isSymbolicLink", "symlink"],
  ["isFIFO", "fifo"],
];

/** Everything below (and including) a path, as node:fs tells it; sorted by path. Extended attributes are left out. */
export function describeSource(...roots: string[]): Described[] {
  const records: Described[] = [];
  const visit = (path: Buffer) => {
    const stat = fs.lstatSync(path, { bigint: true });
    const type = TYPES.find(([test]) => (stat[test] as () => boolean).call(stat))?.[1] as string;
    records.push({
      path: path.toString("latin1"),
      type,
      mode: Number(stat.mode),
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      nlink: Number(stat.nlink),
      size: Number(stat.size),
      mtime_ns: String(stat.mtimeNs),
      ...(type === "symlink" && { target: fs.readlinkSync(path, "buffer").toString("latin1") }),
      ...(type === "file" && { sha256: createHash("sha256").update(fs.readFileSync(path)).digest("hex") }),
    });
    if (type !== "directory") return;
    for (const name of fs.readdirSync(path, "buffer")) visit(Buffer.concat([path, Buffer.from("/"), name]));
  };
  for (const root of roots) visit(Buffer.from(root));
  return records.sort(byPath);
}

/** The same of a backup, through the independent reader: every byte of every file is read. */
export function describeBackup(backup: Backup): Described[] {
  const records: Described[] = [];
  for (const entry of backup.entries()) {
    const { type, mode, uid, gid, nlink, size } = entry;
    const hash = createHash("sha256");
    if (type === "file") for (const bytes of backup.read(entry)) hash.update(bytes);
    const xattrs = entry.xattrs.map(({ name, value }) => [name.toString(), value.toString("latin1")]);
    records.push({
      path: entry.path.toString("latin1"),
      type,
      mode,
      uid,
      gid,
      nlink,
      size,
      mtime_ns: String(entry.mtime_ns),
      ...(entry.target && { target: entry.target.toString("latin1") }),
      ...(type === "file" && { sha256: hash.digest("hex") }),
      ...(xattrs.length > 0 && { xattrs: Object.fromEntries(xattrs) }),
    });
  }
  return records.sort(byPath);
}

const byPath = (a: Described, b: Described) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

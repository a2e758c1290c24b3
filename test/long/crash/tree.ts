/** Source trees of the crash matrix and the simulation, and one digest that says whether two trees are the same. */
import { createHash } from "node:crypto";
import { type BigIntStats, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { chmodSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Bytes that do not compress, the same for the same name. */
export function noise(count: number, name: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, block) =>
    createHash("sha256").update(`${name} ${block}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, count);
}

/** More than one pack, more than one folder, and something of every common kind. */
export function makeTree(folder: string): void {
  mkdirSync(join(folder, "docs/deep"), { recursive: true });
  mkdirSync(join(folder, "empty folder"));
  writeFileSync(join(folder, "large"), noise(1_400_000, "large"));
  writeFileSync(join(folder, "docs/middle"), noise(300_000, "middle"));
  writeFileSync(join(folder, "docs/text"), "the same line again and again\n".repeat(4000));
  writeFileSync(join(folder, "docs/deep/small"), "small");
  writeFileSync(join(folder, "empty"), "");
  linkSync(join(folder, "docs/deep/small"), join(folder, "other name"));
  symlinkSync("docs/text", join(folder, "link"));
  chmodSync(join(folder, "docs/middle"), 0o600);
  // Long past, so that nothing counts as changed a moment ago.
  for (const name of ["large", "docs/middle", "docs/text", "docs/deep/small", "empty", "docs"]) {
    utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000.25);
  }
}

/** The day after: some files changed, some new, some gone. */
export function changeTree(folder: string): void {
  writeFileSync(join(folder, "docs/middle"), noise(320_000, "middle, changed"));
  writeFileSync(join(folder, "new"), noise(900_000, "new"));
  chmodSync(join(folder, "docs/text"), 0o640);
  symlinkSync("nowhere", join(folder, "dangling"));
}

export interface DigestOptions {
  /** Leave out this name at the top, e.g. a journal. */
  readonly except?: string;
}

/**
 * SHA-256 over every path with its kind, mode, owner, size, nanosecond mtime, link target, content and the names it
 * shares its file with. The content of sparse and hard-linked files counts as what it reads as.
 */
export function treeDigest(root: string, options: DigestOptions = {}): string {
  const hash = createHash("sha256");
  for (const line of treeLines(root, options)) hash.update(line).update("\n");
  return hash.digest("hex");
}

/** What {@link treeDigest} digests, for messages. */
export function treeLines(root: string, options: DigestOptions = {}): string[] {
  const lines: string[] = [];
  const first_names = new Map<bigint, string>();
  const walk = (path: string, shown: string) => {
    const stat = lstatSync(path, { bigint: true });
    const head = `${JSON.stringify(shown)} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs}`;
    if (stat.isDirectory()) {
      lines.push(head);
      for (const name of readdirSync(path).sort()) {
        if (shown === "" && name === options.except) continue;
        walk(join(path, name), `${shown}/${name}`);
      }
    } else if (stat.isSymbolicLink()) lines.push(`${head} -> ${readlinkSync(path)}`);
    else lines.push(`${head} ${stat.size} ${contentOf(path, stat)} ${sharedWith(stat, shown)}`);
  };
  const sharedWith = (stat: BigIntStats, shown: string) => {
    if (stat.nlink === 1n) return "";
    const first = first_names.get(stat.ino) ?? shown;
    first_names.set(stat.ino, first);
    return `= ${first}`;
  };
  walk(root, "");
  return lines;
}

function contentOf(path: string, stat: BigIntStats): string {
  return stat.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
}

/** Compares a tree with its restored twin, by tools that are not ours: diff, find, getfattr, getfacl, sha256sum. */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { installed, run, runWell } from "./process.ts";

export interface Pair {
  readonly original: string;
  readonly restored: string;
}

export interface Comparison {
  readonly same: boolean;
  /** One sentence a tool: what it compared, and what it found. */
  readonly results: readonly string[];
  /** The first differences, for whoever has to look into it. */
  readonly differences: readonly string[];
}

const SHA256_SAMPLE = 500;
const DIFFERENCES_SHOWN_MAX = 20;

interface Verdict {
  readonly result: string;
  readonly differences: readonly string[];
}

/**
 * Is the path of an original one that a restore cannot be held to? A real tree may be in use, or partly closed to us.
 */
export type Excused = (path: string) => boolean;

/** @param excused what is left out, and counted */
export async function compareTrees(pairs: readonly Pair[], excused: Excused): Promise<Comparison> {
  const verdicts = [
    await contents(pairs, excused),
    await metadata(pairs, excused),
    ...(await attributes(pairs, excused)),
    await sums(pairs, excused),
  ];
  const differences = verdicts.flatMap((verdict) => verdict.differences);
  return {
    same: differences.length === 0,
    results: verdicts.map((verdict) => verdict.result),
    differences: differences.slice(0, DIFFERENCES_SHOWN_MAX),
  };
}

/** `diff -r --no-dereference`: contents, names, link targets. */
async function contents(pairs: readonly Pair[], excused: Excused): Promise<Verdict> {
  const { lines, left_out } = await diffLines(pairs, excused);
  const result = lines.length === 0 ? "no difference" : `${lines.length} differences`;
  const note = left_out === 0 ? "" : `; ${left_out} left out that were in use or closed to us`;
  return { result: `diff -r --no-dereference: ${result}${note}`, differences: lines.map((line) => `diff: ${line}`) };
}

/** Lines of `diff -rq` that say something, and how many it said about what is excused. */
export async function diffLines(pairs: readonly Pair[], excused: Excused) {
  const lines: string[] = [];
  let left_out = 0;
  for (const { original, restored } of pairs) {
    const { code, stdout, stderr } = await run("diff", ["-rq", "--no-dereference", original, restored]);
    const told = (code > 1 ? `${stdout}${stderr}` : stdout).split("\n");
    for (const line of told.filter((each) => each !== "")) {
      // diff cannot compare these, and says so in the words of a difference; `find` compares their kind.
      if (/^File .* is a (fifo|socket|.* special file) while file .* is a \1$/.test(line)) continue;
      const subject = subjectOf(line);
      if (subject !== undefined && excused(subject)) left_out++;
      else lines.push(line);
    }
  }
  return { lines, left_out };
}

function subjectOf(line: string): string | undefined {
  const differ = /^(?:Files|Symbolic links) (.*?) and .* differ$/.exec(line)?.[1];
  const only = /^Only in (.*?): (.*)$/.exec(line);
  const closed = /^diff: (.*): Permission denied$/.exec(line)?.[1];
  return differ ?? closed ?? (only === null ? undefined : join(only[1] ?? "", only[2] ?? ""));
}

/** Excuses what was changed after `since_ms`, and the paths that the backup itself reported. */
export function excuses(since_ms: number, reported: ReadonlySet<string>): Excused {
  return (path) => {
    if (reported.has(path)) return true;
    try {
      return lstatSync(path).ctimeMs >= since_ms;
    } catch {
      return false; // gone or closed: a difference, unless it was reported
    }
  };
}

const OWNERS = process.getuid?.() === 0 ? "%U %G " : "";
const FIELDS = `%y %m ${OWNERS}`;

/**
 * `find -printf`: kind, mode, owner, group, nanosecond time, size, link target of every entry, and the holes of files.
 */
async function metadata(pairs: readonly Pair[], excused: Excused): Promise<Verdict> {
  const differences: string[] = [];
  let entries = 0;
  for (const { original, restored } of pairs) {
    const [before, after] = [await listing(original), await listing(restored)];
    entries += before.size;
    for (const [path, facts] of before) {
      if (after.get(path) === facts || excused(join(original, path))) continue;
      differences.push(`find: ${join(original, path)} is ${facts}, restored ${after.get(path) ?? "not at all"}`);
    }
    for (const path of after.keys()) if (!before.has(path)) differences.push(`find: ${path} only in ${restored}`);
  }
  const what =
    OWNERS === ""
      ? "modes, times, sizes, link targets (owners only root can restore)"
      : "owners, modes, times, sizes, link targets";
  const result = differences.length === 0 ? "equal" : `${differences.length} differences`;
  return { result: `find -printf: ${what} of ${entries.toLocaleString("en-US")} entries ${result}`, differences };
}

async function listing(root: string): Promise<Map<string, string>> {
  // The size of a folder is its file system's own affair.
  const format = ["-type", "d", "-printf", `%P\\0${FIELDS}%T@\\0`, "-o", "-printf", `%P\\0${FIELDS}%T@ %s %l\\0`];
  const { stdout } = await runWell("find", [root, ...format]);
  const parts = stdout.split("\0");
  const facts = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) facts.set(parts[i] ?? "", parts[i + 1] ?? "");
  return facts;
}

/** Extended attributes and ACLs of every entry, as getfattr and getfacl print them. */
async function attributes(pairs: readonly Pair[], excused: Excused): Promise<Verdict[]> {
  const tools = [
    {
      tool: "getfattr",
      what: "extended attributes",
      package_name: "attr",
      args: ["-R", "-h", "-d", "-m", "-", "-e", "hex", "."],
    },
    { tool: "getfacl", what: "ACLs", package_name: "acl", args: ["-R", "-P", "-n", "."] },
  ];
  const verdicts: Verdict[] = [];
  for (const { tool, what, package_name, args } of tools) {
    if (!(await installed(tool))) {
      verdicts.push({
        result: `${tool} is not installed (package ${package_name}): ${what} not compared`,
        differences: [],
      });
      continue;
    }
    let blocks = 0;
    const differences: string[] = [];
    for (const { original, restored } of pairs) {
      const [before, after] = [await printed(tool, args, original), await printed(tool, args, restored)];
      blocks += before.length;
      const there = new Set(after);
      const known = new Set(before);
      for (const block of before) {
        if (!there.has(block) && !excused(join(original, pathOf(block))))
          differences.push(`${tool}: ${original}: ${block}`);
      }
      for (const block of after) {
        if (!known.has(block) && !excused(join(original, pathOf(block))))
          differences.push(`${tool}: ${restored}: ${block}`);
      }
    }
    const result = differences.length === 0 ? "equal" : `${differences.length} differences`;
    verdicts.push({ result: `${tool}: ${what} of ${blocks.toLocaleString("en-US")} entries ${result}`, differences });
  }
  return verdicts;
}

function pathOf(block: string): string {
  return /^# file: (.*)$/m.exec(block)?.[1] ?? "";
}

/** The blocks that a tool prints, one an entry. Owners are compared elsewhere, and only where they can be restored. */
async function printed(tool: string, args: readonly string[], folder: string): Promise<string[]> {
  const { stdout } = await runWell(tool, args, { cwd: folder });
  return stdout
    .split("\n\n")
    .map((block) => block.replace(/^# (?:owner|group): .*\n/gm, "").trim())
    .filter((block) => block !== "");
}

/** `sha256sum` over originals, `sha256sum -c` over what was restored. */
async function sums(pairs: readonly Pair[], excused: Excused): Promise<Verdict> {
  const differences: string[] = [];
  let checked = 0;
  for (const { original, restored } of pairs) {
    const { stdout } = await runWell("find", [original, "-type", "f", "-print0"]);
    // sha256sum escapes such names, and a name that is not UTF-8 did not survive this far.
    const names = stdout.split("\0").filter((path) => path !== "" && !/[\n\\\ufffd]/.test(path));
    const every = Math.max(1, Math.ceil(names.length / SHA256_SAMPLE));
    const sample = names
      .filter((path, number) => number % every === 0 && !excused(path))
      .map((path) => `.${path.slice(original.length)}`);
    if (sample.length === 0) continue;
    const list = await runWell("sha256sum", ["--", ...sample], { cwd: original });
    const answer = await run("sha256sum", ["--check", "--quiet"], { cwd: restored, stdin: list.stdout });
    checked += sample.length;
    if (answer.code !== 0) differences.push(`sha256sum: ${restored}: ${answer.stdout.trim()} ${answer.stderr.trim()}`);
  }
  const result = differences.length === 0 ? "equal" : "differ";
  return { result: `sha256sum: ${checked.toLocaleString("en-US")} files of a sample ${result}`, differences };
}

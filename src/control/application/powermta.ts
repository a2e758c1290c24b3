import { createPrivateKey } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where a path of the source lies after a restore; `null` when it is no part of the backup. */
export type Locate = (path: string) => string | null;

const FILES_MAX = 500;

/**
 * Follows a PowerMTA configuration from its main file: every file that it includes has to be there, every DKIM key has
 * to be a private key, and so has the licence beside it.
 * @returns what is wrong, each as a sentence; and what was looked at
 */
export async function checkPowermta(
  path: string,
  locate: Locate,
): Promise<{ problems: string[]; files: number; keys: number }> {
  const problems: string[] = [];
  const waiting = [path];
  const seen = new Set<string>();
  let keys = 0;
  while (waiting.length > 0 && seen.size < FILES_MAX) {
    const next = waiting.shift() as string;
    if (seen.has(next)) continue;
    seen.add(next);
    const text = await read(next, locate, problems);
    if (text === null) continue;
    for (const line of text.split(/\r?\n/)) {
      const words = wordsOf(line);
      const [directive, first, second] = words;
      if (directive === "include" && first !== undefined) {
        const named = first.startsWith("/") ? first : join(dirname(next), first);
        waiting.push(...(await expand(named, locate, problems)));
      }
      // domain-key SELECTOR,DOMAIN,PATH (or the path as a word of its own)
      if (directive === "domain-key" && first !== undefined) {
        const key = second ?? first.split(",")[2];
        if (key === undefined) problems.push(`${next}: domain-key ${first} names no key`);
        else {
          keys++;
          await checkKey(key.startsWith("/") ? key : join(dirname(next), key), locate, problems);
        }
      }
    }
  }
  if (waiting.length > 0) problems.push(`more than ${FILES_MAX} files are included`);
  return { problems, files: seen.size, keys };
}

function wordsOf(line: string): string[] {
  const plain = line.replace(/(^|\s)#.*$/, "").trim();
  const found = plain.match(/"[^"]*"|\S+/g) ?? [];
  return found.map((word, index) => (index === 0 ? word.toLowerCase() : word.replaceAll('"', "")));
}

async function read(path: string, locate: Locate, problems: string[]): Promise<string | null> {
  const there = locate(path);
  if (there === null) {
    problems.push(`${path} is not part of the backup`);
    return null;
  }
  return readFile(there, "utf8").catch(() => {
    problems.push(`${path} is missing`);
    return null;
  });
}

/** `domains/*.conf`: a star in the last name only. */
async function expand(path: string, locate: Locate, problems: string[]): Promise<string[]> {
  if (!path.includes("*")) return [path];
  const folder = locate(dirname(path));
  if (folder === null) {
    problems.push(`${dirname(path)} is not part of the backup`);
    return [];
  }
  const pattern = path.slice(dirname(path).length + 1).split("*");
  const [head = "", tail = ""] = [pattern[0], pattern.at(-1)];
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.startsWith(head) && name.endsWith(tail)).map((name) => join(dirname(path), name));
}

async function checkKey(path: string, locate: Locate, problems: string[]): Promise<void> {
  const text = await read(path, locate, problems);
  if (text === null) return;
  try {
    createPrivateKey(text);
  } catch (error) {
    problems.push(`${path} is no private key: ${(error as Error).message}`);
  }
}

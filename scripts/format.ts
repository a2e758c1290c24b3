/** `npm run format [-- PATH …]`: lays out sources; the formatter the code, our own part the comments. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { wrapComments } from "./format/wrap-comments.ts";
import { filesBelow } from "./runner/files.ts";

const COLUMNS = 120;

const root = dirname(import.meta.dirname);
const wanted = process.argv.slice(2).map((path) => relative(root, join(root, path)));
const sources = ["src", "test", "scripts", "web"]
  .flatMap((folder) => filesBelow(root, folder))
  .filter((path) => path.endsWith(".ts") && !path.includes("/generated/")) // generated again by its own test
  .filter((path) => wanted.length === 0 || wanted.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)));
let wrapped = 0;
for (const path of sources) {
  const before = readFileSync(join(root, path), "utf8");
  const after = wrapComments(path, before, COLUMNS);
  if (after === before) continue;
  writeFileSync(join(root, path), after);
  wrapped += 1;
}
process.stdout.write(`Wrapped the comments of ${wrapped} files.\n`);
const args = ["format", "--write", ...(wanted.length === 0 ? ["."] : wanted)];
process.exitCode = spawnSync("biome", args, { cwd: root, stdio: "inherit" }).status ?? 1;

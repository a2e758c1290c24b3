import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** The console's own packages are in dist/console already. */
const CONSOLE = /(^|\/)node_modules\/holdfast-web$/;
/** Of other systems. */
const FOREIGN = /-(darwin|win32|freebsd|openbsd)|linux-arm/;

/** Puts together what an installation has: dist/, what it reads beside it, and the packages it needs. */
export function stage(root: string, into: string): void {
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  for (const name of ["dist", "docs/format.md", "LICENSE", "package.json"]) {
    cpSync(join(root, name), join(into, name), { recursive: true });
  }
  cpSync(join(root, "wasm"), join(into, "wasm"), { recursive: true, filter: (path) => !path.endsWith(".ts") });
  for (const path of packages(root)) {
    // Nested packages come on their own, when they are needed.
    const filter = (from: string) => !relative(path, from).split("/").includes("node_modules");
    cpSync(path, join(into, relative(root, path)), { recursive: true, filter, verbatimSymlinks: true });
  }
  writeFileSync(join(into, "boot.cjs"), '"use strict";\nmodule.exports = (entry) => import(entry);\n');
}

/** Folders of all packages the product needs at run time. */
function packages(root: string): string[] {
  const args = ["ls", "--omit=dev", "--all", "--parseable", "--workspaces=false"];
  const text = execFileSync("npm", args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 });
  const found = text.split("\n").filter((path) => path.startsWith(`${root}/node_modules/`));
  return found.filter((path) => !CONSOLE.test(path) && !FOREIGN.test(path) && existsSync(path));
}

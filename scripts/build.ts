/**
 * `npm run build`: src/ as JavaScript in dist/, such that `npm pack` is a package whose `baas` runs on a plain Node 24.
 */
import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rewriteFileUrls } from "./build/file-urls.ts";
import { runTool } from "./gates/tool.ts";
import { filesBelow } from "./runner/files.ts";

const root = dirname(import.meta.dirname);
const dist = join(root, "dist");

function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

/** What the sources read at run time from beside themselves: SQL, templates, tables. */
function copyAssets(): number {
  const assets = filesBelow(root, "src").filter((path) => !path.endsWith(".ts") && !path.includes("/testing/"));
  for (const path of assets) cpSync(join(root, path), join(dist, path.slice("src/".length)));
  return assets.length;
}

function rewriteAll(modules: readonly string[]): string[] {
  return modules.flatMap((path) => {
    const before = readFileSync(join(root, path), "utf8");
    const { text, unclear } = rewriteFileUrls(path, before);
    if (text !== before) writeFileSync(join(root, path), text);
    return unclear;
  });
}

rmSync(dist, { recursive: true, force: true });
const { exit_code, output } = await runTool("tsc", ["-p", "tsconfig.build.json"], root, new AbortController().signal);
if (exit_code !== 0) fail([output, "build: the sources do not compile (npm run check -- types)"]);
const modules = filesBelow(root, "src")
  .map((path) => `dist/${path.slice("src/".length).replace(/\.ts$/, ".js")}`)
  .filter((path) => path.endsWith(".js") && existsSync(join(root, path)));
const unclear = rewriteAll(modules);
if (unclear.length > 0) {
  const rule =
    'name a file to be run as new URL("./name.ts", import.meta.url), written out: only that is renamed to .js';
  fail(["build: these names of .ts files would lead nowhere in dist/:", ...unclear, rule]);
}
const assets = copyAssets();
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { bin: Record<string, string> };
for (const [name, path] of Object.entries(bin)) {
  if (!existsSync(join(root, path)))
    fail([`build: package.json's command ${name} is ${path}, which the build did not emit`]);
  chmodSync(join(root, path), 0o755);
}
process.stdout.write(`build: ${modules.length} modules and ${assets} other files in dist/\n`);

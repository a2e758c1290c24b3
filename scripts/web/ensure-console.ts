/** The built console, made anew when it is missing or older than what it is made of. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "../runner/files.ts";

const BUILD_LIMIT_MS = 5 * 60_000;
const SOURCES = ["web/index.html", "web/vite.config.ts", "web/package.json", "package-lock.json"];

/** Runbooks are shown beside alerts. */
const FOLDERS = ["web/src", "web/public", "docs/runbooks"];

/** Is web/dist there, and newer than all its sources? */
function isFresh(root: string): boolean {
  const built = join(root, "web/dist/index.html");
  if (!existsSync(built)) return false;
  const built_ms = statSync(built).mtimeMs;
  const sources = [...SOURCES, ...FOLDERS.flatMap((it) => filesBelow(root, it))];
  return sources.every((path) => statSync(join(root, path)).mtimeMs <= built_ms);
}

/** Builds the console if it has to be. @throws Error with what the build said */
export function ensureConsole(root: string, print: (line: string) => void, options: { force?: boolean } = {}): void {
  if (options.force !== true && isFresh(root)) return;
  const start_ms = performance.now();
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [vite, "build", "web", "--logLevel", "warn"], {
    cwd: root,
    encoding: "utf8",
    timeout: BUILD_LIMIT_MS,
  });
  if (status !== 0) {
    throw new Error(`the console could not be built: ${error?.message ?? ""}\n${stdout ?? ""}${stderr ?? ""}`);
  }
  print(`web: console built in ${((performance.now() - start_ms) / 1000).toFixed(1)} s`);
}

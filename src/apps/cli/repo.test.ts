import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import test, { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cliError } from "./errors.ts";
import { cli } from "./testing.ts";

const dir = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const repo = join(dir, "repo");
const source = join(dir, "source");
const env = { BAAS_REPO_PASSWORD: "correct horse", TZ: "UTC" };
const baas = (...argv: string[]) => cli(["repo", ...argv], { env, cwd: dir });
const main = fileURLToPath(new URL("./main.ts", import.meta.url));

mkdirSync(join(source, "sub"), { recursive: true });
writeFileSync(join(source, "a.txt"), "alpha");
writeFileSync(join(source, "sub", "b.txt"), "beta".repeat(100_000));
writeFileSync(join(source, "junk.tmp"), "junk");

test("init makes a repository once; the passphrase must not be empty", async () => {
  const none = await cli(["repo", "init", "--repo", repo], { cwd: dir });
  assert.equal(none.code, 2);
  assert.match(none.stderr, /CLI_PASSPHRASE_MISSING/);
  const made = await baas("init", "--repo", "repo", "--json");
  assert.equal(made.code, 0, made.stderr);
  assert.match(JSON.parse(made.stdout).repository_id, /^rpo_/);
  const again = await baas("init", "--repo", repo);
  assert.equal(again.code, 5, again.stderr);
  assert.match(again.stderr, /REPOSITORY_EXISTS/);
});

test("backup, backup again, list, stats: the second takes everything over", async () => {
  assert.match((await baas("list", "--repo", repo)).stdout, /no backups yet/);
  await sleep(2100); // files that changed within two seconds of a backup are read again by the next one
  const first = await baas("backup", "--repo", repo, "source", "--exclude", "*.tmp", "--json");
  assert.equal(first.code, 0, first.stderr);
  assert.equal(JSON.parse(first.stdout).stats.files, 2);
  const second = await baas("backup", "--repo", repo, "source", "--exclude", "*.tmp");
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /files +2 \(2 unchanged\)/);
  const list = await baas("list", "--repo", repo, "--json");
  const { items } = JSON.parse(list.stdout);
  assert.equal(items.length, 2);
  assert.deepEqual(items[0].paths, [source]);
  const stats = JSON.parse((await baas("stats", "--repo", repo, "--json")).stdout);
  assert.equal(stats.backups, 2);
  assert.equal(stats.source_bytes, 2 * (5 + 400_000));
  assert.ok(stats.stored_bytes < stats.source_bytes);
  const manifest = JSON.parse((await baas("cat", "--repo", repo, "manifest", items[0].backup_id)).stdout);
  assert.deepEqual(manifest.roots, [source]);
  const config = JSON.parse((await baas("cat", "--repo", repo, "config")).stdout);
  assert.equal(config.format, "holdfast-repository");
});

test("restore into a folder, one path of it, refused where something is, and replaced when asked to", async () => {
  const target = join(dir, "restored");
  const all = await baas("restore", "--repo", repo, "latest", "--target", target);
  assert.equal(all.code, 0, all.stderr);
  execFileSync("diff", ["-r", "--no-dereference", "--exclude=*.tmp", source, target]);
  const part = join(dir, "part");
  assert.equal((await baas("restore", "--repo", repo, "latest", "--target", part, "--path", "sub/b.txt")).code, 0);
  assert.deepEqual(readdirSync(part), ["sub"]);
  writeFileSync(join(target, "a.txt"), "changed");
  const refused = await baas("restore", "--repo", repo, "latest", "--target", target);
  assert.notEqual(refused.code, 0);
  assert.equal(readFileSync(join(target, "a.txt"), "utf8"), "changed");
  const replaced = await baas("restore", "--repo", repo, "latest", "--target", target, "--replace");
  assert.equal(replaced.code, 0, replaced.stderr);
  assert.equal(readFileSync(join(target, "a.txt"), "utf8"), "alpha");
});

test("a single file is restored into a folder that exists already, beside what stands there", async () => {
  const [own, image, target] = [join(dir, "own"), join(dir, "disk.img"), join(dir, "there")];
  writeFileSync(image, "disk".repeat(50_000));
  assert.equal((await baas("init", "--repo", own)).code, 0);
  assert.equal((await baas("backup", "--repo", own, image)).code, 0);
  mkdirSync(target);
  writeFileSync(join(target, "other"), "other");
  const restored = await baas("restore", "--repo", own, "latest", "--target", target);
  assert.equal(restored.code, 0, restored.stderr);
  execFileSync("cmp", [image, join(target, "disk.img")]);
  assert.equal(readFileSync(join(target, "other"), "utf8"), "other");
  writeFileSync(join(target, "disk.img"), "mine");
  assert.notEqual((await baas("restore", "--repo", own, "latest", "--target", target)).code, 0);
  assert.equal(readFileSync(join(target, "disk.img"), "utf8"), "mine");
});

test("exit codes: 4 for what is not there, 5 for a wrong passphrase, 2 for a wrong option", async () => {
  const typo = join(dir, "tpyo");
  assert.equal((await baas("list", "--repo", typo)).code, 4);
  assert.ok(!existsSync(typo), "a misspelt folder must not be made");
  assert.equal((await baas("restore", "--repo", repo, "bkp_nope", "--target", join(dir, "x"))).code, 4);
  const wrong = await cli(["repo", "list", "--repo", repo], { env: { BAAS_REPO_PASSWORD: "wrong" } });
  assert.equal(wrong.code, 5);
  assert.match(wrong.stderr, /KEY_WRONG_PASSPHRASE/);
  assert.equal((await baas("backup", "--repo", repo, source, "--threads", "0")).code, 2);
  const missing = await baas("backup", "--repo", repo, join(dir, "not-there"));
  assert.notEqual(missing.code, 0);
  assert.match(missing.stderr, /not-there/);
});

test("a file that cannot be read: the backup is made, says which, and exits 3", async () => {
  // Root reads everything: another user runs the command on a file of root's.
  const open = mkdtempSync(join(tmpdir(), "holdfast-cli-open-"));
  after(() => rmSync(open, { recursive: true, force: true }));
  mkdirSync(join(open, "src"));
  writeFileSync(join(open, "src", "fine"), "fine");
  writeFileSync(join(open, "src", "secret"), "secret");
  chmodSync(join(open, "src", "secret"), 0);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) execFileSync("chown", ["-R", "nobody", open]);
  const words = ["repo", "backup", "--repo", join(open, "repo"), join(open, "src"), "--json"];
  const init = ["repo", "init", "--repo", join(open, "repo")];
  await run(init, asRoot);
  const backup = await run(words, asRoot);
  assert.equal(backup.code, 3, backup.stderr);
  const report = JSON.parse(backup.stdout);
  assert.equal(report.stats.problems, 1);
  assert.match(report.problems[0].path, /secret$/);
});

test("check finds a flipped byte, names the object and exits 1; restore of the rest goes on and exits 3", async () => {
  assert.equal((await baas("check", "--repo", repo, "--read-data")).code, 0);
  const packs = join(repo, "packs");
  const pack = readdirSync(packs).flatMap((folder) =>
    readdirSync(join(packs, folder)).map((name) => join(packs, folder, name)),
  );
  const largest = pack
    .map((path) => ({ path, bytes: readFileSync(path) }))
    .sort((a, b) => b.bytes.length - a.bytes.length)[0];
  assert.ok(largest);
  const { path, bytes } = largest;
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  const check = await baas("check", "--repo", repo, "--read-data");
  assert.equal(check.code, 1, check.stdout);
  assert.ok(check.stdout.includes(`packs/${path.split("/").slice(-2).join("/")}`), check.stdout);
});

test("on a terminal the passphrase is asked for without echo, twice for a new repository", async () => {
  const fresh = join(dir, "asked");
  const words = `${process.execPath} ${main} repo init --repo ${fresh}`;
  const { code, output } = await onTerminal(words, ["hunter2 ü\r", "hunter2 ü\r"]);
  assert.equal(code, 0, output);
  assert.match(output, /The same once more/);
  assert.ok(!output.includes("hunter2"));
  const opened = await cli(["repo", "list", "--repo", fresh], { env: { BAAS_REPO_PASSWORD: "hunter2 ü" } });
  assert.equal(opened.code, 0, opened.stderr);
  const differing = await onTerminal(words.replace(fresh, `${fresh}2`), ["one\r", "two\r"]);
  assert.equal(differing.code, 2, differing.output);
  assert.ok(!existsSync(`${fresh}2`));
  const interrupted = await onTerminal(words.replace(fresh, `${fresh}3`), ["\x03"]);
  assert.equal(interrupted.code, 130, interrupted.output);
});

test("a command told to stop while it asks for the passphrase ends; what is typed ahead is not lost", async () => {
  const never = join(dir, "never");
  const ask = (where: string, stop: AbortController, typed: string) => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
    if (typed !== "") stdin.write(typed);
    const words = ["repo", "init", "--repo", where];
    return cli(words, { terminal_chars: 80, signal: stop.signal, stdin: stdin as unknown as NodeJS.ReadStream });
  };
  const stop = new AbortController();
  const asked = ask(never, stop, "");
  await sleep(300);
  stop.abort(cliError("CLI_INTERRUPTED", "stopped by SIGTERM"));
  assert.equal((await asked).code, 130);
  assert.equal((await ask(never, stop, "")).code, 130, "stopped before it asks");
  assert.ok(!existsSync(never));
  const ahead = await ask(join(dir, "ahead"), new AbortController(), "typed ahead\rtyped ahead\r");
  assert.equal(ahead.code, 0, ahead.stderr);
});

/** In a process of its own, by another user when we are root. */
function run(
  words: readonly string[],
  as_nobody: boolean,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const options = { env: { ...process.env, ...env, HOME: "/nonexistent", XDG_CACHE_HOME: "" }, timeout: 60_000 };
  const child = as_nobody
    ? spawn("setpriv", ["--reuid=nobody", "--clear-groups", process.execPath, main, ...words], options)
    : spawn(process.execPath, [main, ...words], options);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => (stdout += text));
  child.stderr.on("data", (text: Buffer) => (stderr += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

/** Runs a command on a terminal of its own; types the next answer whenever a question ends with ": ". */
function onTerminal(command: string, answers: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { PATH: process.env["PATH"], TERM: "xterm" },
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const left = [...answers];
  let output = "";
  child.stdout.on("data", (text: Buffer) => {
    output += text;
    if (output.endsWith(": ")) child.stdin.write(left.shift() ?? "\x04");
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/**
 * `npm run package`: one self-contained file (Node's single executable application) with agent, server and command
 * line, and a .deb with it and its systemd units. What it carries is what `npm run build` made and the packages it
 * needs.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { arch } from "node:os";
import { dirname, join } from "node:path";
import { archiveOf } from "./package/archive.ts";
import { makeDeb } from "./package/deb.ts";
import { stage } from "./package/stage.ts";

const root = dirname(import.meta.dirname);
const into = join(root, "out");
/** Node looks for its blob by this word (https://nodejs.org/api/single-executable-applications.html). */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
const DEBIAN_NAMES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const say = (text: string) => process.stdout.write(`package: ${text}\n`);
const mib = (path: string) => `${Math.round(statSync(path).size / 1024 ** 2)} MiB`;

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
run(process.execPath, "scripts/build.ts");
rmSync(into, { recursive: true, force: true });
mkdirSync(into);
const staged = join(into, "stage");
stage(root, staged);
const archive = archiveOf(staged);
rmSync(staged, { recursive: true, force: true });
say(`${archive.files} files in ${Math.round(archive.bytes.length / 1024 ** 2)} MiB`);

const path = (name: string) => join(into, name);
writeFileSync(path("package.zst"), archive.bytes);
writeFileSync(path("digest"), archive.digest);
const config = {
  main: join(root, "scripts/package/launcher.cjs"),
  output: path("sea.blob"),
  disableExperimentalSEAWarning: true,
  assets: { package: path("package.zst"), digest: path("digest") },
};
writeFileSync(path("sea.json"), JSON.stringify(config));
run(process.execPath, "--experimental-sea-config", path("sea.json"));
const executable = path("baas");
cpSync(process.execPath, executable, { dereference: true });
chmodSync(executable, 0o755);
run(join(root, "node_modules/.bin/postject"), executable, "NODE_SEA_BLOB", config.output, "--sentinel-fuse", FUSE);
for (const name of ["package.zst", "digest", "sea.json", "sea.blob"]) rmSync(path(name));
say(`${executable}, ${mib(executable)}`);
const architecture = DEBIAN_NAMES[arch()] ?? arch();
const deb = makeDeb({ root, executable, version, architecture, into });
say(`${deb}, ${mib(deb)}`);

/**
 * `npm run bench [-- --only tree,image,incompressible,small,generations] [--rounds N] [--work DIR] [--write]`
 * `--files N` and `--gib N` make the data sets smaller, to try the bench itself.
 * `npm run bench -- --only index [--chunks N]` measures the chunk index instead, by itself.
 * `npm run bench -- --only postgresql,mariadb [--scale N] [--seconds N]` measures databases, scale 200 as about 3 GB.
 * `npm run bench -- --only workers [--rounds N]` measures what a second worker brings.
 * `npm run bench -- --only vm [--mib N]` measures disks of VMs: backups over NBD, and reads of a served backup.
 * `npm run bench -- --only boot [--rounds N]` measures how long a Linux guest takes from a restore to its init.
 * `npm run bench -- --only mount [--files N] [--rounds N]` measures `tar c` of a mounted backup beside restic's mount.
 * Runs us and the rivals in turn on the same data, prints the ratios, and with --write keeps them in
 * docs/benchmarks.md.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { borg, holdfast, restic } from "./contenders.ts";
import { benchMariadb } from "./database/mariadb.ts";
import { benchPostgresql } from "./database/postgresql.ts";
import { benchIndex } from "./index/main.ts";
import { benchBoot } from "./vm/boot.ts";
import { benchVm } from "./vm/main.ts";
import { benchMount } from "./vm/mount.ts";
import { benchWorkers } from "./workers/main.ts";
import {
  type BenchOptions,
  generationRows,
  imageRows,
  incompressibleRows,
  type Row,
  smallFileRows,
  treeRows,
} from "./rows.ts";

const SETS: Record<string, (o: BenchOptions) => Promise<Row[]>> = {
  tree: treeRows,
  image: imageRows,
  incompressible: incompressibleRows,
  small: smallFileRows,
  generations: generationRows,
};
const DATABASES = { postgresql: benchPostgresql, mariadb: benchMariadb };
const DATABASE_PACKAGES = {
  pgbackrest: "pgbackrest",
  pgbench: "postgresql-contrib",
  mariadbd: "mariadb-server",
  "mariadb-backup": "mariadb-backup",
};
const PACKAGES = { restic: "restic", borg: "borgbackup", mke2fs: "e2fsprogs", zstd: "zstd", openssl: "openssl" };

const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(SETS).join(",") },
    rounds: { type: "string", default: "3" },
    files: { type: "string", default: "1000000" },
    gib: { type: "string", default: "4" },
    mib: { type: "string", default: "1024" },
    scale: { type: "string", default: "10" },
    seconds: { type: "string", default: "20" },
    chunks: { type: "string", default: "20000000" },
    work: { type: "string", default: join(tmpdir(), "holdfast-bench") },
    write: { type: "boolean", default: false },
  },
});

if (values.only === "index") {
  mkdirSync(values.work, { recursive: true });
  await benchIndex(values.work, Number(values.chunks), (line) => process.stdout.write(`${line}\n`));
  process.exit(0);
}

if (values.only === "workers") {
  await benchWorkers(Number(values.rounds), (line) => process.stdout.write(`${line}\n`));
  process.exit(0);
}

if (values.only === "vm") {
  await benchVm(Number(values.mib), (line) => process.stdout.write(`${line}\n`));
  process.exit(0);
}

if (values.only === "boot") {
  await benchBoot(Number(values.rounds), (line) => process.stdout.write(`${line}\n`));
  process.exit(0);
}

if (values.only === "mount") {
  const files = Math.min(Number(values.files), 20_000);
  await benchMount(files, Number(values.rounds), (line) => process.stdout.write(`${line}\n`));
  process.exit(0);
}

function has(command: string): boolean {
  return (process.env["PATH"] ?? "")
    .split(":")
    .concat("/sbin", "/usr/sbin")
    .some((dir) => existsSync(join(dir, command)));
}

function install(packages: Readonly<Record<string, string>>): void {
  const missing = Object.entries(packages)
    .filter(([command]) => !has(command))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0) throw new Error(`install first: ${missing.join(" ")}`);
  process.stderr.write(`bench: installing ${missing.join(" ")}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing], { env, stdio: "ignore" });
}

const wanted = values.only.split(",");
if (wanted.some((name) => name in DATABASES)) {
  install({ ...DATABASE_PACKAGES, zstd: "zstd", openssl: "openssl" });
  const [scale, seconds, rounds] = [values.scale, values.seconds, values.rounds].map(Number) as [
    number,
    number,
    number,
  ];
  const print = (line: string) => process.stdout.write(`${line}\n`);
  for (const name of wanted) {
    const bench = DATABASES[name as keyof typeof DATABASES];
    if (bench === undefined)
      throw new Error(`databases are measured by themselves: ${Object.keys(DATABASES).join(",")}`);
    print(`\n## ${name}, scale ${scale}, ${rounds} rounds\n`);
    await bench({ scale, seconds, rounds, print });
  }
  process.exit(0);
}

const mib = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;

function render(rows: readonly Row[], names: readonly string[]): string {
  const lines = [
    `| work | ${names.map((name) => `${name}: time (CPU, peak memory, stored)`).join(" | ")} | as fast as the better rival | bar | floor |`,
    `|---|${names.map(() => "---|").join("")}---|---|---|`,
  ];
  for (const { work, floor, results, bar } of rows) {
    const cells = names.map((name) => {
      const found = results.find((result) => result.name === name);
      if (found === undefined) return "–";
      const { run, stored_bytes } = found;
      return `${run.wall_s.toFixed(2)} s (${run.cpu_s.toFixed(1)} s, ${mib(run.peak_bytes)}${stored_bytes === undefined ? "" : `, ${mib(stored_bytes)}`})`;
    });
    const ours = results.find(({ name }) => name === "holdfast");
    const rivals = results.filter(({ name }) => name !== "holdfast");
    const better = Math.min(...rivals.map(({ run }) => run.wall_s));
    const ratio = ours === undefined ? "–" : `${(better / ours.run.wall_s).toFixed(2)}×`;
    const smaller = Math.min(...rivals.map(({ stored_bytes }) => stored_bytes ?? Number.POSITIVE_INFINITY));
    const stored =
      ours?.stored_bytes === undefined || !Number.isFinite(smaller)
        ? ""
        : `, stores ${((ours.stored_bytes / smaller - 1) * 100).toFixed(1)} %`;
    lines.push(`| ${work} | ${cells.join(" | ")} | ${ratio}${stored} | ${bar} | ${floor} |`);
  }
  return lines.join("\n");
}

function machine(): string {
  const version = (command: string, args: string[]) =>
    execFileSync(command, args).toString().trim().split("\n")[0] ?? "";
  const cpu = cpus()[0]?.model ?? "unknown CPU";
  return `${cpus().length} cores (${cpu}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Linux ${release()}, Node ${process.version}; ${version("restic", ["version"])}; ${version("borg", ["--version"])}`;
}

/** @throws before anything is measured, when the data sets would not fit */
function requireRoom(path: string, gib: number): void {
  const { bavail, bsize } = statfsSync(path);
  const free = (bavail * bsize) / 1024 ** 3;
  if (free < gib) throw new Error(`${path} has ${free.toFixed(1)} GiB free; the benchmark needs ${gib}`);
}

install(PACKAGES);
execFileSync(process.execPath, [join(root, "scripts/build.ts")], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
const { work } = values;
mkdirSync(work, { recursive: true });
const fast = "/dev/shm/holdfast-bench";
rmSync(fast, { recursive: true, force: true });
mkdirSync(fast, { recursive: true });
const contenders = [holdfast(process.execPath, join(root, "dist/baas.js")), restic(work), borg(work)];
const options: BenchOptions = {
  work,
  fast,
  contenders,
  rounds: Number(values.rounds),
  small_files: Number(values.files),
  gib: Number(values.gib),
};
const names = contenders.map(({ name }) => name);
const rows: Row[] = [];
const failed: string[] = [];

/** Written after each data set: a long run that breaks off keeps what it has measured. */
function writePage(): void {
  const head = readFileSync(join(import.meta.dirname, "head.md"), "utf8");
  const date = new Date().toISOString().slice(0, 10);
  const lost = failed.length === 0 ? "" : `\n\nNot measured, because it failed: ${failed.join("; ")}.`;
  writeFileSync(
    join(root, "docs/benchmarks.md"),
    `${head}\nMeasured on ${date}: ${machine()}. Median of ${values.rounds} rounds (small files: one), contenders in turn.\n\n${render(rows, names)}${lost}\n`,
  );
}

const sets = wanted;
for (const name of sets)
  if (SETS[name] === undefined) throw new Error(`no data set ${name}; there are ${Object.keys(SETS).join(", ")}`);
requireRoom(fast, options.gib + 1);
requireRoom(work, 6 * options.gib + 6);
for (const name of sets) {
  try {
    rows.push(...(await (SETS[name] as (typeof SETS)[string])(options)));
  } catch (error) {
    failed.push(`${name} (${(error as Error).message.split("\n")[0]})`);
    process.stderr.write(`bench: ${name} failed: ${(error as Error).stack}\n`);
  }
  for (const left of ["repo-holdfast", "repo-restic", "repo-borg", "restic-cache", "borg-base", "generations.img"])
    rmSync(join(work, left), { recursive: true, force: true });
  process.stdout.write(`\n${render(rows, names)}\n`);
  if (values.write) writePage();
}
rmSync(fast, { recursive: true, force: true });
process.exitCode = failed.length === 0 ? 0 : 1;

import { execFile } from "node:child_process";
import { access, chmod, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { PgBackupDetails } from "./details.ts";
import { pgError } from "./errors.ts";

const run = promisify(execFile);
const RUN_MS = 120_000;

/** PostgreSQL as it is installed where a backup is restored. */
export interface PgHost {
  readonly bin_dir: string;
  /** Account that servers run as; they refuse root. Null: whoever runs this. */
  readonly account: string | null;
}

/** Debian's and Red Hat's places, then the PATH's own. */
const PLACES = (major: number) => [
  `/usr/lib/postgresql/${major}/bin`,
  `/usr/pgsql-${major}/bin`,
  `/usr/local/pgsql/bin`,
  "/usr/bin",
  "/usr/local/bin",
];

/** Finds a PostgreSQL of the backup's major version. @throws PG_VERSION_MISSING naming what is there */
export async function findHost(major: number, bin_dir?: string, account = "postgres"): Promise<PgHost> {
  const found: string[] = [];
  for (const place of bin_dir === undefined ? PLACES(major) : [bin_dir]) {
    const version = await versionIn(place);
    if (version === null) continue;
    if (Number.parseInt(version, 10) === major)
      return { bin_dir: place, account: process.getuid?.() === 0 ? account : null };
    found.push(`${version} in ${place}`);
  }
  const there = found.length === 0 ? "none was found" : `found ${found.join(", ")}`;
  throw pgError(
    "PG_VERSION_MISSING",
    `the backup is of PostgreSQL ${major}, and this host has no server of that version (${there})`,
    { major },
  );
}

async function versionIn(place: string): Promise<string | null> {
  const program = join(place, "postgres");
  const there = await access(program).then(
    () => true,
    () => false,
  );
  if (!there) return null;
  const { stdout } = await run(program, ["--version"], { timeout: RUN_MS });
  return /(\d+(?:\.\d+)*)/.exec(stdout)?.[1] ?? null;
}

/** Runs one of the server's programs as the account it insists on. */
export async function runOnHost(
  host: PgHost,
  program: string,
  args: readonly string[],
  timeout_ms = RUN_MS,
): Promise<string> {
  const path = join(host.bin_dir, program);
  const [command, all] =
    host.account === null ? [path, [...args]] : ["runuser", ["-u", host.account, "--", path, ...args]];
  const { stdout } = await run(command, all, { cwd: "/", timeout: timeout_ms, maxBuffer: 2 ** 26 });
  return stdout;
}

/** Gives a restored folder to the account. */
export async function giveTo(host: PgHost, path: string): Promise<void> {
  if (host.account !== null) await run("chown", ["-R", `${host.account}:`, path], { timeout: RUN_MS });
}

/** Lets the account pass through the two folders above a restored one, which are ours. @throws PG_DATA_DIR */
export async function makePassable(host: PgHost, data_dir: string): Promise<void> {
  if (host.account === null) return;
  const passes = async (folder: string) =>
    run("runuser", ["-u", String(host.account), "--", "test", "-x", folder], { cwd: "/", timeout: RUN_MS }).then(
      () => true,
      () => false,
    );
  const above = dirname(data_dir);
  for (const folder of [dirname(above), above]) {
    if (await passes(folder)) continue;
    const { mode } = await stat(folder);
    await chmod(folder, (mode & 0o7777) | 0o011);
  }
  if (await passes(above)) return;
  throw pgError("PG_DATA_DIR", `the account ${host.account} cannot reach ${above}`, { folder: above });
}

/** What differs between the server that was backed up and this host, each as a sentence; empty when nothing does. */
export async function driftOf(backup: PgBackupDetails, host: PgHost): Promise<DriftReport> {
  const lines: string[] = [];
  const unmet: string[] = [];
  const lacks = (line: string) => {
    lines.push(line);
    unmet.push(line);
  };
  const here = await versionIn(host.bin_dir);
  if (here !== null && here !== backup.version.split(" ")[0])
    lines.push(`the server was PostgreSQL ${backup.version}, this host has ${here}`);
  const places = await Promise.all(["--sharedir", "--pkglibdir"].map((flag) => placeOf(host, flag)));
  const [share_dir, library_dir] = places;
  if (typeof share_dir !== "string" || typeof library_dir !== "string") {
    lines.push("this host does not say which extensions it has (pg_config is not installed)");
    return { lines, preload: [], unmet };
  }
  const wanted = new Map<string, string>();
  for (const database of backup.databases ?? [])
    for (const { name, version } of database.extensions) wanted.set(name, version);
  for (const [name, version] of wanted) {
    const control = await readFile(join(share_dir, "extension", `${name}.control`), "utf8").catch(() => null);
    if (control === null) {
      lacks(`extension ${name} ${version} is not installed on this host: what uses it will fail`);
      continue;
    }
    const default_version = /default_version\s*=\s*'([^']+)'/.exec(control)?.[1];
    if (default_version !== undefined && default_version !== version)
      lacks(`extension ${name} was ${version}, this host installs ${default_version}`);
  }
  const preload: string[] = [];
  for (const library of (backup.preload_libraries ?? "").split(",").map((each) => each.trim().replaceAll('"', ""))) {
    if (library === "") continue;
    const there = await access(join(library_dir, `${library}.so`)).then(
      () => true,
      () => false,
    );
    if (there) preload.push(library);
    else lacks(`the library ${library}, preloaded on the server, is not installed on this host; it is left out`);
  }
  if (backup.databases === null)
    lines.push("the backup does not say which extensions the server had: its role could not ask in SQL");
  return { lines, preload, unmet };
}

/** Where an installation keeps things; `null` when it has no program to say so. */
async function placeOf({ bin_dir }: PgHost, flag: string): Promise<string | null> {
  return run(join(bin_dir, "pg_config"), [flag], { timeout: RUN_MS }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

export interface DriftReport {
  readonly lines: readonly string[];
  /** Those of the lines that tell of an extension or library that is not here, or is another version. */
  readonly unmet: readonly string[];
  /** Of the libraries the server preloaded, those that are here. */
  readonly preload: readonly string[];
}

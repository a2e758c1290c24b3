import { createHash } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import pg from "pg";
import { systemRandom } from "../../base/index.ts";
import { silentLogger } from "../log/index.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import type { EmbeddedPostgres } from "./embedded/server.ts";
import { startTestCluster, TEMPLATE, urlOf } from "./testing/cluster.ts";

/** For tests alone: one real PostgreSQL per test file (no fsync), a fresh migrated database per call. */
export interface TestDatabases {
  /** A database of its own, migrated; closed and dropped with the server after the file's last test. */
  create(): Promise<Database>;
}

/**
 * Call once at the top of a test file; the server starts with the first `create()` and goes with the file.
 *
 * @example
 *   const databases = testDatabases();
 *   test("…", async () => { const { db } = await databases.create(); … });
 */
export function testDatabases(): TestDatabases {
  let starting: Promise<{ server: EmbeddedPostgres; dir: string }> | undefined;
  const opened: Database[] = [];
  let count = 0;

  const start = async () => {
    const dir = await mkdtemp(join(tmpdir(), "holdfast-db-"));
    await chmod(dir, 0o755); // mkdtemp closes it to the user that PostgreSQL runs as.
    const server = await startTestCluster(dir);
    return { server, dir };
  };

  after(async () => {
    if (starting === undefined) return;
    const { server, dir } = await starting;
    for (const database of opened) await database.close();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  return {
    async create() {
      starting ??= start();
      const { server } = await starting;
      const name = `test_${++count}_${createHash("sha256").update(systemRandom.bytes(8)).digest("hex").slice(0, 8)}`;
      const client = new pg.Client(server.connection);
      await client.connect();
      try {
        await client.query(`create database ${name} template ${TEMPLATE}`);
      } finally {
        await client.end();
      }
      const database = await openDatabase({ url: urlOf(server, name) }, { log: silentLogger });
      opened.push(database);
      return database;
    },
  };
}

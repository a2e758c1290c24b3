import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { systemClock, systemRandom } from "../../base/index.ts";
import type { Clock, Random } from "../../base/index.ts";
import type { Logger } from "../log/index.ts";
import { startEmbeddedPostgres } from "./embedded/server.ts";
import type { EmbeddedPostgres } from "./embedded/server.ts";
import { databaseError } from "./errors.ts";
import { readInstant } from "./instants.ts";
import { migrate } from "./migrate.ts";
import { openReaders, type Readers } from "./readers.ts";
import { applyRowSecurity } from "./row-security.ts";
import type { Tables } from "./schema.ts";

/** Where PostgreSQL is: one the user runs, or our own in a folder. */
export type DatabaseLocation = { readonly url: string } | { readonly embedded: { readonly dir: string } };

export interface DatabasePorts {
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** An open, migrated database. */
export interface Database {
  readonly db: Kysely<Tables>;
  readonly readers: Readers;
  /** For what needs a connection of its own: LISTEN, a queue. Contains the password. */
  readonly connection: pg.ClientConfig;
  /** Migrations that this start applied. */
  readonly migrated: readonly string[];
  /** Aborts when the embedded PostgreSQL ended by itself; the server should stop then and be started again. */
  readonly lost: AbortSignal;
  /** Ends all connections; stops PostgreSQL when it is our own. */
  close(): Promise<void>;
}

const POOL_CONNECTIONS_MAX = 20;
const CONNECT_TIMEOUT_MS = 10_000;
/** No statement of ours takes minutes; one that does is stuck. */
const STATEMENT_TIMEOUT_MS = 120_000;
const LOCK_TIMEOUT_MS = 30_000;

const OID_INT8 = 20;
const OID_TIMESTAMPTZ = 1184;

/**
 * bigint as number: sizes stay far below 2^53 bytes (9 PB), and a larger value is an error rather than a rounded
 * figure.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === OID_INT8) {
      return (text: string) => {
        const value = Number(text);
        if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`);
        return value;
      };
    }
    const parse = pg.types.getTypeParser(oid, format as "text");
    if (oid === OID_TIMESTAMPTZ && format !== "binary") return (text: string) => readInstant(text) ?? parse(text);
    return parse;
  },
};

/**
 * Opens the database and brings its schema up to date.
 *
 * @example
 *   const database = await openDatabase({ embedded: { dir: "/var/lib/holdfast/db" } }, { log });
 * @throws DATABASE_UNREACHABLE, DATABASE_IN_USE, DATABASE_START_FAILED, DATABASE_FOLDER_UNREACHABLE, DATABASE_TOO_NEW …
 */
export async function openDatabase(location: DatabaseLocation, ports: DatabasePorts): Promise<Database> {
  const { log, clock = systemClock, random = systemRandom } = ports;
  if ("url" in location) {
    // A PostgreSQL of the user's comes and goes as they run it: the pool connects again.
    return connect(
      { connectionString: location.url },
      { lost: new AbortController().signal, stop: async () => {} },
      log,
    );
  }
  const server = await startEmbeddedPostgres({ dir: location.embedded.dir, log, clock, random });
  return connect(server.connection, server, log);
}

async function connect(
  connection: pg.ClientConfig,
  server: Pick<EmbeddedPostgres, "lost" | "stop">,
  log: Logger,
): Promise<Database> {
  const config = {
    ...connection,
    types,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    application_name: "holdfast",
  };
  const pool = new pg.Pool({ ...config, max: POOL_CONNECTIONS_MAX });
  // An idle connection that breaks is replaced by the pool; whoever holds a busy one gets the error itself.
  pool.on("error", (error) => log.warn({ error }, "a database connection broke"));
  // A busy one tells its holder with the next query; without a listener it would end the whole process before.
  pool.on("connect", (client) => {
    client.on("error", (error) => log.debug({ error }, "a database connection broke while it was used"));
  });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const readers = openReaders(config, log);
  const close = async () => {
    try {
      await Promise.all([db.destroy(), readers.close()]);
    } finally {
      await server.stop();
    }
  };
  try {
    await probe(pool);
    const migrated = await migrate(db);
    await applyRowSecurity(db);
    if (migrated.length > 0) log.info({ migrations: migrated }, "database migrated");
    return { db, readers, connection, migrated, lost: server.lost, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function probe(pool: pg.Pool): Promise<void> {
  try {
    await pool.query("select 1");
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw databaseError("DATABASE_UNREACHABLE", `cannot connect to PostgreSQL: ${message}`, {}, cause);
  }
}

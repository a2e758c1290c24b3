import { Readable } from "node:stream";
import { MariaConnection, type MariaTarget, quoted } from "./connect.ts";
import { pathName } from "./dump.ts";
import { mariaError } from "./errors.ts";
import { schemaHash, readDatabases } from "./inventory.ts";
import type { MariaIndex, MariaSchema } from "./source.ts";

/** Files of a backup, wherever they lie. */
export interface BackupFiles {
  read(path: string): AsyncIterable<Uint8Array>;
}

export interface LoadOptions {
  readonly files: BackupFiles;
  readonly target: MariaTarget;
  /** `shop`, or `shop.orders`; empty: everything. */
  readonly only: readonly string[];
  /** Tables of the one database that is chosen go into this one. */
  readonly into_database?: string | undefined;
  /** Drop what is there under the same name. Without it, that it is there is an error. */
  readonly replace: boolean;
  readonly accounts: boolean;
  readonly connections: number;
  readonly signal: AbortSignal;
  onProgress(tables: number, rows: number): void;
}

export interface LoadReport {
  readonly tables: number;
  readonly rows: number;
  readonly left_out: readonly string[];
}

interface Chosen {
  readonly schema: MariaSchema;
  readonly into: string;
  readonly tables: ReadonlySet<string>;
  readonly whole: boolean;
}

async function json<T>(files: BackupFiles, path: string): Promise<T> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.read(path)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as T;
}

export const readIndex = (files: BackupFiles): Promise<MariaIndex> => json<MariaIndex>(files, "mariadb.json");

/** What a selection means. @throws MARIA_SELECTION */
export function checkSelection(
  index: Pick<MariaIndex, "databases" | "parts">,
  only: readonly string[],
  into?: string,
): void {
  const tables = new Set(index.parts.map(({ database, table }) => `${database}.${table}`));
  for (const each of only)
    if (!index.databases.includes(each) && !tables.has(each))
      throw mariaError("MARIA_SELECTION", `the backup has no database and no table ${each}`, { name: each });
  const touched = new Set(
    only.map((each) => (index.databases.includes(each) ? each : each.slice(0, each.indexOf(".")))),
  );
  if (into !== undefined && touched.size !== 1)
    throw mariaError("MARIA_SELECTION", "choose one database, or tables of one, to go into another database");
}

async function choose({ files, only, into_database }: LoadOptions, index: MariaIndex): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  for (const name of index.databases) {
    const whole = only.length === 0 || only.includes(name);
    const named = only.filter((each) => each.startsWith(`${name}.`)).map((each) => each.slice(name.length + 1));
    if (!whole && named.length === 0) continue;
    const schema = await json<MariaSchema>(files, `databases/${pathName(name)}/schema.json`);
    const tables = new Set(whole ? schema.tables.map((table) => table.name) : named);
    chosen.push({ schema, into: into_database ?? name, tables, whole: whole && into_database === undefined });
  }
  return chosen;
}

/** Loads what was chosen over several connections at once, and counts. @throws MARIA_LOAD, MARIA_DENIED */
export async function loadBackup(options: LoadOptions): Promise<LoadReport> {
  const { files, target, only, signal } = options;
  const index = await readIndex(files);
  checkSelection(index, only, options.into_database);
  const chosen = await choose(options, index);
  const left_out: string[] = [];
  const first = await prepared(target);
  try {
    if (options.accounts) await makeAccounts(first, await json<string[]>(files, "accounts.json"), left_out);
    for (const each of chosen) await makeTables(first, each, options.replace);
    const jobs = jobsOf(index, chosen);
    let [next, tables, rows] = [0, 0, 0];
    const work = async () => {
      const connection = await prepared(target);
      try {
        for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
          signal.throwIfAborted();
          const loaded = await loadTable(connection, files, job, signal);
          rows += loaded;
          options.onProgress(++tables, rows);
        }
      } catch (error) {
        next = jobs.length; // the others end with what they are at
        throw error;
      } finally {
        connection.close();
      }
    };
    const results = await Promise.allSettled(Array.from({ length: Math.min(options.connections, jobs.length) }, work));
    for (const result of results) if (result.status === "rejected") throw result.reason as Error;
    for (const each of chosen) await makeObjects(first, each, left_out);
    return { tables, rows, left_out };
  } finally {
    first.close();
  }
}

async function prepared(target: MariaTarget): Promise<MariaConnection> {
  const connection = await MariaConnection.open(target, { local_infile: true });
  try {
    await connection.query(
      `SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, unique_checks = 0, time_zone = '+00:00',
       innodb_lock_wait_timeout = 1000000, net_read_timeout = 3600, wait_timeout = 86400`,
    );
    // What is loaded is no change that replicas of the target should repeat; not everybody may say so.
    await connection.query("SET SESSION sql_log_bin = 0").catch(() => undefined);
    const [row] = await connection.query("SELECT @@local_infile AS allowed");
    if (row?.["allowed"] !== "1")
      throw mariaError("MARIA_LOAD", "the server takes no LOAD DATA LOCAL: set local_infile = 1 on it");
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function makeTables(
  sql: MariaConnection,
  { schema, into, tables, whole }: Chosen,
  replace: boolean,
): Promise<void> {
  const db = quoted(into);
  const named = schema.create.replace(/^(CREATE DATABASE) (?:\/\*.*?\*\/ )?`(?:[^`]|``)+`/, `$1 IF NOT EXISTS ${db}`);
  if (whole) {
    if (replace) await sql.query(`DROP DATABASE IF EXISTS ${db}`);
    const there = await sql.query("SELECT COUNT(*) AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?", [into]);
    if (there[0]?.["n"] !== "0")
      throw mariaError("MARIA_LOAD", `database ${into} is there and not empty; say replace to drop it`, {
        database: into,
      });
  }
  await sql.query(named);
  await sql.query(`USE ${db}`);
  for (const table of schema.tables) {
    if (!tables.has(table.name)) continue;
    if (replace && !whole)
      await sql.query(`DROP ${table.sequence ? "SEQUENCE" : "TABLE"} IF EXISTS ${quoted(table.name)}`);
    await sql.query(table.create);
  }
}

interface Job {
  readonly name: string;
  /** In order of the key. */
  readonly paths: readonly string[];
  readonly rows: number;
  readonly sql: string;
}

/**
 * One statement for each table, the largest first. InnoDB fills an empty table in bulk and sorts its indexes in the
 * end, but only within the first statement, and for that one it locks the whole table: a second connection that loads
 * another part meanwhile ends in a deadlock.
 */
function jobsOf(index: MariaIndex, chosen: readonly Chosen[]): Job[] {
  const jobs: Job[] = [];
  for (const { schema, into, tables } of chosen)
    for (const table of schema.tables) {
      if (!tables.has(table.name) || table.sequence) continue;
      const parts = index.parts.filter((each) => each.database === schema.name && each.table === table.name);
      const columns = table.columns.map(({ name }) => quoted(name)).join(", ");
      const sql = `LOAD DATA LOCAL INFILE 'part' INTO TABLE ${quoted(into)}.${quoted(table.name)} CHARACTER SET binary (${columns})`;
      const rows = parts.reduce((sum, part) => sum + part.rows, 0);
      jobs.push({ name: `${into}.${table.name}`, paths: parts.map(({ path }) => path), rows, sql });
    }
  return jobs.sort((a, b) => b.rows - a.rows);
}

async function loadTable(sql: MariaConnection, files: BackupFiles, job: Job, signal: AbortSignal): Promise<number> {
  const bytes = async function* () {
    for (const path of job.paths)
      for await (const chunk of files.read(path)) {
        signal.throwIfAborted();
        yield chunk;
      }
  };
  const loaded = await sql.load(job.sql, Readable.from(bytes(), { objectMode: false, highWaterMark: 1 << 20 }));
  // A value that did not fit is a warning to the server, and a lost value to us.
  if (loaded.rows === job.rows && loaded.warnings === 0) return loaded.rows;
  const warnings = await sql.query("SHOW WARNINGS LIMIT 1").catch(() => []);
  const why = warnings[0]?.["Message"] ?? "no warning says why";
  throw mariaError(
    "MARIA_LOAD",
    `${job.name}: ${job.rows} rows were backed up and ${loaded.rows} were loaded, with ${loaded.warnings} warnings: ${why}`,
  );
}

async function makeObjects(sql: MariaConnection, { schema, into, whole }: Chosen, left_out: string[]): Promise<void> {
  if (!whole) {
    const triggers = schema.objects.filter(({ type }) => type === "trigger").length;
    if (triggers > 0) left_out.push(`${triggers} triggers of ${schema.name}: they come with the whole database only`);
    return;
  }
  await sql.query(`USE ${quoted(into)}`);
  for (const statement of schema.sequences) await sql.query(statement);
  // Views stand on views and functions: what fails is tried again after the others.
  let waiting = schema.objects.filter(({ type }) => type !== "event");
  let failure: Error | undefined;
  while (waiting.length > 0) {
    const failed: typeof waiting = [];
    for (const object of waiting) {
      try {
        await makeObject(sql, object);
      } catch (error) {
        failure = error as Error;
        failed.push(object);
      }
    }
    if (failed.length === waiting.length) {
      for (const { type, name } of failed) left_out.push(`${type} ${schema.name}.${name}: ${failure?.message ?? ""}`);
      break;
    }
    waiting = failed;
  }
  for (const event of schema.objects.filter(({ type }) => type === "event")) await makeObject(sql, event);
  await sql
    .query("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', NAMES utf8mb4")
    .catch(() => undefined);
}

async function makeObject(sql: MariaConnection, object: MariaSchema["objects"][number]): Promise<void> {
  const { sql_mode, character_set, collation, time_zone, create } = object;
  await sql.query(
    `SET SESSION sql_mode = ?, character_set_client = utf8mb4, character_set_results = utf8mb4,
     collation_connection = ?,
     time_zone = ?`,
    [sql_mode, character_set === "utf8mb4" ? collation : "utf8mb4_general_ci", time_zone],
  );
  await sql.query(create);
}

async function makeAccounts(sql: MariaConnection, statements: readonly string[], left_out: string[]): Promise<void> {
  for (const statement of statements)
    await sql.query(statement).catch((error: Error) => left_out.push(`account: ${error.message}`));
  if (statements.length === 0) left_out.push("accounts: the backup's user was not allowed to read them");
}

/** Hash of what is defined in these databases on a server, to compare with a backup's. */
export async function schemaHashOf(target: MariaTarget, databases: readonly string[]): Promise<string> {
  const sql = await MariaConnection.open(target);
  try {
    return schemaHash(await readDatabases(sql, databases));
  } finally {
    sql.close();
  }
}

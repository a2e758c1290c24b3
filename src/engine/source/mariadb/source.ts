import { asHoldfastError, type Clock } from "../../../base/index.ts";
import type { StreamContext, StreamEntry, StreamSource } from "../stream/index.ts";
import { MariaConnection, mariaFirst, type MariaTarget, quoted } from "./connect.ts";
import { type Part, partsOf, pathName, Reading, sequenceState } from "./dump.ts";
import { mariaError } from "./errors.ts";
import { type MariaDatabase, readAccounts, readDatabases, schemaHash } from "./inventory.ts";
import { type BinlogPosition, type Snapshot, takeSnapshot } from "./snapshot.ts";

export const MARIA_KIND = "mariadb";
export const mariaRoot = (workload_id: string): string => `/mariadb/${workload_id}`;

export interface MariaBackupDetails {
  readonly version: string;
  readonly server_id: number;
  /** When the state was taken, by the server's clock. */
  readonly snapshot_at_ms: number;
  /** `null`: the server wrote no binary log, so that the backup is restored as it is. */
  readonly position: BinlogPosition | null;
  readonly connections: number;
  readonly databases: readonly string[];
  readonly tables: number;
  readonly rows: number;
  readonly schema_hash: string;
  readonly accounts: boolean;
  /** What was answered in the snapshot to the questions that were to be remembered. */
  readonly answers?: Readonly<Record<string, string | null>>;
}

/** What lies in the backup as `mariadb.json`: facts, and how many rows each part of each table has. */
export interface MariaIndex extends MariaBackupDetails {
  readonly parts: readonly {
    readonly database: string;
    readonly table: string;
    readonly path: string;
    readonly rows: number;
  }[];
}

/** What lies beside the data of each database as `schema.json`. */
export interface MariaSchema extends MariaDatabase {
  /** Statements that set sequences to where they were. */
  readonly sequences: readonly string[];
}

export type Remembered = Readonly<Record<string, { readonly database?: string | undefined; readonly sql: string }>>;

export interface MariaSourceOptions {
  readonly target: MariaTarget;
  readonly root: string;
  readonly clock: Clock;
  /** Empty: all. */
  readonly databases: readonly string[];
  readonly connections: number;
  /** Data of a table that makes another part; 32 MiB by default. */
  readonly part_bytes?: number;
  /** Asked in the snapshot, by name. */
  readonly remember?: Remembered;
}

export async function openMariaSource(options: MariaSourceOptions): Promise<StreamSource> {
  const probe = await MariaConnection.open(options.target);
  try {
    const snapshot = await takeSnapshot(options.target, options.connections, options.clock);
    return new MariaSource(options, probe, snapshot);
  } catch (error) {
    probe.close();
    throw error;
  }
}

class MariaSource implements StreamSource {
  readonly kind = MARIA_KIND;
  readonly root: string;
  readonly #options: MariaSourceOptions;
  /** Asks for definitions; data is read over the snapshot's connections. */
  readonly #sql: MariaConnection;
  readonly #snapshot: Snapshot;
  #details: MariaBackupDetails | undefined;

  constructor(options: MariaSourceOptions, sql: MariaConnection, snapshot: Snapshot) {
    this.root = options.root;
    this.#options = options;
    this.#sql = sql;
    this.#snapshot = snapshot;
  }

  async *entries(context: StreamContext): AsyncGenerator<StreamEntry> {
    const databases = await readDatabases(this.#sql, this.#options.databases);
    for (const name of this.#options.databases)
      if (!databases.some((each) => each.name === name))
        throw mariaError("MARIA_REFUSED", `there is no database ${name}, or the user may not see it`, { name });
    const accounts = await readAccounts(this.#sql);
    const [reader] = this.#snapshot.connections as [MariaConnection];
    const parts: Part[] = [];
    for (const { name, tables } of databases)
      for (const table of tables) {
        if (table.sequence) continue;
        this.#warn(name, table.name, table, context);
        parts.push(...(await partsOf(reader, name, table, this.#options.part_bytes)));
      }
    const bytes = parts.reduce((sum, { size_hint }) => sum + size_hint, 0);
    context.expect(parts.length + databases.length + 1, bytes);
    for (const database of databases) yield await this.#schema(reader, database);
    const readings = parts.map((part) => new Reading(part));
    const answers = await remembered(reader, this.#options.remember, context);
    // The columns of the result stay as they are stored, whatever their character set.
    for (const each of this.#snapshot.connections) await each.query("SET character_set_results = NULL");
    let next = 0;
    const work = this.#snapshot.connections.map(async (connection) => {
      for (let reading = readings[next++]; reading !== undefined; reading = readings[next++]) {
        context.signal?.throwIfAborted();
        await reading.fill(connection);
      }
    });
    const all = Promise.all(work).catch((error: unknown) => {
      for (const each of readings) each.fail(error);
    });
    for (const reading of readings)
      yield {
        type: "file",
        path: reading.part.path,
        content: { kind: "bytes", bytes: reading.bytes() },
        size_hint: reading.part.size_hint,
        attributes: { mode: 0o600 },
      };
    await all;
    await this.#unchanged(databases);
    const [server] = await this.#sql.query("SELECT @@version AS version, @@server_id AS id");
    this.#details = {
      version: String(server?.["version"]),
      server_id: Number(server?.["id"]),
      snapshot_at_ms: this.#snapshot.at_ms,
      position: this.#snapshot.position,
      connections: this.#snapshot.connections.length,
      databases: databases.map(({ name }) => name),
      tables: new Set(parts.map(({ database, table }) => `${database}/${table.name}`)).size,
      rows: readings.reduce((sum, { rows }) => sum + rows, 0),
      schema_hash: schemaHash(databases),
      accounts: accounts !== null,
      ...(answers === null ? {} : { answers }),
    };
    const index: MariaIndex = {
      ...this.#details,
      parts: readings.map(({ rows, part: { database, table, path } }) => ({ database, table: table.name, path, rows })),
    };
    yield jsonFile("mariadb.json", index);
    yield jsonFile("accounts.json", accounts ?? []);
  }

  #warn(database: string, name: string, table: MariaDatabase["tables"][number], context: StreamContext): void {
    const path = Buffer.from(`${database}.${name}`);
    const problem = (code: string, message: string) => context.problem({ path: path.toString(), code, message });
    if (!["InnoDB", "RocksDB", "TokuDB"].includes(table.engine))
      problem("MARIA_NOT_TRANSACTIONAL", `its engine ${table.engine} has no snapshots: it is read as it is right now`);
    if (table.versioned)
      problem(
        "MARIA_HISTORY_LEFT_OUT",
        "only its present rows are read, not their history; use physical mode for that",
      );
  }

  async #schema(reader: MariaConnection, database: MariaDatabase): Promise<StreamEntry> {
    const sequences: string[] = [];
    for (const { name, sequence } of database.tables)
      if (sequence) sequences.push(await sequenceState(reader, database.name, name));
    const schema: MariaSchema = { ...database, sequences };
    return jsonFile(`databases/${pathName(database.name)}/schema.json`, schema);
  }

  /** A snapshot shows old rows and new definitions: whoever changed a definition meanwhile spoilt the backup. */
  async #unchanged(before: readonly MariaDatabase[]): Promise<void> {
    const after = await readDatabases(this.#sql, this.#options.databases);
    if (schemaHash(after) === schemaHash(before)) return;
    throw mariaError(
      "MARIA_REFUSED",
      "tables or other definitions were changed while they were read; the next attempt reads anew",
    );
  }

  async details(): Promise<Readonly<Record<string, unknown>>> {
    return { ...this.#details };
  }

  async close(): Promise<void> {
    this.#sql.close();
    for (const each of this.#snapshot.connections) each.close();
  }
}

export function jsonFile(path: string, value: unknown): StreamEntry {
  const bytes = Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
  return { type: "file", path, content: { kind: "bytes", bytes: [bytes] }, attributes: { mode: 0o600 } };
}

/** Asks the questions whose answers a restored server has to repeat; what has none is a problem of the backup. */
export async function remembered(
  reader: MariaConnection,
  remember: Remembered | undefined,
  context: StreamContext,
): Promise<Record<string, string | null> | null> {
  const questions = Object.entries(remember ?? {});
  if (questions.length === 0) return null;
  const answers: Record<string, string | null> = {};
  for (const [name, { database, sql }] of questions) {
    try {
      if (database !== undefined) await reader.query(`USE ${quoted(database)}`);
      answers[name] = await mariaFirst(reader, sql);
    } catch (error) {
      const { code, message } = asHoldfastError(error);
      if (code === "MARIA_UNREACHABLE") throw error;
      context.problem({ path: name, code: "QUESTION_NOT_ANSWERED", message });
    }
  }
  return answers;
}
